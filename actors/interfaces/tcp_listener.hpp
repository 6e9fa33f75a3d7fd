// A listening interface, TCP or a local socket: the parent of the connections that it accepts. It transmits nothing
// itself.
//
// A connection that ends, ends alone; with the listener all of them end.
#pragma once

#include "actors/interfaces/flap_guard.hpp"
#include "actors/interfaces/interface_actor.hpp"
#include "actors/interfaces/interface_settings.hpp"
#include "actors/interfaces/tcp.hpp"
#include "actors/io/io_pool.hpp"

#include <caf/actor_system.hpp>

#include <cstddef>
#include <functional>

namespace plexus {

/// What an accepted connection becomes, given how many there are already; its parent is set by the listener.
using child_settings = std::function<interface_settings(const connection&, std::size_t)>;

struct listener_settings {
  interface_settings common;
  child_settings child;
  keepalive_options keepalive;
  std::size_t connections_max = 16'384;  ///< further ones are closed at once
  flap_guard flaps;                      ///< empty: nobody is refused for coming and going
  flap_limits flap;
};

using listener_actor = interface_actor::extend<caf::reacts_to<connection_ptr>,  // acceptor: a new connection
                                               caf::reacts_to<detached_atom>>;  // acceptor: the socket is closed

/// The settings of a connection that is named after its listener: `TCPInterface[Client on name/host:port]`.
child_settings named_after(const interface_settings& listener, const std::string& child_type);

/// Takes over the listening stream socket `descriptor`, TCP or unix. `pool` outlives the actor.
listener_actor spawn_listener(caf::actor_system& system, const listener_settings& settings, int descriptor,
                              const interface_registry& registry, io_pool& pool);

}  // namespace plexus
