// Path requests: answer what is known, search for what is not, and let nobody's question block another's.
// Source: rns-1.5.7 sections 1.10 and 1.18; Transport.py: path_request. The order differs on purpose, see
// transport/gates/path_request_tables.hpp.
#include "transport/destination_name.hpp"
#include "transport/router/shard_state.hpp"

namespace plexus {
namespace {

/// Before a request is answered, so that neighbours who are closer can. Source: Transport.py: PATH_REQUEST_GRACE.
constexpr duration answer_grace = std::chrono::milliseconds{400};
/// More on roaming interfaces, for peers that are better connected. Source: Transport.py: PATH_REQUEST_RG.
constexpr duration answer_grace_roaming = std::chrono::milliseconds{1500};

}  // namespace

void router_shard::state::queue_path_request(const arrival& a, const packet_batch_ptr& batch, std::uint32_t index,
                                             instant, shard_output& out) {
  const auto asked_for = path_request::parse(a.data());
  if (!asked_for)
    return drop(a, asked_for.error() == path_request_error::tagless ? drop_reason::path_request_tagless
                                                                    : drop_reason::malformed);
  if (asked_for->tag_was_cut)
    drop(a, drop_reason::path_request_tag_cut);
  if (!tags.remember(asked_for->destination, asked_for->tag.bytes()))
    return drop(a, drop_reason::path_request_duplicate);
  if (out.path_requests_heard_on.empty() || out.path_requests_heard_on.back().from != a.from)
    out.path_requests_heard_on.push_back({a.from, 0, 0});
  ++out.path_requests_heard_on.back().count;
  out.path_requests_heard_on.back().octets += a.packet.size;
  const bool burst = line(a.from) && slots[a.from.slot()].burst.path_requests;
  enqueue(path_request_class(a.from_local_client, burst), batch, index, a);
}

void router_shard::state::take_path_request(const arrival& a, bool limited, instant now, shard_output& out) {
  const auto parsed = path_request::parse(a.data());
  if (!parsed)
    return;
  const auto destination = parsed->destination;
  const auto* flow = flows.find(rename<address>(destination));
  if (flow && flow->kind == flow_kind::local) {
    inflight.resolve(destination);
    return deliver(a, out);
  }
  const auto* path = path_to(destination, now);
  if (path && is_local_client(path->toward)) {
    asked_of_clients.erase(destination);
    asked_of_clients.insert(destination, a.from);
  }
  if (path && (config.transport_enabled || a.from_local_client)) {
    inflight.resolve(destination);
    return answer_path_request(a, *parsed, *path, now);
  }
  const auto* asking = facts(a.from);
  if (!asking)
    return;
  if (a.from_local_client) {
    if (inflight.course_of(destination, true, now) == inflight_path_requests::course::merge)
      return discoveries.on_merge(destination, a.from, now, discovery_timeout());
    inflight.on_search(destination, now, discovery_timeout());
    return request_path(destination, a.from, now, out);
  }
  if (reach_for(*asking, config.transport_enabled) != path_request_reach::nowhere)
    return limited ? drop(a, drop_reason::path_request_limited) : discover(a, *parsed, now, out);
  if (local_clients.empty())
    return;
  octet_string tag(request_tag::size_max);
  chance_for(destination, now).fill(tag);
  asked.on_request(destination, now);
  for (const auto client : local_clients)
    emit_path_request(destination, tag, client, transmit_kind::path_request, out);
}

void router_shard::state::answer_path_request(const arrival& a, const path_request& asked_for, const flow_entry& path,
                                              instant now) {
  const auto* asking = facts(a.from);
  if (!asking)
    return;
  const bool roaming = asking->mode == interface_mode::roaming;
  if (roaming && path.toward == a.from)
    return;
  if (asked_for.requester && *asked_for.requester == rename<transport_id>(path.next_hop))
    return;
  pending_announce answer;
  const bool at_once = a.from_local_client || is_local_client(path.toward);
  answer.due = at_once ? now : now + answer_grace + (roaming ? answer_grace_roaming : duration::zero());
  answer.retries = 1;
  answer.hops = path.hops;
  answer.path_response = true;
  answer.only_on = a.from;
  if (!pending.put_answer(asked_for.destination, answer))
    return drop(a, drop_reason::table_full);
  ++counters.path_requests_answered;
}

void router_shard::state::discover(const arrival& a, const path_request& asked_for, instant now, shard_output& out) {
  const auto destination = asked_for.destination;
  if (inflight.course_of(destination, false, now) == inflight_path_requests::course::merge)
    return discoveries.on_merge(destination, a.from, now, discovery_timeout());
  const auto reach = reach_for(*facts(a.from), config.transport_enabled);
  bool sent = false;
  for (const auto& l : lines) {
    if (!l.id || !l.usable() || !reaches(reach, a.from, slots[l.id.slot()].facts))
      continue;
    // The same tag, so that a request that comes back in a circle is known.
    emit_path_request(destination, asked_for.tag.bytes(), l.id, transmit_kind::recursive_path_request, out);
    sent = true;
  }
  discoveries.on_search(destination, a.from, now, discovery_timeout());
  if (!sent)
    return;
  asked.on_request(destination, now);
  inflight.on_search(destination, now, discovery_timeout());
}

void router_shard::state::emit_path_request(const destination_hash& destination, octets tag, interface_id to,
                                            transmit_kind kind, shard_output& out) const {
  packet_header header;
  header.flags = make_flags(packet_type::data, destination_type::plain);
  header.destination = rename<address>(control::path_request);
  path_request request;
  request.destination = destination;
  if (config.transport_enabled)
    request.requester = config.identity;
  request.tag = request_tag(tag);
  emit_own(std::make_shared<const octet_string>(encode_packet(header, request.encode())), to, kind, out);
}

void router_shard::state::request_path(const destination_hash& destination, interface_id except, instant now,
                                       shard_output& out) {
  octet_string tag(request_tag::size_max);
  chance_for(destination, now).fill(tag);
  asked.on_request(destination, now);
  for (const auto& l : lines)
    if (l.id && l.id != except)
      emit_path_request(destination, tag, l.id, transmit_kind::path_request, out);
}

duration router_shard::state::discovery_timeout() const {
  std::uint64_t lowest = 0;
  for (const auto& l : lines)
    if (l.id && l.online) {
      const auto bitrate = slots[l.id.slot()].facts.bitrate;
      if (bitrate != 0)
        lowest = lowest == 0 ? bitrate : std::min(lowest, bitrate);
    }
  return std::max<duration>(path_request_timeout, medium_path_timeout(lowest));
}

}  // namespace plexus
