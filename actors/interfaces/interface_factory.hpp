// Starts the interface that a configuration describes.
#pragma once

#include "actors/interfaces/flap_guard.hpp"
#include "actors/interfaces/interface_actor.hpp"
#include "actors/interfaces/interface_settings.hpp"
#include "actors/io/io_pool.hpp"

#include <caf/actor_system.hpp>

#include <stdexcept>

namespace plexus {

/// This program does not run interfaces of that type; trying again is in vain.
struct interface_unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws interface_unavailable, or std::runtime_error or std::system_error when the interface cannot be created now.
interface_actor start_interface(caf::actor_system& system, const interface_config& config, const node_settings& node,
                                const interface_registry& registry, io_pool& pool, const flap_guard& flaps);

/// Stands for the node's shared instance among the interfaces of its configuration.
interface_config shared_instance_config();
/// What to start instead on a node that is a program on somebody else's instance.
interface_config shared_client_config();

}  // namespace plexus
