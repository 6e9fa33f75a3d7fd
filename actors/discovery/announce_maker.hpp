// Makes the app data of discovery announces: runs the programs that the configuration names, and looks for stamps. On a
// thread of its own, since both take time. It searches in slices, so that it ends soon when it is told to.
#pragma once

#include "actors/endpoints/endpoint_messages.hpp"
#include "storage/config/interface_publication.hpp"
#include "transport/identity.hpp"

#include <caf/actor_system.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace plexus {

struct announce_order {
  std::shared_ptr<const interface_config> interface;  ///< discoverable
  publishing_node node;
  std::shared_ptr<const identity> network;  ///< null: none
  std::filesystem::path home;               ///< what `~` stands for
};
using announce_order_ptr = std::shared_ptr<const announce_order>;

struct made_announce {
  octet_string app_data;  ///< empty: none could be made
  std::string problem;    ///< why not
};

/// One order at a time; a second one is answered with a problem.
using announce_maker = caf::typed_actor<caf::replies_to<announce_order_ptr>::with<made_announce>,  // announcer
                                        caf::reacts_to<work_atom>>;                                // itself: go on

announce_maker spawn_announce_maker(caf::actor_system& system, const random_factory& random);

}  // namespace plexus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::announce_order_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::made_announce)
