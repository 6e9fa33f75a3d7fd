// Answers what monitoring asks over HTTP.
//
//   /metrics  everything that the node counts, in Prometheus' text format
//   /healthz  200 while the root of the supervision tree lives
//   /readyz   200 while the node should be given work, else 503 and why
//
// Whoever carries packets only counts; this actor asks for the counts, waits a bounded time for the answers, and keeps
// the text for a second, so that many scrapers cost no more than one. It runs on the scheduler, never on an I/O thread.
#pragma once

#include "actors/metrics/metrics_supervisor.hpp"

namespace plexus {

using metrics_actor = caf::typed_actor<caf::reacts_to<http_request_ptr>,                  // HTTP server
                                       caf::reacts_to<connect_atom>,                      // itself: try to listen
                                       caf::replies_to<find_atom>::with<std::uint16_t>>;  // port, 0 while there is none

/// `restarts`: how often it had to be started again so far.
metrics_actor spawn_metrics_actor(caf::actor_system& system, const metrics_config& config, io_pool& pool,
                                  const metrics_sources& sources, std::uint64_t restarts);

}  // namespace plexus
