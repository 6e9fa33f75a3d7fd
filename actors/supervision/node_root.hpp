// The root of the supervision tree: there is nothing above it but the process and who runs it. It also knows how far
// the node has come between start and end, since that is true for as long as the root lives.
#pragma once

#include "actors/message_types.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <functional>
#include <vector>

namespace plexus {

using node_root = caf::typed_actor<caf::reacts_to<node_step>,                         // node: this is done now
                                   caf::replies_to<status_atom>::with<node_progress>  // anybody
                                   >;

/// The handles are held until the root runs: a node may be stopped before, and then its children end first.
/// Calls `failed` when one of the children fails, unless the node is being stopped.
node_root spawn_root(caf::actor_system& system, const std::vector<caf::actor>& children,
                     const std::function<void()>& failed);

}  // namespace plexus
