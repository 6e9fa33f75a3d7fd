// Links between others: requests that make an entry, proofs that validate it, and what then travels over it.
// Source: rns-1.5.7 sections 1.5 and 1.6; Transport.py: _inbound, jobs.
#include "messages/link_request.hpp"
#include "transport/link_check.hpp"
#include "transport/router/shard_state.hpp"

namespace plexus {
namespace {

/// Time for each hop between a link request and its proof. Source: Link.py: ESTABLISHMENT_TIMEOUT_PER_HOP.
constexpr std::chrono::seconds establishment_timeout_per_hop{6};

/// One full packet over the interface. Source: Transport.py: extra_link_proof_timeout.
duration packet_time(std::uint64_t bitrate) {
  return bitrate == 0 ? duration::zero() : from_seconds(wire::mtu * 8.0 / static_cast<double>(bitrate));
}

/// The request's data as it goes on: signalling cut off where the next interface does not take part in MTU discovery,
/// or lowered to what both interfaces carry. Error: the signalling cannot be made again.
expected<octet_string> clamp_mtu(octets data, const interface_line* receiving, const interface_line& outbound) {
  octet_string clamped(data.begin(), data.end());
  if (data.size() != link_request::signalled_size)
    return clamped;
  const auto keys = data.first(link_request::keys_size);
  const auto signalled = link_signalling::from(data.subspan(link_request::keys_size));
  if (signalled.mtu == 0)
    return clamped;
  if (outbound.hw_mtu == 0 || !outbound.mtu_negotiable)
    return octet_string(keys.begin(), keys.end());
  const auto receivable = receiving && receiving->hw_mtu != 0 ? receiving->hw_mtu : outbound.hw_mtu;
  if (outbound.hw_mtu >= signalled.mtu && receivable >= signalled.mtu)
    return clamped;
  const auto again = signal_mtu_again(data.subspan(link_request::keys_size), std::min(outbound.hw_mtu, receivable));
  if (!again)
    return unexpected(again.error());
  std::copy(again->begin(), again->end(), clamped.begin() + link_request::keys_size);
  return clamped;
}

}  // namespace

void router_shard::state::forward_link_request(const arrival& a, flow_entry& path, const packet_header& header,
                                               instant now, shard_output& out) {
  const auto* outbound = line(path.toward);
  if (!outbound || !outbound->usable())
    return drop(a, drop_reason::interface_gone);
  const auto data = clamp_mtu(a.data(), line(a.from), *outbound);
  if (!data)
    return drop(a, drop_reason::link_request_unclampable);
  const auto packet = parse_packet(a.packet.whole());
  if (!packet)
    return drop(a, drop_reason::malformed);

  link_learned entry;
  entry.link = name_link(*packet);
  entry.destination = rename<destination_hash>(path.key);
  entry.toward_destination = path.toward;
  entry.toward_initiator = a.from;
  entry.hops_taken = a.hops;
  entry.hops_remaining = path.hops;
  entry.proof_deadline = now + packet_time(slots[path.toward.slot()].facts.bitrate) +
                         establishment_timeout_per_hop * std::max<int>(1, path.hops);
  if (const auto stored = parse_packet(records.at(path.record).announce())) {
    const auto key = stored->data.subspan(32, 32);
    std::copy(key.begin(), key.end(), entry.signing_key.begin());
    entry.signing_key_known = true;
  }
  emit_own(std::make_shared<const octet_string>(encode_packet(header, *data)), path.toward, transmit_kind::data, out);
  tell(entry.link.data(), entry, now, out);
  ++counters.forwarded_data;
}

// Who repeats a link request with other signalling gives it another hash but not another name: the first entry stays,
// so that nobody can reset a link that is alive, or turn its proof his way. The reference takes the last.
void router_shard::state::learn_link(const link_learned& learned, instant now) {
  if (const auto* known = flows.find(rename<address>(learned.link))) {
    if (known->kind != flow_kind::link || link_alive(*known, now))
      return;
    forget_link(*known);
  }
  if (links >= links_max && !give_up_a_link())
    return;
  auto& link = flows.insert(rename<address>(learned.link));
  link.kind = flow_kind::link;
  link.next_hop = rename<address>(learned.destination);
  link.touched = now;
  link.toward = learned.toward_destination;
  link.back = learned.toward_initiator;
  link.hops = learned.hops_taken;
  link.remaining = learned.hops_remaining;
  link.record = unproven.add({learned.link, learned.proof_deadline, learned.signing_key_known, learned.signing_key});
  ++links;
}

// The one whose proof is due first: links in use never give way to mere requests.
bool router_shard::state::give_up_a_link() {
  const auto soonest = unproven.soonest();
  if (!soonest)
    return false;
  if (const auto* link = flows.find(rename<address>(unproven.at(*soonest).link)))
    forget_link(*link);
  return true;
}

void router_shard::state::forget_link(const flow_entry& link) {
  if (link.has(flow_entry::validated))
    --links_validated;
  else
    unproven.remove(link.record);
  --links;
  flows.erase(address(link.key));
}

void router_shard::state::forward_on_link(const arrival& a, flow_entry& link, instant now, shard_output& out) {
  if (!link_alive(link, now)) {
    forget_link(link);
    return drop(a, drop_reason::not_for_us);
  }
  if (!link.has(flow_entry::validated))
    return drop(a, drop_reason::link_unvalidated);
  interface_id to{};
  if (link.toward == link.back) {
    if (a.from == link.toward && (a.hops == link.remaining || a.hops == link.hops))
      to = link.toward;
  } else if (a.from == link.toward && a.hops == link.remaining) {
    to = link.back;
  } else if (a.from == link.back && a.hops == link.hops) {
    to = link.toward;
  }
  if (!to)
    return drop(a, drop_reason::link_direction);
  remember(a.packet);
  link.touched = now;

  packet_header header;
  header.flags = a.packet.flags();
  header.hops = hops_shown(a, is_local_client(link.toward) && is_local_client(link.back));
  header.destination = link.key;
  header.context = a.packet.context();
  if (header.has_transport())
    header.transport = transport_id::from({a.packet.data + 2, transport_id::size});
  if (!emit(a, header, to, out))
    return drop(a, drop_reason::interface_gone);
  ++counters.forwarded_link_data;
}

// A valid proof validates the link. One that took another number of hops than the request foresaw first corrects what
// we think of the path: the proof is signed by the destination, so the way it came is a way that works.
void router_shard::state::forward_link_proof(const arrival& a, flow_entry& link, instant now, shard_output& out) {
  if (a.from != link.toward || !link_alive(link, now))
    return drop(a, drop_reason::link_direction);
  if (link.has(flow_entry::validated))
    return drop(a, drop_reason::duplicate);
  const auto pending_entry = unproven.at(link.record);
  if (!pending_entry.signing_key_known)
    return drop(a, drop_reason::link_proof_invalid);
  ++counters.link_proofs_verified;
  const auto proof = verify_link_proof(a.data(), rename<link_id>(link.key), ed25519_public(pending_entry.signing_key));
  if (!proof)
    return drop(
        a, proof.error() == parse_error::bad_signature ? drop_reason::link_proof_invalid : drop_reason::link_direction);
  const auto destination = rename<destination_hash>(link.next_hop);
  const bool rebalanced = a.hops != link.remaining;
  link.remaining = a.hops;
  unproven.remove(link.record);
  link.flags |= flow_entry::validated;
  link.touched = now;
  ++links_validated;

  packet_header header;
  header.flags = a.packet.flags();
  header.hops = hops_shown(a, is_local_client(link.toward) && is_local_client(link.back));
  header.destination = link.key;
  header.context = a.packet.context();
  if (header.has_transport())
    header.transport = transport_id::from({a.packet.data + 2, transport_id::size});
  const auto back = link.back;
  if (!emit(a, header, back, out))
    drop(a, drop_reason::interface_gone);
  // Last, since these may move the entries of the flow table.
  if (rebalanced)
    tell(destination.data(), path_rebalanced{destination, a.hops}, now, out);
}

void router_shard::state::drop_overdue_links(instant now, shard_output& out) {
  while (const auto overdue = unproven.take_overdue(now)) {
    const auto* link = flows.find(rename<address>(unproven.at(*overdue).link));
    if (!link || link->kind != flow_kind::link) {
      unproven.remove(*overdue);
      continue;
    }
    const link_unproven lost{rename<destination_hash>(link->next_hop), link->back, link->hops};
    forget_link(*link);
    tell(lost.destination.data(), lost, now, out);
  }
}

// A link that was never proven makes us doubt the path. Source: rns-1.5.7 section 1.10, automatic re-requests.
void router_shard::state::on_link_unproven(const link_unproven& lost, instant now) {
  auto* path = path_to(lost.destination, now);
  const bool recently = asked.asked_within(lost.destination, path_request_interval_min, now);
  if (!path) {
    rediscoveries.push(lost.destination, {}, now);
  } else if (!recently && lost.hops_taken == 0) {
    rediscoveries.push(lost.destination, {}, now);
  } else if (!recently && (path->hops == 1 || lost.hops_taken == 1)) {
    rediscoveries.push(lost.destination, lost.toward_initiator, now);
    const auto* initiator_side = facts(lost.toward_initiator);
    if (config.transport_enabled && !(initiator_side && initiator_side->mode == interface_mode::boundary))
      path->flags |= flow_entry::unresponsive;
  } else {
    return;
  }
  if (path && !config.transport_enabled)
    forget_path(*path);
}

}  // namespace plexus
