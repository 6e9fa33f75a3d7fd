#include "actors/supervision/node_root.hpp"

#include "actors/supervision/failures.hpp"

#include <caf/all.hpp>

namespace plexus {
namespace {

struct root_state {
  explicit root_state(node_root::base*) {}

  const char* name = "root";
  node_progress progress;
};

node_root::behavior_type root_behavior(node_root::stateful_pointer<root_state> self,
                                       const std::vector<caf::actor>& children, const std::function<void()>& failed) {
  auto& s = self->state;
  end_on_exception(self);
  for (const auto& child : children)
    self->monitor(child);
  self->set_down_handler([&s, failed](const caf::down_msg& down) {
    if (down.reason && down.reason != caf::exit_reason::user_shutdown && !s.progress.has(node_step::draining) && failed)
      failed();
  });
  return {
      [&s](node_step step) { s.progress.reach(step); },
      [&s](status_atom) { return s.progress; },
  };
}

}  // namespace

node_root spawn_root(caf::actor_system& system, const std::vector<caf::actor>& children,
                     const std::function<void()>& failed) {
  return system.spawn(root_behavior, children, failed);
}

}  // namespace plexus
