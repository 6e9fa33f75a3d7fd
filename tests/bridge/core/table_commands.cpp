// Chapter 9, first half: the tables of a core as they stand.
#include "tests/bridge/core/cores.hpp"
#include "tests/bridge/test_access.hpp"
#include "transport/crypto/sha256.hpp"

namespace plexus::bridge {
namespace {

json seconds_at(const transport_core& core, instant t) {
  return core.wall().to_unix(t).seconds;
}

struct interface_shown {
  json id, hash, name;
};

interface_shown shown(transport_core& core, interface_id id) {
  const auto name = core.name_of(id);
  if (!name)
    return {};
  const auto& mock = core.interface(*name);
  return {*name, hex(mock.facts.hash), mock.short_name};
}

json read_path(transport_core& core, const parameters& p) {
  const auto& inside = test_access::inside(core.routes());
  const auto* entry = inside.flows.find(rename<address>(p.fixed<destination_hash>("dest")));
  if (!entry || entry->kind != flow_kind::path)
    return {{"found", false}};
  const auto& record = inside.records.at(entry->record);
  auto blobs = json::array();
  for (const auto& blob : record.blobs.all())
    blobs.push_back(hex(blob));
  const auto name = core.name_of(entry->toward);
  return {{"found", true},
          {"hops", entry->hops},
          {"next_hop", hex(entry->next_hop)},
          {"timestamp", seconds_at(core, entry->touched)},
          {"expires", seconds_at(core, record.expires_at)},
          {"random_blobs", blobs},
          {"receiving_interface", name ? json(core.interface(*name).facts.name) : json()},
          {"receiving_interface_hash", shown(core, entry->toward).hash},
          {"packet_hash", hex(hash_packet(record.announce()))}};
}

json reverse_shown(transport_core& core, const test_access::reverse_line& line) {
  const auto from = shown(core, line.received_on), to = shown(core, line.sent_on);
  return {{"key", hex(line.proved)},     {"received_if", from.id},
          {"outbound_if", to.id},        {"received_if_hash", from.hash},
          {"outbound_if_hash", to.hash}, {"received_if_name", from.name},
          {"outbound_if_name", to.name}, {"timestamp", seconds_at(core, line.at)}};
}

/// Entries that would still bring a proof back: neither too old, nor over an interface that is gone.
json read_reverses(transport_core& core, const parameters& p) {
  const auto lines = test_access::reverse_lines(test_access::inside(core.routes()), core.now());
  if (!p.has("dest")) {
    auto entries = json::array();
    for (const auto& line : lines)
      entries.push_back(reverse_shown(core, line));
    return {{"entries", entries}};
  }
  const auto wanted = p.fixed<address>("dest");
  for (const auto& line : lines)
    if (line.proved == wanted) {
      auto found = reverse_shown(core, line);
      found["found"] = true;
      return found;
    }
  return {{"found", false}};
}

/// The library does not keep when an announce was put down to be passed on: that is when its path was learned. What
/// answers a path request waits beside the rebroadcast, one for each asker; the first is shown where there is no
/// rebroadcast.
json read_announce(transport_core& core, const parameters& p) {
  auto& inside = test_access::inside(core.routes());
  const auto destination = p.fixed<destination_hash>("dest");
  const auto entry = test_access::waiting_announce(inside.pending, destination);
  const auto* path = inside.flows.find(rename<address>(destination));
  if (!entry || !path || path->kind != flow_kind::path)
    return {{"found", false}};
  return {{"found", true},
          {"retries", entry->retries},
          {"hops", entry->hops},
          {"timestamp", seconds_at(core, path->touched)},
          {"retransmit_timeout", seconds_at(core, entry->due)},
          {"local_rebroadcasts", entry->heard_again},
          {"block_rebroadcasts", entry->path_response},
          {"received_from", hex(path->next_hop)},
          {"attached_interface", shown(core, entry->only_on).id},
          {"packet_hash", hex(hash_packet(inside.records.at(path->record).announce()))}};
}

json link_shown(transport_core& core, const flow_entry& link) {
  const auto& inside = test_access::inside(core.routes());
  const auto toward = shown(core, link.toward), back = shown(core, link.back);
  const auto* path = inside.flows.find(link.next_hop);
  const bool has_path = path && path->kind == flow_kind::path;
  const bool validated = link.has(flow_entry::validated);
  return {{"link_id", hex(link.key)},
          {"timestamp", seconds_at(core, link.touched)},
          {"next_hop_transport_id", has_path ? json(hex(path->next_hop)) : json()},
          {"next_hop_if", toward.id},
          {"next_hop_if_hash", toward.hash},
          {"remaining_hops", link.remaining},
          {"received_if", back.id},
          {"received_if_hash", back.hash},
          {"hops", link.hops},
          {"destination_hash", hex(link.next_hop)},
          {"validated", validated},
          {"proof_timeout", validated ? json() : seconds_at(core, inside.unproven.at(link.record).proof_deadline)}};
}

json read_links(transport_core& core, const parameters& p) {
  const auto& flows = test_access::inside(core.routes()).flows;
  if (p.has("link_id")) {
    const auto* link = flows.find(p.fixed<address>("link_id"));
    if (!link || link->kind != flow_kind::link)
      return {{"found", false}};
    auto found = link_shown(core, *link);
    found["found"] = true;
    return found;
  }
  auto entries = json::array();
  for (std::size_t slot = 0; slot < flows.slots(); ++slot)
    if (const auto* entry = flows.at(slot); entry && entry->kind == flow_kind::link)
      entries.push_back(link_shown(core, *entry));
  return {{"entries", entries}};
}

json read_announce_rate(transport_core& core, const parameters& p) {
  const auto rate = test_access::inside(core.routes()).rates.find(p.fixed<destination_hash>("dest"));
  if (!rate)
    return {{"found", false}};
  auto heard = json::array();
  for (const auto t : rate->heard)
    heard.push_back(seconds_at(core, t));
  return {{"found", true},
          {"last", seconds_at(core, rate->last)},
          {"rate_violations", rate->violations},
          {"blocked_until", rate->blocked_until ? seconds_at(core, *rate->blocked_until) : json(0.0)},
          {"timestamps", heard}};
}

json read_tunnels(transport_core& core, const parameters&) {
  auto tunnels = json::array();
  for (const auto& [id, tunnel] : test_access::inside(core.routes()).tunnels.all()) {
    const auto over = shown(core, tunnel.interface);
    tunnels.push_back({{"tunnel_id", hex(id)},
                       {"interface_hash", over.hash},
                       {"interface_id", over.id},
                       {"expires", seconds_at(core, tunnel.expires_at)},
                       {"num_paths", tunnel.paths.size()}});
  }
  return {{"tunnels", tunnels}};
}

}  // namespace

void add_table_commands(core_commands& commands) {
  commands.add("behavioral_read_path_table", read_path);
  commands.add("behavioral_read_reverse_table", read_reverses);
  commands.add("behavioral_read_announce_table", read_announce);
  commands.add("behavioral_read_link_table", read_links);
  commands.add("behavioral_read_announce_rate", read_announce_rate);
  commands.add("behavioral_read_tunnels", read_tunnels);
}

}  // namespace plexus::bridge
