// The files of discovered interfaces, on a thread of its own.
#pragma once

#include "actors/message_types.hpp"
#include "storage/state/state_directory.hpp"

#include <caf/actor_system.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <memory>
#include <vector>

namespace plexus {

using discovered_files_ptr = std::shared_ptr<const state_directory::discovered_files>;
using discovered_ptr = std::shared_ptr<const discovered_interface>;

using discovery_store = caf::typed_actor<caf::replies_to<restore_atom>::with<discovered_files_ptr>,
                                         caf::reacts_to<save_atom, discovery_hash, discovered_ptr>,
                                         caf::reacts_to<drop_atom, discovery_hash>>;

discovery_store spawn_discovery_store(caf::actor_system& system, const state_directory& state);

}  // namespace plexus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::discovered_files_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::discovered_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::discovery_hash)
