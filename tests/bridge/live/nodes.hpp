// The live nodes of one bridge, by handle, for the chapters that share them.
#pragma once

#include "tests/bridge/command_table.hpp"
#include "tests/bridge/live/live_node.hpp"

namespace plexus::bridge {

class live_nodes {
public:
  explicit live_nodes(event_loop& loop) : loop_(loop) {}

  event_loop& loop() { return loop_; }
  /// A node with this configuration, whose media `open` opens: its handle. None is left behind where that throws.
  template <class Open>
  std::pair<std::string, live_node&> start(const std::string& config, Open open) {
    auto handle = "node" + std::to_string(++last_);
    auto& node = *nodes_.emplace(handle, std::make_unique<live_node>(loop_, config)).first->second;
    try {
      open(node);
    } catch (...) {
      nodes_.erase(handle);
      throw;
    }
    return {std::move(handle), node};
  }
  bool stop(const std::string& handle) { return nodes_.erase(handle) > 0; }
  /// The one that `handle` names, with everything done that is due.
  live_node& at(const parameters& p);
  const std::map<std::string, std::unique_ptr<live_node>>& all() const { return nodes_; }

private:
  event_loop& loop_;
  std::map<std::string, std::unique_ptr<live_node>> nodes_;
  std::uint64_t last_ = 0;
};

/// Registers commands of the form f(node, parameters).
class live_commands {
public:
  using command = json (*)(live_node&, const parameters&);

  live_commands(command_table& table, std::shared_ptr<live_nodes> nodes) : table_(table), nodes_(std::move(nodes)) {}
  void add(const std::string& name, command serve) {
    table_.add(name, [nodes = nodes_, serve](const parameters& p) {
      auto& node = nodes->at(p);
      auto result = serve(node, p);
      node.settle();
      return result;
    });
  }
  command_table& table() { return table_; }
  const std::shared_ptr<live_nodes>& nodes() const { return nodes_; }

private:
  command_table& table_;
  std::shared_ptr<live_nodes> nodes_;
};

/// What `destination_hash` names.
inline destination_hash destination_of(const parameters& p) {
  return p.fixed<destination_hash>("destination_hash");
}
inline live_link& link_of(live_node& node, const parameters& p) {
  return node.link_at(p.fixed<link_id>("link_id"));
}
inline std::int64_t timeout_of(const parameters& p, std::int64_t otherwise) {
  return p.integer_within("timeout_ms", otherwise, 0, 600'000);
}
json status_of(const live_node& node, const live_link& l);
/// The refusal of a link as a command_error.
template <class T>
T must(expected<T, link_error> result, const char* what) {
  if (!result)
    throw command_error(std::string(what) + ": " + std::string(to_string(result.error())));
  if constexpr (!std::is_void_v<T>)
    return std::move(*result);
}

void add_start_commands(live_commands& commands);
void add_raw_frame_commands(live_commands& commands);
void add_path_commands(live_commands& commands);
void add_packet_commands(live_commands& commands);
void add_sealing_commands(live_commands& commands);
void add_ratchet_commands(live_commands& commands);
void add_link_commands(live_commands& commands);
void add_link_injection_commands(live_commands& commands);
void add_request_commands(live_commands& commands);
void add_resource_commands(live_commands& commands);
void add_resource_probe_commands(live_commands& commands);
void add_channel_commands(live_commands& commands);

}  // namespace plexus::bridge
