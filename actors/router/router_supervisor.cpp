#include "actors/router/router_supervisor.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "actors/supervision/child_spec.hpp"
#include "actors/supervision/failures.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace plexus {
namespace {

/// A shard that died once is started at once: until then its packets have nowhere to go.
constexpr restart_limits shard_limits{.backoff_first = std::chrono::milliseconds(10)};

/// What is not lost when the actor dies. The shards live on, and end when nobody keeps this any more.
struct router_memory {
  router_memory() = default;
  router_memory(router_memory&&) = default;
  router_memory& operator=(router_memory&&) = default;
  ~router_memory() {
    for (const auto& shard : shards)
      caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
  }

  std::vector<shard_actor> shards;
  std::vector<std::shared_ptr<router_shard>> tables;  ///< each with its shard while that lives
  std::vector<shard_watcher> watchers;
  restart_policy policy{shard_limits};
};

struct router_state : kept_state<router_memory>::life {
  explicit router_state(router_supervisor::base*) {}

  const char* name = "router supervisor";
  router_config config;
  shard_outlets outlets;
};

using self_ptr = router_supervisor::stateful_pointer<router_state>;

void start_shard(self_ptr self, unsigned index) {
  auto& s = self->state;
  if (index == s.tables.size())
    s.tables.emplace_back();
  if (!s.tables[index]) {
    auto config = s.config;
    config.shard_index = index;
    config.jitter_seed += index + s.policy.restarts() * config.shard_count;
    s.tables[index] = std::make_shared<router_shard>(config, now(), read_clocks());
  }
  const auto shard = spawn_shard(self->system(), s.tables[index], index, s.outlets);
  self->monitor(shard);
  if (index == s.shards.size())
    s.shards.push_back(shard);
  else
    s.shards[index] = shard;
}

void tell(self_ptr self, unsigned index, bool with_tables) {
  auto& s = self->state;
  const shard_started started{index, s.shards, with_tables};
  for (const auto& watcher : s.watchers)
    self->send(watcher, started);
  for (const auto& shard : s.shards)
    self->send(shard, started);
}

void restart_shard(self_ptr self, unsigned index) {
  const bool with_tables = self->state.tables[index] != nullptr;
  start_shard(self, index);
  tell(self, index, with_tables);
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
      if (down.reason != caf::exit_reason::kill)
        s.tables[i].reset();  // what it failed on may be in them
      if (*wait <= shard_limits.backoff_first)
        return restart_shard(self, i);
      return self->delayed_send(self, *wait, restarted_atom::value, std::uint32_t{i});
    }
}

router_supervisor::behavior_type router_behavior(self_ptr self, const router_config& config,
                                                 const shard_outlets& outlets,
                                                 const kept_state<router_memory>& memories) {
  auto& s = self->state;
  end_on_exception(self);
  s.take_over(memories);
  s.config = config;
  s.outlets = outlets;
  self->set_down_handler([self](const caf::down_msg& down) { on_down(self, down); });
  for (const auto& shard : s.shards)
    self->monitor(shard);  // one that is dead already is heard of at once
  const bool first_life = s.shards.empty();
  for (auto i = static_cast<unsigned>(s.shards.size()); i < config.shard_count; ++i)
    start_shard(self, i);
  tell(self, 0, !first_life);
  return {
      [&s](paths_atom) { return shard_started{0, s.shards, true}; },
      [&s](const shard_watcher& watcher) {
        if (std::find(s.watchers.begin(), s.watchers.end(), watcher) == s.watchers.end())
          s.watchers.push_back(watcher);
      },
      [self](restarted_atom, std::uint32_t index) { restart_shard(self, index); },
      [&s](status_atom) { return s.policy.restarts(); },
  };
}

}  // namespace

router_supervisor spawn_router(caf::actor_system& system, const router_config& config, const shard_outlets& outlets) {
  child_spec spec;
  spec.name = "router";
  spec.keep = [](const caf::type_erased_tuple& message) -> std::optional<kept_message> {
    if (message.match_elements<shard_watcher>())
      return kept_message{"watcher " + std::to_string(message.get_as<shard_watcher>(0)->id())};
    return std::nullopt;
  };
  spec.start = [config, outlets, memories = kept_state<router_memory>({})](caf::actor_system& in, const caf::actor&) {
    return caf::actor_cast<caf::actor>(in.spawn(router_behavior, config, outlets, memories));
  };
  return caf::actor_cast<router_supervisor>(supervise(system, std::move(spec)));
}

}  // namespace plexus
