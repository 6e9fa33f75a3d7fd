// The one memory of fast-flapping addresses that all listeners of a node share, as an actor.
#pragma once

#include "actors/interfaces/flap_blocker.hpp"
#include "actors/message_types.hpp"

#include <caf/actor_system.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <string>
#include <vector>

namespace plexus {

/// A listener's connection has ended.
struct connection_ended {
  std::string from;
  duration lived{};
  flap_limits limits;
};
/// A listener asks whether it may accept.
struct connection_offered {
  std::string from;
  flap_limits limits;
};

using flap_guard =
    caf::typed_actor<caf::reacts_to<connection_ended>, caf::replies_to<connection_offered>::with<bool>,  // accept?
                     caf::replies_to<status_atom, flap_limits>::with<std::vector<std::string>>>;  // who is blocked

/// The handle stays the same when the actor has to be started again; it remembers what it knew.
flap_guard spawn_flap_guard(caf::actor_system& system);

}  // namespace plexus
