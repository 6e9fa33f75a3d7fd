#include "actors/router/shard_actor.hpp"

#include "actors/clock.hpp"
#include "actors/deadline_timer.hpp"
#include "actors/io/io_thread.hpp"
#include "actors/supervision/failures.hpp"
#include "transport/router/announce_round.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <utility>

namespace plexus {
namespace {

/// Signature checks in one slice of work, about 0.3 ms: the longest that a data batch waits for announces.
constexpr unsigned work_slice = 8;
/// Between the first shard's part of a round and the round: timers of one moment ring so far apart at most.
constexpr auto gathering_time = 2 * deadline_timer::granularity;

struct shard_state {
  explicit shard_state(shard_actor::base*) {}

  void start(const router_config& shard_config, const shard_outlets& others) {
    router = std::make_unique<router_shard>(shard_config, now(), read_clocks());
    outlets = others;
    if (others.announces)
      listeners.push_back(others.announces);
    index = shard_config.shard_index;
  }

  struct egress_slot {
    interface_id id{};
    bool takes_announces = false;  ///< online and outgoing
    interface_actor actor;
  };

  const char* name = "shard";
  std::unique_ptr<router_shard> router;
  shard_output out;
  shard_outlets outlets;
  std::vector<announce_listener> listeners;
  unsigned index = 0;
  std::vector<shard_actor> shards;
  std::vector<egress_slot> interfaces;  ///< by slot
  deadline_timer timer;
  bool working = false;  ///< a work message is on its way
  announce_round round;  ///< first shard: parts of all shards; a message will end it while it is not empty

  const egress_slot* find(interface_id id) const {
    return id.slot() < interfaces.size() && interfaces[id.slot()].id == id ? &interfaces[id.slot()] : nullptr;
  }
};

using self_ptr = shard_actor::stateful_pointer<shard_state>;

/// Gathers what gates have to know, one message for each interface.
class gate_reports {
public:
  explicit gate_reports(const shard_output& out) {
    for (const auto& heard : out.announces_heard_on)
      of(heard.from).announces = heard;
    for (const auto& heard : out.path_requests_heard_on)
      of(heard.from).path_requests = heard;
    for (const auto& held : out.held)
      of(held.from).held.push_back(held);
  }

  template <class Send>
  void for_each(Send send) {
    for (auto& [id, report] : reports_)
      send(id, std::move(report));
  }

private:
  gate_report& of(interface_id id) {
    for (auto& [known, report] : reports_)
      if (known == id)
        return *report;
    return *reports_.emplace_back(id, std::make_shared<gate_report>()).second;
  }

  std::vector<std::pair<interface_id, std::shared_ptr<gate_report>>> reports_;
};

void send_egress(self_ptr self) {
  auto& s = self->state;
  for (auto& batch : s.out.egress)
    if (const auto* to = s.find(batch->to))
      self->send(to->actor, egress_batch_ptr(std::move(batch)));
}

void send_round(self_ptr self, announce_round round) {
  const announce_round_ptr shared = std::make_shared<announce_round>(std::move(round));
  for (const auto& to : self->state.interfaces)
    if (to.takes_announces)
      self->send(to.actor, shared);
}

void gather(self_ptr self, const std::vector<announce_transmit>& part) {
  auto& s = self->state;
  if (s.round.announces.empty())
    self->delayed_send(self, gathering_time, gather_atom::value);
  s.round.announces.insert(s.round.announces.end(), part.begin(), part.end());
}

/// One round for all shards, so that caps and queues of the gates do not depend on their number: the first shard
/// gathers it.
void send_announces(self_ptr self) {
  auto& s = self->state;
  if (s.out.announces.empty())
    return;
  announce_round part{std::move(s.out.announces)};
  if (s.shards.size() <= 1)
    send_round(self, std::move(part));
  else if (s.index == 0)
    gather(self, part.announces);
  else
    self->send(s.shards.front(), announce_round_ptr(std::make_shared<announce_round>(std::move(part))));
}

void end_round(self_ptr self) {
  auto round = std::exchange(self->state.round, {});
  sort_round(round);
  send_round(self, std::move(round));
}

void send_reports(self_ptr self) {
  auto& s = self->state;
  if (!s.out.announces_heard_on.empty() || !s.out.path_requests_heard_on.empty() || !s.out.held.empty())
    gate_reports(s.out).for_each([&](interface_id id, gate_report_ptr report) {
      if (const auto* to = s.find(id))
        self->send(to->actor, std::move(report));
    });
  if (s.outlets.endpoints && !s.out.deliveries.empty())
    self->send(s.outlets.endpoints,
               local_delivery_ptr(std::make_shared<std::vector<local_delivery>>(std::move(s.out.deliveries))));
  if (!s.listeners.empty() && !s.out.learned.empty()) {
    const announces_learned_ptr learned = std::make_shared<std::vector<announce_learned>>(std::move(s.out.learned));
    for (const auto& listener : s.listeners)
      self->send(listener, learned);
  }
}

/// Carries out what the machine wants. Other shards hear first: the answer to a packet may reach them at once.
void flush(self_ptr self) {
  auto& s = self->state;
  if (!s.out.empty()) {
    for (unsigned i = 0; i < s.out.events.size() && i < s.shards.size(); ++i)
      if (!s.out.events[i].empty())
        self->send(s.shards[i], shard_events_ptr(std::make_shared<shard_events>(std::move(s.out.events[i]))));
    send_egress(self);
    send_announces(self);
    send_reports(self);
    s.out.clear();
  }
  if (s.router->has_work() && !s.working) {
    s.working = true;
    self->send(self, work_atom::value);
    if (auto* thread = dynamic_cast<io_thread*>(self->context()))
      thread->hand_over();
  }
  s.timer.set(self, s.router->next_deadline());
}

/// On an I/O thread: leaves the work to the scheduler.
void work(self_ptr self) {
  auto& s = self->state;
  s.working = false;
  if (dynamic_cast<io_thread*>(self->context()) == nullptr)
    s.router->work(work_slice, now(), s.out);
  flush(self);
}

void on_known(self_ptr self, const interface_known& known) {
  auto& s = self->state;
  const auto slot = known.facts->id.slot();
  if (slot >= s.interfaces.size())
    s.interfaces.resize(slot + 1);
  s.interfaces[slot] = {known.facts->id, known.facts->online && known.facts->outgoing, known.actor};
  s.router->on_interface(*known.facts, now());
}

void on_gone(self_ptr self, interface_id id) {
  auto& s = self->state;
  if (s.find(id))
    s.interfaces[id.slot()] = {};
  s.router->on_interface_gone(id, now());
}

drop_list drops_of(const shard_state& s) {
  auto drops = std::make_shared<std::vector<interface_drops>>();
  for (const auto& slot : s.interfaces)
    if (slot.id) {
      const interface_drops one{slot.id, s.router->drops_of(slot.id)};
      if (one.drops != drop_counters{})
        drops->push_back(one);
    }
  return drops;
}

known_path_ptr recall(const router_shard& router, const destination_hash& destination) {
  const auto path = router.find_path(destination, now());
  return path ? std::make_shared<known_path>(known_path{*path, router.announce_of(destination)}) : nullptr;
}

shard_actor::behavior_type shard_behavior(self_ptr self, const router_config& config, const shard_outlets& outlets) {
  auto& s = self->state;
  end_on_exception(self);
  s.start(config, outlets);
  return {
      [self, &s](const packet_batch_ptr& batch) {
        s.router->receive(batch, now(), s.out);
        flush(self);
      },
      [&s](const burst_change& change) { s.router->on_burst(change.id, change.state); },
      [self, &s](const shard_events_ptr& events) {
        s.router->on_events(*events, now(), s.out);
        flush(self);
      },
      [self](const interface_known& known) { on_known(self, known); },
      [self](const interface_gone& gone) { on_gone(self, gone.id); },
      [self, &s](tick_atom, std::uint64_t setting) {
        if (!s.timer.rings(setting))
          return;
        s.router->on_clock(read_clocks());
        s.router->tick(now(), s.out);
        flush(self);
      },
      [self](work_atom) { work(self); },
      [self](const announce_round_ptr& part) { gather(self, part->announces); },
      [self](gather_atom) { end_round(self); },
      [self, &s](const shard_started& started) {
        s.shards = started.shards;
        flush(self);
      },
      [self, &s](const local_packets_ptr& local) {
        for (const auto& packet : local->packets)
          s.router->send(packet, local->only, now(), s.out);
        flush(self);
      },
      [&s](const announce_listener& listener) {
        if (std::find(s.listeners.begin(), s.listeners.end(), listener) == s.listeners.end())
          s.listeners.push_back(listener);
      },
      [&s](add_local_atom, const address& local) { s.router->add_local(local); },
      [&s](remove_local_atom, const address& local) { s.router->remove_local(local); },
      [self, &s](request_path_atom, const destination_hash& destination) {
        s.router->request_path(destination, now(), s.out);
        flush(self);
      },
      [&s](const blackhole_set& identities) { s.router->set_blackholed(identities, now()); },
      [&s](find_atom, const destination_hash& destination) { return s.router->find_path(destination, now()); },
      [&s](recall_atom, const destination_hash& destination) { return recall(*s.router, destination); },
      [&s](paths_atom, std::uint8_t hops_max) -> path_list {
        return std::make_shared<std::vector<path_summary>>(s.router->paths(hops_max, now()));
      },
      [&s](drop_atom, const destination_hash& destination) { return s.router->drop_path(destination); },
      [&s](drop_via_atom, const transport_id& next_hop) -> std::uint64_t { return s.router->drop_paths_via(next_hop); },
      [&s](drops_atom) { return drops_of(s); },
      [&s](rates_atom) -> rate_list {
        return std::make_shared<std::vector<announce_rate_summary>>(s.router->announce_rates());
      },
      [&s](save_atom, std::uint64_t cursor, std::uint64_t most) -> saved_paths_ptr {
        auto saved = std::make_shared<saved_paths>();
        saved->next = s.router->save_some(cursor, most, now(), saved->paths);
        return saved;
      },
      [&s](restore_atom, const saved_paths_ptr& saved) -> std::uint64_t {
        std::uint64_t taken = 0;
        for (const auto& path : saved->paths)
          taken += s.router->restore(path, now());
        return taken;
      },
      [&s](save_atom, tunnels_atom, std::uint64_t cursor, std::uint64_t most) -> saved_tunnels_ptr {
        auto saved = std::make_shared<saved_tunnels>();
        saved->next = s.router->save_tunnels(cursor, most, saved->tunnels);
        return saved;
      },
      [&s](restore_atom, const saved_tunnels_ptr& saved) -> std::uint64_t {
        for (const auto& tunnel : saved->tunnels)
          s.router->restore(tunnel, now());
        return 0;
      },
      [&s](save_atom, hashes_atom, std::uint64_t most) -> packet_hashes_ptr {
        return std::make_shared<std::vector<packet_hash>>(s.router->recent_hashes(most));
      },
      [&s](restore_atom, const packet_hashes_ptr& hashes) -> std::uint64_t {
        s.router->remember_hashes(*hashes);
        return 0;
      },
      [&s](status_atom) { return s.router->status(); },
  };
}

}  // namespace

shard_actor spawn_shard(caf::actor_system& system, const router_config& config, const shard_outlets& outlets) {
  return system.spawn(shard_behavior, config, outlets);
}

}  // namespace plexus
