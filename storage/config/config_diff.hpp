// What a running node does about a configuration that was read again.
#pragma once

#include "storage/config/node_config.hpp"

#include <string>
#include <vector>

namespace plexus {

struct changed_interface {
  interface_config before, after;
  std::vector<std::string> keys;  ///< that differ, as they stand in the file; "type" for the whole of its own settings
};

/// Interfaces are known by name. A disabled interface counts as one that is not there.
struct reload_plan {
  std::vector<interface_config> added;
  std::vector<interface_config> removed;
  std::vector<changed_interface> changed;
  std::vector<std::string> unchanged;  ///< names
  /// Node-wide settings that differ and only take effect after a restart, as `section.key`.
  std::vector<std::string> needs_restart;
  /// Node-wide settings that differ and can be applied at once, as `section.key`.
  std::vector<std::string> applies_now;

  bool empty() const {
    return added.empty() && removed.empty() && changed.empty() && needs_restart.empty() && applies_now.empty();
  }
};

/// An interface also counts as changed when a node-wide default that it uses is another now.
reload_plan plan_reload(const node_config& before, const node_config& after);

}  // namespace plexus
