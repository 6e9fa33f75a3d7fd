#include "actors/metrics/metrics_supervisor.hpp"

#include "actors/metrics/metrics_actor.hpp"

#include <caf/all.hpp>

namespace plexus {

metrics_supervisor spawn_metrics(caf::actor_system& system, const metrics_config& config, io_pool& pool,
                                 const metrics_sources& sources) {
  child_spec spec;
  spec.name = "metrics";
  spec.afterwards = too_many_deaths::wait;
  spec.restarts = std::make_shared<tally>();
  spec.start = [config, &pool, sources, restarts = spec.restarts](caf::actor_system& in, const caf::actor&) {
    return caf::actor_cast<caf::actor>(spawn_metrics_actor(in, config, pool, sources, *restarts));
  };
  return caf::actor_cast<metrics_supervisor>(supervise(system, std::move(spec)));
}

}  // namespace plexus
