// The state of the control actor, shared by the sources that it is made of. Not for others.
#pragma once

#include "actors/control/control_actor.hpp"
#include "actors/control/control_files.hpp"
#include "actors/control/destination_marks.hpp"
#include "actors/control/node_report.hpp"
#include "transport/control/blackhole_list.hpp"

#include <caf/all.hpp>

#include <functional>
#include <vector>

namespace plexus {

struct control_state {
  explicit control_state(control_actor::base*) {}

  const char* name = "control";
  control_settings settings;
  node_config running;  ///< as applied last; settings.config is what the node was started with
  interfaces_supervisor interfaces;
  std::vector<shard_actor> shards;
  control_files files;
  destination_keeper keeper;
  std::vector<blackhole_watcher> blackhole_watchers;
  std::vector<settings_watcher> settings_watchers;
  destination_marks marks;
  blackhole_list blackholes;
  /// Nothing is saved before the file was read.
  bool blackholes_loaded = false, blackholes_unsaved = false;
  unix_time started{};
  std::optional<std::uint64_t> lowest_bitrate;  ///< the last one known
};

using control_ptr = control_actor::stateful_pointer<control_state>;
using answer = std::function<void(value)>;
using change_answer = std::function<void(change_outcome)>;

/// Longer than an interface takes to end or to open.
inline constexpr auto control_timeout = std::chrono::seconds(30);

/// rns-1.5.7 section 7.5. `name` is the interface's section in the configuration.
void change_interface(control_ptr self, rpc::interface_change change, const std::string& name, change_answer then);

/// Reads the configuration again and carries out what is different in it.
void reload_configuration(control_ptr self);

/// Reads the lists of the configured sources and tells the shards.
void load_blackholes(control_ptr self);

}  // namespace plexus
