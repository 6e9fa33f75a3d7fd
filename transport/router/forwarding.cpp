// Data on its way: what one look at the flow table decides. Source: rns-1.5.7 sections 1.3 to 1.6; Transport.py:
// _inbound.
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"
#include "transport/router/intake.hpp"
#include "transport/router/shard_state.hpp"

#include <algorithm>

namespace plexus {
namespace {

/// Packets whose table lines are fetched ahead of the one under decision.
constexpr std::size_t lookahead = 12;

/// Link traffic with its own protection against repetition; never remembered. Source: Transport.py: packet_filter.
bool is_exempt_from_filter(packet_context context) {
  switch (context) {
    case packet_context::keepalive:
    case packet_context::resource_request:
    case packet_context::resource_proof:
    case packet_context::resource:
    case packet_context::cache_request:
    case packet_context::channel:
      return true;
    default:
      return false;
  }
}

}  // namespace

arrival router_shard::state::arrival_of(const packet_batch& batch, const inbound_packet& packet) const {
  const auto* l = line(batch.from);
  const bool local = l && l->local_client;
  const bool uncounted = local || (local_clients.empty() && is_shared_instance(batch.from));
  return {batch, packet, batch.from, static_cast<octet>(packet.hops() + (uncounted ? 0 : 1)), local};
}

void router_shard::state::receive(const packet_batch_ptr& batch, instant now, shard_output& out) {
  const auto* from = line(batch->from);
  if (!from || !from->online)
    return;
  const auto& packets = batch->packets;
  // Inlined always: GCC takes functions that only prefetch for functions that do nothing, and drops their calls.
  const auto prefetch = [&](const inbound_packet& p) __attribute__((always_inline)) {
    flows.prefetch(p.destination());
    heard.prefetch(p.fingerprint);
    if (p.has_transport() && owner_of(p.hash.data()) == config.shard_index)
      reverses.prefetch(p.hash.data());
  };
  for (std::size_t i = 0; i < std::min(lookahead, packets.size()); ++i)
    prefetch(packets[i]);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (i + lookahead < packets.size())
      prefetch(packets[i + lookahead]);
    const auto a = arrival_of(*batch, packets[i]);
    switch (packets[i].kind) {
      case traffic_class::data:
        take_data(a, now, out);
        break;
      case traffic_class::path_request:
        queue_path_request(a, batch, static_cast<std::uint32_t>(i), now, out);
        break;
      case traffic_class::announce:
      case traffic_class::limited:
        enqueue(packets[i].kind, batch, static_cast<std::uint32_t>(i), a);
        break;
    }
  }
}

// Remembering happens here, at the filter; the reference remembers after its queue and lets copies pass that arrive
// meanwhile. A relay on the same shared medium repeats what this process itself sent over a link; that is not for us,
// whatever its context. What belongs to a link is remembered once it is clear that it is for us: on a shared medium it
// may be heard before it gets here properly.
bool router_shard::state::passes_filter(const arrival& a, const flow_entry* flow) {
  if (is_exempt_from_filter(a.packet.context()))
    return !flow || flow->kind != flow_kind::local || !heard.contains(a.packet.fingerprint);
  const auto kind = a.dest_type();
  if (kind == destination_type::plain || kind == destination_type::group)
    return true;
  if ((flow && flow->kind == flow_kind::link) ||
      (a.type() == packet_type::proof && a.packet.context() == packet_context::link_request_proof))
    return !heard.contains(a.packet.fingerprint);
  if (!heard.insert(a.packet.fingerprint))
    return false;
  if (kind != destination_type::link)
    hashes.add(a.packet.hash);
  return true;
}

void router_shard::state::remember(const inbound_packet& packet) {
  if (!is_exempt_from_filter(packet.context()))
    heard.add(packet.fingerprint);
}

void router_shard::state::take_data(const arrival& a, instant now, shard_output& out) {
  auto* flow = flows.find(a.packet.destination());
  // A packet of our link that is overheard while it is still on its way to us; that does not count as heard.
  if (flow && flow->kind == flow_kind::local && flow->toward && flow->toward != a.from)
    return drop(a, drop_reason::link_direction);
  if (!passes_filter(a, flow))
    return drop(a, drop_reason::duplicate);

  if (a.dest_type() == destination_type::plain) {
    if (std::memcmp(a.packet.destination(), control::tunnel_synthesis.data(), address::size) == 0)
      return take_tunnel_synthesis(a, now, out);
    if (!(a.packet.flags() & wire::transport_flag))
      broadcast_plain(a, out);
  }
  if (flow && flow->kind == flow_kind::local)
    return deliver(a, out);
  if (flow && flow->kind == flow_kind::link) {
    const bool for_client = is_local_client(flow->toward) || is_local_client(flow->back);
    if (!config.transport_enabled && !a.from_local_client && !for_client)
      return drop(a, drop_reason::not_for_us);
    if (a.type() == packet_type::proof && a.packet.context() == packet_context::link_request_proof)
      return forward_link_proof(a, *flow, now, out);
    if (a.type() != packet_type::link_request)
      return forward_on_link(a, *flow, now, out);
  }
  if (flow && flow->kind == flow_kind::path) {
    if (!path_alive(*flow, now)) {
      forget_path(*flow);
      return drop(a, drop_reason::no_path);
    }
    const bool for_client = flow->hops == 0;
    if ((a.packet.has_transport() || for_client) && (config.transport_enabled || a.from_local_client || for_client))
      return forward_on_path(a, *flow, now, out);
    return drop(a, drop_reason::not_for_us);
  }
  if (a.type() == packet_type::proof && forward_proof(a, now, out))
    return;
  drop(a, a.packet.has_transport() ? drop_reason::no_path : drop_reason::not_for_us);
}

octet router_shard::state::hops_shown(const arrival& a, bool stays_local) const {
  return a.from_local_client && !stays_local && config.local_hops_delta != 0 ? config.local_hops_delta : a.hops;
}

void router_shard::state::forward_on_path(const arrival& a, flow_entry& path, instant now, shard_output& out) {
  const bool to_client = path.hops == 0;
  packet_header header;
  header.flags = a.packet.flags();
  header.hops = hops_shown(a, to_client);
  header.destination = path.key;
  header.context = a.packet.context();
  if (path.hops > 1) {
    header.transport = rename<transport_id>(path.next_hop);
  } else if (path.hops == 1 || (config.local_hops_delta != 0 && header.has_transport())) {
    header.flags &= static_cast<octet>(~(wire::header_2_flag | wire::transport_flag));
  } else if (header.has_transport()) {
    header.transport = config.identity;
  }
  if (path.hops > 1)
    header.flags |= wire::header_2_flag;

  path.touched = now;
  if (a.type() == packet_type::link_request)
    return forward_link_request(a, path, header, now, out);
  const reverse_learned back{proof_address(a.packet.hash), a.from, path.toward};
  const auto toward = path.toward;
  learn_reverse(back, now, out);
  if (!emit(a, header, toward, out))
    return drop(a, drop_reason::interface_gone);
  ++counters.forwarded_data;
}

void router_shard::state::learn_reverse(const reverse_learned& learned, instant now, shard_output& out) {
  const auto owner = owner_of(learned.proved.data());
  if (owner == config.shard_index)
    reverses.insert(learned.proved.data(), {learned.received_on, learned.sent_on}, now);
  else
    events_for(owner, out).reverses.push_back(learned);
}

bool router_shard::state::forward_proof(const arrival& a, instant now, shard_output& out) {
  const auto known = reverses.find(a.packet.destination(), now);
  if (!known)
    return false;
  const bool for_client = is_local_client(known->received_on);
  if (!config.transport_enabled && !a.from_local_client && !for_client)
    return false;
  reverses.take(a.packet.destination(), now);
  if (known->sent_on != a.from) {
    drop(a, drop_reason::proof_unmatched);
    return true;
  }
  packet_header header;
  header.flags = a.packet.flags();
  header.hops = hops_shown(a, for_client);
  header.destination = address::from({a.packet.destination(), address::size});
  header.context = a.packet.context();
  if (header.has_transport())
    header.transport = config.identity;
  if (!emit(a, header, known->received_on, out))
    drop(a, drop_reason::interface_gone);
  return true;
}

// PLAIN packets are never transported: from a local client they go to everybody, from outside to the local clients.
void router_shard::state::broadcast_plain(const arrival& a, shard_output& out) {
  packet_header header;
  header.flags = a.packet.flags();
  header.hops = a.packet.hops();
  header.destination = address::from({a.packet.destination(), address::size});
  header.context = a.packet.context();
  if (header.has_transport())
    header.transport = transport_id::from({a.packet.data + 2, transport_id::size});
  if (!a.from_local_client) {
    for (const auto client : local_clients)
      emit(a, header, client, out);
    return;
  }
  for (const auto& l : lines)
    if (l.id && l.id != a.from)
      emit(a, header, l.id, out);
}

void router_shard::state::deliver(const arrival& a, shard_output& out) const {
  local_delivery delivery;
  const auto whole = a.packet.whole();
  delivery.packet.assign(whole.begin(), whole.end());
  delivery.packet[1] = a.hops;
  delivery.hash = a.packet.hash;
  delivery.from = a.from;
  delivery.hops = a.hops;
  out.deliveries.push_back(std::move(delivery));
}

bool router_shard::state::emit(const arrival& a, const packet_header& header, interface_id to,
                               shard_output& out) const {
  const auto* l = line(to);
  if (!l || !l->usable())
    return false;
  auto& batch = out.to(to);
  if (batch.memory.empty() || batch.memory.back() != a.batch.memory) {
    batch.memory.push_back(a.batch.memory);
    batch.read_at = std::max(batch.read_at, a.batch.read_at);
  }
  auto& t = batch.packets.emplace_back();
  t.header_size = static_cast<octet>(write_header(header, t.header.data()));
  const auto body = a.data();
  t.body = body.data();
  t.body_size = static_cast<std::uint32_t>(body.size());
  return true;
}

bool router_shard::state::emit_own(std::shared_ptr<const octet_string> packet, interface_id to, transmit_kind kind,
                                   shard_output& out) const {
  const auto* l = line(to);
  if (!l || !l->usable())
    return false;
  auto& batch = out.to(to);
  auto& t = batch.packets.emplace_back();
  t.kind = kind;
  t.body = packet->data();
  t.body_size = static_cast<std::uint32_t>(packet->size());
  batch.memory.push_back(std::move(packet));
  return true;
}

// Along a known path, or on every interface. Source: rns-1.5.7 section 1.11; Transport.py: outbound.
void router_shard::state::send(octet_string packet, interface_id only, instant now, shard_output& out) {
  const auto parsed = parse_packet(packet);
  if (!parsed)
    return;
  auto header = parsed->header;
  const auto body = parsed->data;
  const bool transported =
      header.dest_type() != destination_type::plain && header.dest_type() != destination_type::group;
  const auto transmit = [&](interface_id to) {
    auto shown = header;
    if (transported)
      shown.hops = hops_toward(to, header.hops);
    emit_own(std::make_shared<octet_string>(encode_packet(shown, body)), to, transmit_kind::data, out);
  };
  // Once, so that it is known when it comes back.
  const auto remember_own = [&] {
    std::uint64_t fingerprint;
    if (header.dest_type() == destination_type::link) {
      fingerprint = fingerprint_on_link(packet, config.hash_secret);
    } else {
      const auto hash = hash_packet(packet);
      std::memcpy(&fingerprint, hash.data(), sizeof fingerprint);
    }
    heard.insert(fingerprint);
  };
  if (only) {
    remember_own();
    if (header.dest_type() == destination_type::link)
      if (auto* link = flows.find(header.destination); link && link->kind == flow_kind::local)
        link->toward = only;
    return transmit(only);
  }
  if (header.dest_type() == destination_type::single && header.type() != packet_type::proof) {
    if (auto* path = path_to(rename<destination_hash>(header.destination), now)) {
      const bool through_instance = path->hops == 1 && is_shared_instance(path->toward);
      if ((path->hops > 1 || through_instance) && !header.has_transport()) {
        header.flags |= wire::header_2_flag | wire::transport_flag;
        header.transport = rename<transport_id>(path->next_hop);
      }
      path->touched = now;
      return transmit(path->toward);
    }
  }
  remember_own();
  for (const auto& l : lines)
    if (l.id && l.usable())
      transmit(l.id);
}

}  // namespace plexus
