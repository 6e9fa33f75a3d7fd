#include "actors/router/router_supervisor.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"

#include <caf/all.hpp>

namespace plexus {
namespace {

struct router_state {
  explicit router_state(router_supervisor::base*) {}
  ~router_state() {
    for (const auto& shard : shards)
      caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
  }

  const char* name = "router supervisor";
  router_config config;
  shard_outlets outlets;
  std::vector<shard_actor> shards;
  std::vector<shard_watcher> watchers;
  restart_policy policy;
};

using self_ptr = router_supervisor::stateful_pointer<router_state>;

void start_shard(self_ptr self, unsigned index) {
  auto& s = self->state;
  auto config = s.config;
  config.shard_index = index;
  config.jitter_seed += index + s.policy.restarts() * config.shard_count;
  const auto shard = spawn_shard(self->system(), config, s.outlets);
  self->monitor(shard);
  if (index == s.shards.size())
    s.shards.push_back(shard);
  else
    s.shards[index] = shard;
}

void tell(self_ptr self, unsigned index) {
  auto& s = self->state;
  const shard_started started{index, s.shards};
  for (const auto& watcher : s.watchers)
    self->send(watcher, started);
  for (const auto& shard : s.shards)
    self->send(shard, started);
}

void on_down(self_ptr self, const caf::down_msg& down) {
  auto& s = self->state;
  for (unsigned i = 0; i < s.shards.size(); ++i)
    if (s.shards[i].address() == down.source) {
      const auto wait = s.policy.on_death(now());
      if (!wait) {
        log(log_level::critical, "Router shard {} ended too often", i);
        return self->quit(caf::sec::runtime_error);
      }
      log(log_level::error, "Router shard {} ended and is started again", i);
      self->delayed_send(self, *wait, restarted_atom::value, std::uint32_t{i});
    }
}

router_supervisor::behavior_type router_behavior(self_ptr self, const router_config& config,
                                                 const shard_outlets& outlets) {
  auto& s = self->state;
  end_on_exception(self);
  s.config = config;
  s.outlets = outlets;
  self->set_down_handler([self](const caf::down_msg& down) { on_down(self, down); });
  for (unsigned i = 0; i < config.shard_count; ++i)
    start_shard(self, i);
  tell(self, 0);
  return {
      [&s](paths_atom) { return shard_started{0, s.shards}; },
      [&s](const shard_watcher& watcher) { s.watchers.push_back(watcher); },
      [self](restarted_atom, std::uint32_t index) {
        start_shard(self, index);
        tell(self, index);
      },
      [&s](status_atom) { return s.policy.restarts(); },
  };
}

}  // namespace

router_supervisor spawn_router(caf::actor_system& system, const router_config& config, const shard_outlets& outlets) {
  return system.spawn(router_behavior, config, outlets);
}

}  // namespace plexus
