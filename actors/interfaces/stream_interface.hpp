// An interface over a connected stream: one accepted by a listener, or one that connects and reconnects by itself.
//
// The actor owns the transmit half. A batch is framed and written where it arrives, in one call that does not block.
// What the socket does not take waits in a bounded buffer. Beyond a mark, batches wait as they are, unframed: they keep
// their slabs, so the readers that brought them stop, and TCP holds the senders back. That is done for a peer that
// takes what it gets within 100 ms; others lose packets instead (see peer_trust). Who takes nothing for 12 s is cut
// off.
#pragma once

#include "actors/interfaces/connection.hpp"
#include "actors/interfaces/interface_actor.hpp"
#include "actors/interfaces/interface_settings.hpp"
#include "actors/interfaces/stream_reader.hpp"

#include <caf/actor_system.hpp>

#include <functional>
#include <string>

namespace plexus {

/// The reader lost its connection. `of` tells the connection from its successor.
struct connection_lost {
  const connection* of = nullptr;
};

/// An attempt to connect was in vain.
struct connect_failed {
  std::string reason;
};

using stream_actor =
    interface_actor::extend<caf::reacts_to<connection_ptr>,             // connector: connected
                            caf::reacts_to<connect_failed>,             // connector
                            caf::reacts_to<connection_lost>,            // reader
                            caf::reacts_to<writable_atom>,              // I/O thread: the socket takes octets again
                            caf::reacts_to<connect_atom>,               // itself: time for another attempt
                            caf::reacts_to<tick_atom, std::uint64_t>>;  // itself: a deadline

struct stream_settings {
  interface_settings common;
  stream_framing framing = stream_framing::hdlc;
  /// Starts an attempt to connect, whose outcome is sent to the actor; empty for accepted connections.
  std::function<void(stream_actor)> connect;
  std::optional<std::uint32_t> reconnects_max;  ///< attempts in a row; unset: without end
};

/// `accepted` is null for interfaces that connect by themselves.
stream_actor spawn_stream_interface(caf::actor_system& system, const stream_settings& settings,
                                    const interface_registry& registry, const connection_ptr& accepted = nullptr);

}  // namespace plexus
