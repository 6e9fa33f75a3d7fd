#include "actors/metrics/metrics_supervisor.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "actors/metrics/metrics_actor.hpp"
#include "actors/supervision/failures.hpp"
#include "actors/supervision/restart_policy.hpp"

#include <caf/all.hpp>

namespace plexus {
namespace {

constexpr std::chrono::seconds wait_max{60};

struct keeper_state {
  explicit keeper_state(metrics_supervisor::base*) {}

  const char* name = "metrics supervisor";
  metrics_config config;
  io_pool* pool = nullptr;
  metrics_sources sources;
  metrics_actor child;
  restart_policy policy;
};

using self_ptr = metrics_supervisor::stateful_pointer<keeper_state>;

void start(self_ptr self) {
  auto& s = self->state;
  s.child = spawn_metrics_actor(self->system(), s.config, *s.pool, s.sources, s.policy.restarts());
  self->link_to(s.child);
}

void on_exit(self_ptr self, const caf::exit_msg& exit) {
  auto& s = self->state;
  if (!s.child || s.child.address() != exit.source)
    return self->quit(exit.reason);
  s.child = nullptr;
  const auto wait = s.policy.on_death(now()).value_or(wait_max);
  log(log_level::error, "Metrics ended and are started again in {:.2f} s", seconds_of(wait));
  self->delayed_send(self, wait, restarted_atom::value);
}

metrics_supervisor::behavior_type keeper_behavior(self_ptr self, const metrics_config& config, io_pool* pool,
                                                  const metrics_sources& sources) {
  auto& s = self->state;
  end_on_exception(self);
  s.config = config;
  s.pool = pool;
  s.sources = sources;
  self->set_exit_handler([self](const caf::exit_msg& exit) { on_exit(self, exit); });
  start(self);
  return {
      [self](restarted_atom) { start(self); },
      [self, &s](find_atom) -> caf::result<std::uint16_t> {
        if (!s.child)
          return std::uint16_t{0};
        return self->delegate(s.child, find_atom::value);
      },
  };
}

}  // namespace

metrics_supervisor spawn_metrics(caf::actor_system& system, const metrics_config& config, io_pool& pool,
                                 const metrics_sources& sources) {
  return system.spawn(keeper_behavior, config, &pool, sources);
}

}  // namespace plexus
