// Keeps the router's shards alive. A shard that dies is started anew, and everybody who holds its handle is told. It
// goes on with the tables of the one before, unless that failed by itself: then with empty ones.
#pragma once

#include "actors/router/shard_actor.hpp"
#include "actors/supervision/restart_policy.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <vector>

namespace plexus {

using shard_watcher = caf::typed_actor<caf::reacts_to<shard_started>>;

using router_supervisor =
    caf::typed_actor<caf::replies_to<paths_atom>::with<shard_started>,    // the shards as they are
                     caf::reacts_to<shard_watcher>,                       // tell this one when a shard is started again
                     caf::reacts_to<restarted_atom, std::uint32_t>,       // itself: start this shard
                     caf::replies_to<status_atom>::with<std::uint64_t>>;  // restarts so far

/// Starts `config.shard_count` shards. The handle stays the same when the supervisor itself has to be started again;
/// the shards do not notice.
router_supervisor spawn_router(caf::actor_system& system, const router_config& config, const shard_outlets& outlets);

}  // namespace plexus
