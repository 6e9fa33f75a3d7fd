// What waits and what time brings: queued announces and path requests, expiry, and the shard's periodic round.
// Source: rns-1.5.7 sections 1.2, 1.12 and 1.16; Transport.py: jobs.
#include "transport/router/shard_state.hpp"

namespace plexus {
namespace {

/// Lifetime of a validated link that nothing passes over. Source: Transport.py: LINK_TIMEOUT.
constexpr std::chrono::seconds link_lifetime{900};
constexpr std::chrono::seconds cull_interval{5};
constexpr std::chrono::seconds sweep_interval{1};
/// The flow table is looked through once in so many rounds, a part at a time. What is over does not count meanwhile: an
/// entry is judged whenever it is met.
constexpr std::size_t sweep_rounds = 60;

/// Packets served in turn from each queue, in the order of the classes.
constexpr std::array<unsigned, traffic_classes> shares{0, 4, 4, 1};

}  // namespace

void router_shard::state::enqueue(traffic_class kind, const packet_batch_ptr& batch, std::uint32_t index,
                                  const arrival& a) {
  const auto i = static_cast<std::size_t>(kind);
  const std::array<std::size_t, traffic_classes> bounds{0, config.queue_announces_max, config.queue_path_requests_max,
                                                        config.queue_limited_max};
  constexpr std::array<drop_reason, traffic_classes> reasons{drop_reason::count_, drop_reason::announce_queue_full,
                                                             drop_reason::path_request_queue_full,
                                                             drop_reason::limited_queue_full};
  // What can be held back at its sender is bounded by the memory that its reader may have under way.
  const auto* from = facts(a.from);
  if (queues[i].size() >= bounds[i] && !(from && from->pushes_back)) {
    ++counters.queue_dropped[i];
    return drop(a, reasons[i]);
  }
  queues[i].push_back({batch, index});
}

bool router_shard::state::work_one(traffic_class kind, instant now, shard_output& out) {
  auto& queue = queues[static_cast<std::size_t>(kind)];
  if (queue.empty())
    return false;
  const auto next = std::move(queue.front());
  queue.pop_front();
  const auto a = arrival_of(*next.batch, next.batch->packets[next.index]);
  if (!line(a.from))
    return true;
  if (a.type() == packet_type::announce)
    take_announce(a, now, out);
  else
    take_path_request(a, kind == traffic_class::limited, now, out);
  return true;
}

void router_shard::state::work(unsigned units, instant now, shard_output& out) {
  for (std::size_t idle = 0; units > 0 && idle <= traffic_classes;) {
    if (turns_left > 0 && work_one(static_cast<traffic_class>(turn), now, out)) {
      idle = 0;
      --turns_left;
      --units;
      continue;
    }
    ++idle;
    turn = (turn + 1) % traffic_classes;
    turns_left = shares[turn];
  }
}

bool router_shard::state::path_alive(const flow_entry& path, instant now) const {
  return line(path.toward) && !path.has(flow_entry::expired) && now - path.touched <= lifetime_over(path.toward);
}

bool router_shard::state::link_alive(const flow_entry& link, instant now) const {
  return line(link.toward) && line(link.back) &&
         (!link.has(flow_entry::validated) || now - link.touched <= link_lifetime);
}

void router_shard::state::forget_path(const flow_entry& path) {
  records.remove(path.record);
  --paths;
  flows.erase(address(path.key));
}

flow_entry* router_shard::state::path_to(const destination_hash& destination, instant now) {
  auto* path = flows.find(destination.data());
  if (!path || path->kind != flow_kind::path)
    return nullptr;
  if (path_alive(*path, now))
    return path;
  forget_path(*path);
  return nullptr;
}

void router_shard::state::sweep(instant now) {
  // A removal may move the next entry into this slot, so the slot is looked at again.
  for (auto left = flows.slots() / sweep_rounds + 1; left > 0; --left) {
    if (sweep_at >= flows.slots())
      sweep_at = 0;
    const auto* entry = flows.at(sweep_at);
    if (entry && entry->kind == flow_kind::path && !path_alive(*entry, now))
      forget_path(*entry);
    else if (entry && entry->kind == flow_kind::link && !link_alive(*entry, now))
      forget_link(*entry);
    else
      ++sweep_at;
  }
}

void router_shard::state::tick(instant now, shard_output& out) {
  rebroadcast_due(now, out);
  drop_overdue_links(now, out);
  while (const auto again = rediscoveries.take_due(now))
    request_path(again->destination, again->except, now, out);
  if (now - swept_at >= sweep_interval) {
    swept_at = now;
    sweep(now);
  }
  if (now - culled_at >= cull_interval) {
    culled_at = now;
    inflight.expire(now);
    discoveries.expire(now);
    asked.expire(now);
    tunnels.cull(now, [&](const destination_hash& destination, const tunnel_path& kept) {
      const auto* path = path_to(destination, now);
      return path && records.at(path->record).blobs.timebase() > kept.blobs.timebase();
    });
  }
}

}  // namespace plexus
