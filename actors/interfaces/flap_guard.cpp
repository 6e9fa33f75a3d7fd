#include "actors/interfaces/flap_guard.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"

#include <caf/all.hpp>

namespace plexus {
namespace {

struct flap_state {
  explicit flap_state(flap_guard::base*) {}
  const char* name = "flap guard";
  flap_blocker blocker;
};

flap_guard::behavior_type flap_behavior(flap_guard::stateful_pointer<flap_state> self) {
  auto& s = self->state;
  end_on_exception(self);
  return {
      [&s](const connection_ended& ended) {
        const bool before = s.blocker.is_blocked(ended.from, ended.limits, now());
        s.blocker.on_ended(ended.from, ended.lived, ended.limits, now());
        if (!before && s.blocker.is_blocked(ended.from, ended.limits, now()))
          log(log_level::warning, "Further connections from {} are refused: they end too fast", ended.from);
      },
      [&s](const connection_offered& offered) { return !s.blocker.is_blocked(offered.from, offered.limits, now()); },
      [&s](status_atom, const flap_limits& limits) { return s.blocker.blocked(limits, now()); },
  };
}

}  // namespace

flap_guard spawn_flap_guard(caf::actor_system& system) {
  return system.spawn(flap_behavior);
}

}  // namespace plexus
