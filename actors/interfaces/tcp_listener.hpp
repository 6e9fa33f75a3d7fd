// A listening interface: the parent of the connections that it accepts. It transmits nothing itself.
//
// A connection that ends, ends alone; with the listener all of them end.
#pragma once

#include "actors/interfaces/interface_actor.hpp"
#include "actors/interfaces/interface_settings.hpp"
#include "actors/interfaces/tcp.hpp"
#include "actors/io/io_pool.hpp"

#include <caf/actor_system.hpp>

#include <cstddef>
#include <string>

namespace plexus {

struct listener_settings {
  interface_settings common;                ///< of the connections too, under their own names
  std::string name;                         ///< as in the configuration
  std::string child_type = "TCPInterface";  ///< what the names of connections begin with
  std::string child_class = "TCPClientInterface";
  listen_address address;
  keepalive_options keepalive;
  std::size_t connections_max = 16'384;  ///< further ones are closed at once
};

using listener_actor = interface_actor::extend<caf::reacts_to<connection_ptr>,  // acceptor: a new connection
                                               caf::reacts_to<detached_atom>>;  // acceptor: the socket is closed

/// Takes over the listening socket `descriptor`. `pool` outlives the actor.
listener_actor spawn_listener(caf::actor_system& system, const listener_settings& settings, int descriptor,
                              const interface_registry& registry, io_pool& pool);

}  // namespace plexus
