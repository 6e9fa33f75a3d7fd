// AutoInterface: finds the neighbours on the LAN by itself, and is the parent of one interface for each of them.
// Source: rns-1.5.7 section 8.3; AutoInterface.py.
#pragma once

#include "actors/interfaces/datagram/datagram_interface.hpp"
#include "actors/interfaces/interface_actor.hpp"
#include "actors/io/io_pool.hpp"
#include "storage/config/interface_config.hpp"

#include <caf/actor_system.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace plexus {

/// The medium to the interface: somebody's valid token came in.
struct token_heard {
  ip6_octets source{};
  unsigned device_index = 0;
  std::shared_ptr<std::atomic<unsigned>> waiting;  ///< how many such messages there are; the receiver takes one off
};

using auto_actor = interface_actor::extend<caf::reacts_to<token_heard>,                // medium
                                           caf::reacts_to<detached_atom>,              // medium: its sockets are closed
                                           caf::reacts_to<tick_atom, std::uint64_t>>;  // itself: a deadline

/// Opens sockets on the devices that are there. Throws std::system_error when one's port is taken. Devices that come
/// later are taken in later.
interface_actor start_auto(caf::actor_system& system, const interface_settings& common,
                           const auto_interface_settings& settings, const interface_registry& registry, io_pool& pool);

}  // namespace plexus
