// The transport cores of one bridge, by handle, for the chapters that share them.
#pragma once

#include "tests/bridge/command_table.hpp"
#include "tests/bridge/core/transport_core.hpp"

namespace plexus::bridge {

class transport_cores {
public:
  std::string add(std::unique_ptr<transport_core> core) {
    auto handle = "core" + std::to_string(++last_);
    cores_.emplace(handle, std::move(core));
    return handle;
  }
  bool remove(const std::string& handle) { return cores_.erase(handle) > 0; }
  /// The one that `handle` names, caught up with the clock.
  transport_core& at(const parameters& p) {
    const auto found = cores_.find(p.text("handle"));
    if (found == cores_.end())
      throw command_error("handle: no such transport core: " + p.text("handle"));
    found->second->catch_up();
    return *found->second;
  }

private:
  std::map<std::string, std::unique_ptr<transport_core>> cores_;
  std::uint64_t last_ = 0;
};

/// Registers commands of the form f(core, parameters).
class core_commands {
public:
  using command = json (*)(transport_core&, const parameters&);

  core_commands(command_table& table, std::shared_ptr<transport_cores> cores)
      : table_(table), cores_(std::move(cores)) {}
  void add(const std::string& name, command serve) {
    table_.add(name, [cores = cores_, serve](const parameters& p) {
      auto& core = cores->at(p);
      auto result = serve(core, p);
      core.collect();
      return result;
    });
  }
  command_table& table() { return table_; }
  const std::shared_ptr<transport_cores>& cores() const { return cores_; }

private:
  command_table& table_;
  std::shared_ptr<transport_cores> cores_;
};

void add_traffic_commands(core_commands& commands);
void add_table_commands(core_commands& commands);
void add_time_travel_commands(core_commands& commands);
void add_blackhole_commands(core_commands& commands);

}  // namespace plexus::bridge
