// What `plexus check-config` says about a configuration: the interfaces as they would run, and what a running node, or
// one that runs another configuration, would have to change. Pure functions.
#pragma once

#include "storage/config/config_diff.hpp"
#include "transport/control/status.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace plexus {

/// Where an interface listens and connects to, `0.0.0.0:4242` or `-> host:4242`; empty where that does not apply.
std::string reach_text(const interface_config& config);

/// A table, one line an interface, disabled ones included.
std::string interfaces_report(const node_config& node);
nlohmann::ordered_json interfaces_json(const node_config& node);

/// One line a difference, `+` added, `-` removed, `~` changed with its keys, `!` after a restart alone.
std::string plan_report(const reload_plan& plan);
nlohmann::ordered_json plan_json(const reload_plan& plan);

/// A running node tells no more than this of its interfaces: which there are, and their mode, gravity and access code.
struct running_difference {
  std::vector<std::string> added;    ///< in the file and enabled, but not running
  std::vector<std::string> removed;  ///< running, but not in the file or disabled
  struct change {
    std::string name;
    std::vector<std::string> keys;
  };
  std::vector<change> changed;
  bool empty() const { return added.empty() && removed.empty() && changed.empty(); }
};
running_difference compare_with_running(const node_config& node, const node_status& running);
std::string difference_report(const running_difference& difference);
nlohmann::ordered_json difference_json(const running_difference& difference);

}  // namespace plexus
