// Announces: whom to believe, what to learn, and whom to tell. Source: rns-1.5.7 sections 1.7 and 1.8; Transport.py:
// _inbound.
#include "transport/router/local_hops.hpp"
#include "transport/router/shard_state.hpp"

namespace plexus {
namespace {

/// Window within which a heard announce is passed on for the first time. Source: Transport.py: PATHFINDER_RW.
constexpr duration rebroadcast_window = std::chrono::milliseconds{500};
/// Rebroadcasts of neighbours after which ours is not needed any more. Source: Transport.py: LOCAL_REBROADCASTS_MAX.
constexpr octet local_rebroadcasts_max = 2;
/// Largest announce, header included. Source: Transport.py: preprocess_inbound.
constexpr std::size_t announce_size_max = wire::mtu;

constexpr std::chrono::hours path_lifetime{7 * 24};
constexpr std::chrono::hours path_lifetime_access_point{24};
/// Short, because the next hop moves on.
constexpr std::chrono::hours path_lifetime_roaming{6};
static_assert(path_lifetime_roaming < path_lifetime_access_point && path_lifetime_access_point < path_lifetime);

}  // namespace

duration router_shard::state::lifetime_over(interface_id heard_on) const {
  const auto* f = facts(heard_on);
  if (f && f->mode == interface_mode::access_point)
    return path_lifetime_access_point;
  if (f && f->mode == interface_mode::roaming)
    return path_lifetime_roaming;
  return path_lifetime;
}

void router_shard::state::take_announce(const arrival& a, instant now, shard_output& out) {
  const auto refuse = [&](announce_outcome outcome, drop_reason reason) {
    count(outcome);
    drop(a, reason);
  };
  if (a.packet.size > announce_size_max)
    return refuse(announce_outcome::refused, drop_reason::announce_oversized);
  const auto packet = parse_packet(a.packet.whole());
  if (!packet)
    return refuse(announce_outcome::refused, drop_reason::malformed);
  const auto destination = a.destination();
  const auto* path = path_to(destination, now);
  const auto known = path ? records.at(path->record).announce() : octets{};
  const auto heard_announce = verify_announce(*packet, known);
  ++counters.announces_verified;
  if (!heard_announce)
    return refuse(announce_outcome::invalid, drop_reason::announce_invalid);
  if (blackholed && blackholed->contains(heard_announce->owner()))
    return refuse(announce_outcome::blackholed, drop_reason::announce_blackholed);

  if (out.announces_heard_on.empty() || out.announces_heard_on.back().from != a.from)
    out.announces_heard_on.push_back({a.from, 0, 0});
  ++out.announces_heard_on.back().count;
  out.announces_heard_on.back().octets += a.packet.size;

  const bool held_back = line(a.from) && slots[a.from.slot()].burst.announces && !path && !is_local(destination) &&
                         !asked.asked_within(destination, path_request_life, now) &&
                         !discoveries.waits_for(destination, now);
  if (held_back) {
    const auto whole = a.packet.whole();
    out.held.push_back({a.from, destination, a.hops, {whole.begin(), whole.end()}});
    return count(announce_outcome::held);
  }
  if (is_local(destination))
    return count(announce_outcome::local);
  if (a.packet.has_transport())
    note_rebroadcast(a, destination, now);
  const auto verdict = judge(a, path, heard_announce->content().blob, now);
  const bool added = verdict != acceptance::ignore;
  count(added ? announce_outcome::accepted : announce_outcome::ignored);
  if (added)
    add_path(a, *heard_announce, now, out);
  const auto whole = a.packet.whole();
  out.learned.push_back({destination,
                         a.packet.hash,
                         {whole.begin(), whole.end()},
                         a.from,
                         a.hops,
                         a.packet.context() == packet_context::path_response,
                         added});
}

// A neighbour that passes our announce on saves us the repetition.
void router_shard::state::note_rebroadcast(const arrival& a, const destination_hash& destination, instant now) {
  auto* ours = config.transport_enabled ? pending.find(destination) : nullptr;
  if (!ours)
    return;
  if (a.hops - 1 == ours->hops) {
    ++ours->heard_again;
    if (ours->retries > 0 && ours->heard_again >= local_rebroadcasts_max)
      return pending.erase_rebroadcast(destination);
  }
  if (a.hops - 1 == ours->hops + 1 && ours->retries > 0 && now < ours->due)
    pending.erase_rebroadcast(destination);
}

acceptance router_shard::state::judge(const arrival& a, const flow_entry* path, const random_blob& blob,
                                      instant now) const {
  if (a.hops > wire::hops_end)
    return acceptance::ignore;
  if (!path)
    return acceptance::add_and_reset;
  const auto& record = records.at(path->record);
  const auto* current = facts(path->toward);
  const auto* receiving = facts(a.from);
  const accepted_path known{path->hops, now >= record.expires_at, path->has(flow_entry::unresponsive),
                            current ? current->gravity : 0, record.blobs};
  return accept_path(&known, {a.hops, blob, receiving ? receiving->gravity : 0});
}

void router_shard::state::add_path(const arrival& a, const verified_announce& announced, instant now,
                                   shard_output& out) {
  const auto destination = announced.destination();
  const auto next_hop =
      a.packet.has_transport() ? address::from({a.packet.data + 2, address::size}) : rename<address>(destination);
  auto* path = flows.find(rename<address>(destination));
  if (!path) {
    auto& created = flows.insert(rename<address>(destination));
    created.kind = flow_kind::path;
    created.record = records.add();
    ++paths;
    path = &created;
  }
  path->next_hop = next_hop;
  path->touched = now;
  path->toward = a.from;
  path->hops = a.hops;
  path->flags = 0;
  auto& record = records.at(path->record);
  record.set_announce(a.packet.whole());
  record.blobs.add(announced.content().blob);
  record.expires_at = now + lifetime_over(a.from);

  inflight.resolve(destination);
  if (const auto took = asked.on_answer(destination, now))
    counters.path_request_latency.observe(*took);
  pass_on(a, destination, now);
  const bool anyone_waits = discoveries.waits_for(destination, now);
  if (!local_clients.empty() || anyone_waits) {
    const auto stored = record.announce();
    tell_local_clients(a, announce_packet(stored, a.hops, packet_context::none), out);
    if (anyone_waits) {
      for (const auto asker : discoveries.take(destination, now))
        emit_own(std::make_shared<const octet_string>(
                     announce_packet(stored, hops_toward(asker, a.hops), packet_context::path_response)),
                 asker, transmit_kind::announce, out);
    }
  }
  if (auto* tunnel = tunnels.over(a.from)) {
    const auto stored = record.announce();
    tunnel->expires_at = now + tunnel_table::tunnel_lifetime;
    tunnels.learn(*tunnel, destination,
                  {rename<transport_id>(next_hop),
                   a.hops,
                   now,
                   record.expires_at,
                   random_blobs(record.blobs.all()),
                   {stored.begin(), stored.end()}});
  }
}

// Into the table of what is to be rebroadcast, unless the destination announces itself too often.
void router_shard::state::pass_on(const arrival& a, const destination_hash& destination, instant now) {
  const bool response = a.packet.context() == packet_context::path_response;
  const auto* from = facts(a.from);
  const bool blocked = !response && from && from->announce_rate.target > duration::zero() &&
                       rates.on_announce(destination, from->announce_rate, now);
  if (blocked)
    count(announce_outcome::rate_limited);
  pending_announce entry;
  entry.hops = a.hops;
  if (!response && (config.transport_enabled || a.from_local_client)) {
    if (blocked || a.hops >= wire::hops_end)
      return;
    entry.due = a.from_local_client ? now : now + chance_for(destination, now).up_to(rebroadcast_window);
    entry.retries = a.from_local_client ? 1 : 0;
    if (!pending.put(destination, entry))
      drop(a, drop_reason::table_full);
  } else if (response && a.from_local_client && asked_of_clients.erase(destination)) {
    entry.due = now;
    entry.retries = 1;
    if (!pending.put(destination, entry))
      drop(a, drop_reason::table_full);
  }
}

void router_shard::state::tell_local_clients(const arrival& a, const octet_string& packet, shard_output& out) {
  if (local_clients.empty())
    return;
  const auto copy = std::make_shared<const octet_string>(packet);
  for (const auto client : local_clients)
    if (client != a.from)
      emit_own(copy, client, transmit_kind::announce, out);
}

octet router_shard::state::hops_toward(interface_id to, octet hops) const {
  const auto* f = facts(to);
  return f && hides_hops(config.local_hops_delta, hops, f->role) ? config.local_hops_delta : hops;
}

octet_string router_shard::state::announce_packet(octets stored, octet hops, packet_context context) const {
  const auto view = parse_packet(stored);
  if (!view)
    return {};
  packet_header header;
  header.flags = make_flags(packet_type::announce, destination_type::single, header_type::two,
                            transport_type::transport, view->header.has_context_flag());
  header.hops = hops;
  header.transport = config.identity;
  header.destination = view->header.destination;
  header.context = context;
  return encode_packet(header, view->data);
}

// What goes out is the announce as we believe it now, with the hops that go with it, even if it changed since it was
// put down to be passed on. The reference repeats what it was then.
void router_shard::state::rebroadcast_due(instant now, shard_output& out) {
  for (const auto& due : pending.take_due(now)) {
    const auto* path = path_to(due.destination, now);
    if (!path || path->hops >= wire::hops_end) {
      pending.erase(due.destination);
      continue;
    }
    const auto& record = records.at(path->record);
    auto packet = announce_packet(record.announce(), hops_toward(due.entry.only_on, path->hops),
                                  due.entry.path_response ? packet_context::path_response : packet_context::none);
    // With the longer header it may exceed what any peer takes; such an announce cannot travel further.
    if (packet.empty() || packet.size() > announce_size_max) {
      pending.erase(due.destination);
      continue;
    }
    auto shared = std::make_shared<const octet_string>(std::move(packet));
    count(announce_outcome::rebroadcast);
    if (due.entry.only_on) {
      emit_own(std::move(shared), due.entry.only_on, transmit_kind::announce, out);
      continue;
    }
    announce_transmit round;
    if (hides_hops(config.local_hops_delta, path->hops, interface_role::network))
      round.outside =
          std::make_shared<const octet_string>(hide_hops(*shared, config.identity, config.local_hops_delta));
    round.packet = std::move(shared);
    round.destination = due.destination;
    round.hops = path->hops;
    round.emitted = record.blobs.timebase();
    if (const auto* origin = facts(path->toward)) {
      round.origin_known = true;
      round.origin_mode = origin->mode;
      round.origin_announces_to_internal = origin->announces_to_internal;
    }
    out.announces.push_back(std::move(round));
  }
}

}  // namespace plexus
