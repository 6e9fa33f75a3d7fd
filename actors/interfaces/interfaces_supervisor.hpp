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

/// Answered with what went wrong, or with nothing.
struct add_interface {
  std::shared_ptr<const interface_config> config;
};

using interfaces_supervisor = interface_registry::extend<
    caf::reacts_to<shard_started>,                          // router supervisor: a shard is new and knows nothing
    caf::replies_to<add_interface>::with<std::string>,      // node, control
    caf::replies_to<detach_atom, std::string>::with<bool>,  // control: by the name in the configuration
    caf::reacts_to<detach_atom, duration>,                  // node: end all within that time, and then yourself
    caf::reacts_to<restarted_atom, std::string>,            // itself: start this one again
    caf::replies_to<status_atom>::with<interface_report_list>>;

/// `pool` outlives the actor. `shards` are running.
interfaces_supervisor spawn_interfaces(caf::actor_system& system, const node_settings& settings, io_pool& pool,
                                       const std::vector<shard_actor>& shards);

}  // namespace plexus
