// What a router shard takes from interfaces.
#pragma once

#include "actors/message_types.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace plexus {

using shard_inlet = caf::typed_actor<caf::reacts_to<packet_batch_ptr>,  // packets of addresses that this shard owns
                                     caf::reacts_to<burst_change>>;  // a gate: its interface is in a burst, or no more

}  // namespace plexus
