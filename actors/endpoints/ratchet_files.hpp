// Reads and writes ratchet files. On a thread of its own, since disks are slow.
// Source: rns-1.5.7 section 5.1; Destination.py: _persist_ratchets, _reload_ratchets.
#pragma once

#include "actors/message_types.hpp"

#include <caf/actor_system.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <memory>
#include <string>

namespace plexus {

struct ratchet_reading {
  octet_string content;  ///< empty where there is no file
  std::string problem;
};
using ratchet_reading_ptr = std::shared_ptr<const ratchet_reading>;
using shared_octets = std::shared_ptr<const octet_string>;

using ratchet_files = caf::typed_actor<caf::replies_to<find_atom, std::string>::with<ratchet_reading_ptr>,
                                       caf::reacts_to<save_atom, std::string, shared_octets>>;

ratchet_files spawn_ratchet_files(caf::actor_system& system);

}  // namespace plexus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::ratchet_reading_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::shared_octets)
