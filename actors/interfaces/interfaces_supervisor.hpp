// The parent of all interfaces: starts those of the configuration, names every life of each with an id, keeps the
// shards informed, and starts again what dies.
//
// Interfaces that others spawn (connections, peers) register here too. An id is given back when its actor ends.
#pragma once

#include "actors/interfaces/interface_actor.hpp"
#include "actors/interfaces/interface_settings.hpp"
#include "actors/io/io_pool.hpp"
#include "actors/router/router_supervisor.hpp"

#include <caf/actor_system.hpp>

#include <memory>
#include <string>

namespace plexus {

/// What to do with an interface that cannot be opened now: its port is in use, its address is missing.
enum class open_failure { report, keep_trying };

/// Answered with what went wrong, or with nothing. With keep_trying it is tried again later nevertheless.
struct add_interface {
  std::shared_ptr<const interface_config> config;
  std::shared_ptr<const reticulum_config> defaults = nullptr;  ///< null: those of the start
  open_failure on_failure = open_failure::report;
};

/// Hears of interfaces as shards do, but after them, and of a shard that was started again when that one knows the
/// interfaces.
using interface_watcher =
    caf::typed_actor<caf::reacts_to<interface_known>, caf::reacts_to<interface_gone>, caf::reacts_to<shard_started>>;

using interfaces_supervisor = interface_registry::extend<
    caf::replies_to<figures_atom>::with<interfaces_figures_ptr>,  // metrics: without asking any interface
    caf::reacts_to<interface_watcher>,                            // tell this one, too
    caf::reacts_to<shard_started>,                                // router supervisor: a shard is new and knows nothing
    caf::replies_to<add_interface>::with<std::string>,            // node, control
    // control: end the interface of that short name, connections first; answered when its sockets are closed
    caf::replies_to<detach_atom, std::string>::with<change_outcome>,
    caf::reacts_to<detach_atom, duration>,  // node: end all within that time, and then yourself
    // node: answered when each interface of the configuration is online or has failed at its first attempt
    caf::replies_to<connect_atom>::with<bool>,
    caf::reacts_to<restarted_atom, std::string>,                 // itself: start this one again
    caf::reacts_to<sample_atom>,                                 // itself: take rates
    caf::reacts_to<drop_queue_atom>,                             // control: for all interfaces
    caf::replies_to<facts_atom>::with<interface_list>,           // control
    caf::replies_to<status_atom>::with<interfaces_report_ptr>>;  // control, metrics

/// `pool` outlives the actor. `shards` are running. The handle stays the same when the actor has to be started again;
/// the interfaces do not notice.
interfaces_supervisor spawn_interfaces(caf::actor_system& system, const node_settings& settings, io_pool& pool,
                                       const std::vector<shard_actor>& shards);

}  // namespace plexus
