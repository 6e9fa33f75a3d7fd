// One destination of this node as an actor: opens its packets and proves them, announces it, and answers those who ask
// for its path. What has to outlive it (keys, settings, ratchets) is with its parent.
#pragma once

#include "actors/endpoints/endpoint_messages.hpp"

#include <caf/actor_system.hpp>

namespace plexus {

struct destination_start {
  surroundings_ptr around;
  random_factory random;
  destination_spec_ptr spec;
  octet_string ratchets;  ///< the file's content; empty: there are none yet
  proof_form proofs = proof_form::implicit_form;
  announcer parent;
};
using destination_start_ptr = std::shared_ptr<const destination_start>;

destination_actor spawn_destination(caf::actor_system& system, const destination_start_ptr& start);

}  // namespace plexus
