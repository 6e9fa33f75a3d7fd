#include "transport/router/router.hpp"

#include "transport/ifac.hpp"
#include "transport/router/announce_round.hpp"
#include "transport/router/local_hops.hpp"

#include <algorithm>

namespace plexus {
namespace {

/// Signature checks between two looks at what they led to.
constexpr unsigned work_units = 64;

intake_config entrance_of(const interface_facts& facts, const router_config& config, const access_codes* access) {
  intake_config c;
  c.identity = config.identity;
  c.hash_secret = config.hash_secret;
  c.shard_count = config.shard_count;
  c.packet_size_max = facts.hw_mtu;
  c.access = access;
  c.from_local_client = facts.role == interface_role::local_client;
  return c;
}

violation violation_of(drop_reason reason) {
  if (is_ifac_violation(reason))
    return violation::ifac;
  return is_filter_hit(reason) ? violation::packet_filter : violation::protocol;
}

}  // namespace

router::router(const router_config& config, instant now, const clocks& wall) : config_(config) {
  for (unsigned i = 0; i < config.shard_count; ++i) {
    auto own = config;
    own.shard_index = i;
    shards_.push_back(std::make_unique<router_shard>(own, now, wall));
  }
}

void router::set_interface(const interface_facts& facts, instant now, const gate_config& gate,
                           const access_codes* access) {
  const auto known = ports_.find(facts.id.value);
  if (known == ports_.end()) {
    ports_.emplace(facts.id.value, port{facts,
                                        interface_gate(facts, gate, now),
                                        access,
                                        intake(entrance_of(facts, config_, access)),
                                        intake(entrance_of(facts, config_, nullptr)),
                                        {},
                                        {}});
  } else {
    auto& p = known->second;
    if (p.facts.bitrate != facts.bitrate)
      p.gate.on_bitrate(facts.bitrate, now);
    p.facts = facts;
    p.entrance.set_packet_size_max(facts.hw_mtu);
    p.released.set_packet_size_max(facts.hw_mtu);
  }
  for (const auto& s : shards_)
    s->on_interface(facts, now);
}

void router::remove_interface(interface_id id, instant now) {
  ports_.erase(id.value);
  for (const auto& s : shards_)
    s->on_interface_gone(id, now);
}

void router::set_blackholed(std::shared_ptr<const std::unordered_set<identity_hash>> identities, instant now) {
  for (const auto& s : shards_)
    s->set_blackholed(identities, now);
}

void router::receive(interface_id from, octets frame, instant now) {
  receive(from, std::span(&frame, 1), now);
}

void router::receive(interface_id from, std::span<const octets> frames, instant now) {
  const auto p = ports_.find(from.value);
  if (p != ports_.end())
    take(p->second, p->second.entrance, frames, std::nullopt, now);
}

void router::take(port& from, const intake& way_in, std::span<const octets> frames, std::optional<traffic_class> as,
                  instant now) {
  std::size_t size = 0;
  for (const auto frame : frames)
    size += frame.size();
  const auto slab = std::make_shared<octet_string>();
  slab->reserve(size);
  std::vector<std::shared_ptr<packet_batch>> batches(shards_.size());
  for (const auto frame : frames) {
    const auto at = slab->size();
    append(*slab, frame);
    auto taken = way_in.take(mutable_octets(*slab).subspan(at));
    if (!taken) {
      ++from.drops[static_cast<std::size_t>(taken.error())];
      from.gate.note_violation(violation_of(taken.error()));
      continue;
    }
    if (as)
      taken->packet.kind = *as;
    auto& batch = batches[taken->shard];
    if (!batch) {
      batch = std::make_shared<packet_batch>();
      batch->from = from.facts.id;
      batch->memory = slab;
    }
    batch->packets.push_back(taken->packet);
  }
  for (std::size_t i = 0; i < batches.size(); ++i)
    if (batches[i]) {
      shards_[i]->receive(batches[i], now, out_);
      carry_out(now);
    }
  settle(now);
}

void router::tick(instant now) {
  for (const auto& s : shards_) {
    s->tick(now, out_);
    carry_out(now);
  }
  settle(now);
  std::vector<std::uint32_t> due;
  for (const auto& [value, p] : ports_)
    if (p.gate.next_deadline() <= now)
      due.push_back(value);
  for (const auto value : due)
    on_gate_time(ports_.at(value), now);
}

instant router::next_deadline() const {
  auto next = instant::max();
  for (const auto& s : shards_)
    next = std::min(next, s->next_deadline());
  for (const auto& [value, p] : ports_)
    next = std::min(next, p.gate.next_deadline());
  return next;
}

void router::on_gate_time(port& p, instant now) {
  std::vector<announce_packet> passed;
  const auto released = p.gate.on_time(now, passed);
  for (const auto& packet : passed)
    transmit(p, *packet, {});
  publish_bursts(p);
  if (!released)
    return;
  const octets frame = released->packet;
  take(p, p.released, std::span(&frame, 1), traffic_class::limited, now);
}

void router::settle(instant now) {
  for (bool any = true; any;) {
    any = false;
    while (!events_.empty()) {
      const auto [shard, events] = std::move(events_.front());
      events_.pop_front();
      shards_[shard]->on_events(events, now, out_);
      carry_out(now);
    }
    for (const auto& s : shards_)
      if (s->has_work()) {
        any = true;
        s->work(work_units, now, out_);
        carry_out(now);
      }
    any = any || !events_.empty();
  }
  announce_due(now);
}

void router::carry_out(instant now) {
  for (unsigned shard = 0; shard < out_.events.size(); ++shard)
    if (!out_.events[shard].empty())
      events_.emplace_back(shard, std::move(out_.events[shard]));
  for (const auto& batch : out_.egress) {
    const auto to = ports_.find(batch->to.value);
    if (to == ports_.end())
      continue;
    for (const auto& packet : batch->packets)
      if (to->second.gate.admit(packet, now))
        transmit(to->second, packet.head(), packet.tail());
  }
  for (auto& a : out_.announces)
    round_.announces.push_back(std::move(a));
  std::move(out_.deliveries.begin(), out_.deliveries.end(), std::back_inserter(deliveries_));
  std::move(out_.learned.begin(), out_.learned.end(), std::back_inserter(learned_));
  for (const auto& heard : out_.announces_heard_on)
    if (const auto p = ports_.find(heard.from.value); p != ports_.end()) {
      p->second.gate.note_announces(now, heard.count, heard.octets);
      publish_bursts(p->second);
    }
  for (const auto& heard : out_.path_requests_heard_on)
    if (const auto p = ports_.find(heard.from.value); p != ports_.end()) {
      p->second.gate.note_path_requests(now, heard.count, heard.octets);
      publish_bursts(p->second);
    }
  for (auto& held : out_.held)
    if (const auto p = ports_.find(held.from.value); p != ports_.end())
      p->second.gate.hold(std::move(held), now);
  out_.clear();
}

// One round for all shards, so that caps and queues of the gates do not depend on their number.
void router::announce_due(instant now) {
  if (round_.announces.empty())
    return;
  sort_round(round_);
  for (auto& [value, p] : ports_) {
    std::vector<announce_packet> passed;
    p.gate.admit(round_, p.facts, now, passed);
    for (const auto& packet : passed)
      transmit(p, *packet, {});
  }
  round_.announces.clear();
}

void router::publish_bursts(port& p) {
  const auto bursts = p.gate.bursts();
  if (bursts.announces == p.bursts.announces && bursts.path_requests == p.bursts.path_requests)
    return;
  p.bursts = bursts;
  for (const auto& s : shards_)
    s->on_burst(p.facts.id, bursts);
}

void router::transmit(port& to, octets head, octets body) {
  // What a shard makes itself is all body.
  if (head.empty())
    std::swap(head, body);
  auto& sent = sent_.emplace_back(sent_packet{to.facts.id, {}});
  if (to.access) {
    sent.packet = to.access->apply(head, body);
    return;
  }
  sent.packet.resize(head.size() + body.size());
  std::copy(body.begin(), body.end(), std::copy(head.begin(), head.end(), sent.packet.begin()));
}

void router::send(octet_string packet, interface_id only, instant now) {
  const auto parsed = parse_packet(packet);
  if (!parsed)
    return;
  owner_of(parsed->header.destination.data()).send(std::move(packet), only, now, out_);
  carry_out(now);
  settle(now);
}

void router::announce(octet_string packet, instant now) {
  const auto parsed = parse_packet(packet);
  if (!parsed)
    return;
  announce_transmit own;
  own.destination = rename<destination_hash>(parsed->header.destination);
  own.local = true;
  if (config_.local_hops_delta != 0)
    own.outside = std::make_shared<const octet_string>(hide_hops(packet, config_.identity, config_.local_hops_delta));
  own.packet = std::make_shared<const octet_string>(std::move(packet));
  round_.announces.push_back(std::move(own));
  announce_due(now);
}

void router::add_local(const address& local) {
  owner_of(local.data()).add_local(local);
}

void router::remove_local(const address& local) {
  owner_of(local.data()).remove_local(local);
}

void router::request_path(const destination_hash& destination, instant now) {
  owner_of(destination.data()).request_path(destination, now, out_);
  carry_out(now);
  settle(now);
}

bool router::drop_path(const destination_hash& destination) {
  return owner_of(destination.data()).drop_path(destination);
}

std::optional<path_summary> router::find_path(const destination_hash& destination, instant now) const {
  return shards_[shard_of(destination.data(), config_.hash_secret, config_.shard_count)]->find_path(destination, now);
}

std::vector<path_summary> router::paths(instant now) const {
  std::vector<path_summary> all;
  for (const auto& s : shards_) {
    const auto some = s->paths(255, now);
    all.insert(all.end(), some.begin(), some.end());
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.destination < b.destination; });
  return all;
}

shard_status router::status() const {
  shard_status sum;
  for (const auto& s : shards_) {
    const auto one = s->status();
    sum.paths += one.paths;
    sum.links += one.links;
    sum.links_validated += one.links_validated;
    sum.reverses += one.reverses;
    sum.announces_pending += one.announces_pending;
    sum.packet_hashes += one.packet_hashes;
    sum.path_requests_pending += one.path_requests_pending;
    sum.tunnels = std::max(sum.tunnels, one.tunnels);  // each shard knows all of them
    for (std::size_t kind = 0; kind < traffic_classes; ++kind) {
      sum.queued[kind] += one.queued[kind];
      sum.queue_dropped[kind] += one.queue_dropped[kind];
    }
    sum.forwarded_data += one.forwarded_data;
    sum.forwarded_link_data += one.forwarded_link_data;
    sum.announces_verified += one.announces_verified;
    sum.link_proofs_verified += one.link_proofs_verified;
  }
  return sum;
}

drop_counters router::drops_of(interface_id id) const {
  drop_counters sum{};
  if (const auto p = ports_.find(id.value); p != ports_.end())
    sum = p->second.drops;
  for (const auto& s : shards_) {
    const auto one = s->drops_of(id);
    for (std::size_t i = 0; i < one.size(); ++i)
      sum[i] += one[i];
  }
  return sum;
}

void router::clear() {
  sent_.clear();
  deliveries_.clear();
  learned_.clear();
}

}  // namespace plexus
