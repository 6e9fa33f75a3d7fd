// One link as an actor. The machine decides; the actor gives it packets, orders and time, hands its packets to the
// shard that owns the link's address, and its events to who uses it. It ends when the link is closed.
//
// An idle link costs its machine and one message to itself every few seconds; nothing else in the node knows its
// timers.
#pragma once

#include "actors/endpoints/endpoint_messages.hpp"

#include <caf/actor_system.hpp>

namespace plexus {

/// Link to endpoints, before its first packet leaves: what is delivered to this address is for the sender.
using link_parent = caf::typed_actor<caf::reacts_to<link_id>>;

struct link_start {
  surroundings_ptr around;
  random_factory random;
  link_settings settings;
  link_listener listener;  ///< empty: nobody
  destination_hash destination{};
  std::shared_ptr<const identity> owner;  ///< of the responder: its destination's
  std::optional<link_target> target;      ///< of the initiator
  link_parent parent;
};
using link_start_ptr = std::shared_ptr<const link_start>;

/// The initiator begins at once. The responder begins with the first packet that it gets, which is the link request; it
/// ends without a word if that cannot be answered.
link_actor spawn_link(caf::actor_system& system, const link_start_ptr& start);

}  // namespace plexus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::link_id)
