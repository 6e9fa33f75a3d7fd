#include "actors/interfaces/flap_guard.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "actors/supervision/child_spec.hpp"
#include "actors/supervision/failures.hpp"

#include <caf/all.hpp>

namespace plexus {
namespace {

struct flap_memory {
  flap_blocker blocker;
};

struct flap_state : kept_state<flap_memory>::life {
  explicit flap_state(flap_guard::base*) {}
  const char* name = "flap guard";
};

flap_guard::behavior_type flap_behavior(flap_guard::stateful_pointer<flap_state> self,
                                        const kept_state<flap_memory>& memories) {
  auto& s = self->state;
  end_on_exception(self);
  s.take_over(memories);
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
  child_spec spec;
  spec.name = "flaps";
  spec.start = [memories = kept_state<flap_memory>({})](caf::actor_system& in, const caf::actor&) {
    return caf::actor_cast<caf::actor>(in.spawn(flap_behavior, memories));
  };
  return caf::actor_cast<flap_guard>(supervise(system, std::move(spec)));
}

}  // namespace plexus
