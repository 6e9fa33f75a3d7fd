// Keeps the metrics actor alive. What only watches the node never ends it: after too many failures in a row the next
// attempt merely waits longer.
#pragma once

#include "actors/discovery/discovery_meter.hpp"
#include "actors/interfaces/interfaces_supervisor.hpp"
#include "actors/io/io_pool.hpp"
#include "actors/router/router_supervisor.hpp"
#include "actors/storage/storage_actor.hpp"
#include "actors/supervision/node_root.hpp"
#include "storage/config/node_config.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>

namespace plexus {

/// Whom the metrics actor asks.
struct metrics_sources {
  node_root root;
  router_supervisor router;
  interfaces_supervisor interfaces;
  storage_actor storage;  ///< empty when no state is kept
  std::shared_ptr<const discovery_meter> discovery = std::make_shared<discovery_meter>();
};

using metrics_supervisor =
    caf::typed_actor<caf::reacts_to<restarted_atom>,                    // itself: start the actor again
                     caf::replies_to<find_atom>::with<std::uint16_t>>;  // the port that it listens on, or 0

/// `pool` outlives the actor.
metrics_supervisor spawn_metrics(caf::actor_system& system, const metrics_config& config, io_pool& pool,
                                 const metrics_sources& sources);

}  // namespace plexus
