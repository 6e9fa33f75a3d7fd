// Tunnels: see tunnel_table.hpp. Source: Transport.py: tunnel_synthesize_handler, handle_tunnel.
#include "messages/tunnel_synthesis.hpp"
#include "transport/router/shard_state.hpp"
#include "transport/tunnel_check.hpp"

namespace plexus {

void router_shard::state::take_tunnel_synthesis(const arrival& a, instant now, shard_output& out) {
  const auto tunnel = verify_tunnel_synthesis(a.data());
  if (!tunnel)
    return drop(a, drop_reason::not_for_us);
  const tunnel_opened opened{*tunnel, a.from};
  for (unsigned shard = 0; shard < config.shard_count; ++shard)
    if (shard != config.shard_index)
      events_for(shard, out).others.emplace_back(opened);
  out.tunnels_opened.push_back(opened);
  open_tunnel(opened, now);
}

void router_shard::state::open_tunnel(const tunnel_opened& opened, instant now) {
  auto* tunnel = tunnels.open(opened.tunnel, opened.interface, now);
  if (!tunnel)
    return;
  std::vector<destination_hash> outdated;
  for (const auto& [destination, kept] : tunnel->paths) {
    const auto* path = path_to(destination, now);
    const auto* known = flows.find(destination.data());
    if (known && known->kind != flow_kind::path) {
      outdated.push_back(destination);
      continue;
    }
    const bool usable = path ? (kept.hops <= path->hops || now > records.at(path->record).expires_at) &&
                                   kept.blobs.timebase() >= records.at(path->record).blobs.timebase()
                             : now < kept.expires_at;
    if (!usable) {
      outdated.push_back(destination);
      continue;
    }
    auto& entry = flows.insert(rename<address>(destination));
    if (entry.kind == flow_kind::empty) {
      entry.kind = flow_kind::path;
      entry.record = records.add();
      ++paths;
    }
    entry.next_hop = rename<address>(kept.next_hop);
    entry.touched = now;
    entry.toward = opened.interface;
    entry.hops = kept.hops;
    auto& record = records.at(entry.record);
    record.set_announce(kept.announce);
    record.blobs = random_blobs(kept.blobs.all());
    record.expires_at = kept.expires_at;
  }
  for (const auto& destination : outdated)
    tunnels.forget(*tunnel, destination);
}

bool router_shard::restore(const saved_tunnel& saved, instant now) {
  auto* tunnel = s_->tunnels.restore(saved.id, saved.expires_at, now);
  if (!tunnel)
    return false;
  for (const auto& path : saved.paths) {
    const auto packet = parse_packet(path.announce);
    if (now - path.learned_at > tunnel_table::path_lifetime || !packet ||
        packet->header.type() != packet_type::announce ||
        !announce::parse(packet->data, packet->header.has_context_flag()))
      continue;
    s_->tunnels.learn(*tunnel, path.destination,
                      {path.next_hop, path.hops, path.learned_at, path.expires_at, random_blobs(path.blobs),
                       octet_string(path.announce)});
  }
  return true;
}

// The cursor counts tunnels and paths as they come; the tables keep their order while nothing is added.
std::optional<std::size_t> router_shard::save_tunnels(std::size_t cursor, std::size_t most,
                                                      std::vector<saved_tunnel>& into) const {
  std::size_t at = 0;
  const auto end = cursor + most;
  for (const auto& [id, tunnel] : s_->tunnels.all()) {
    if (const auto after = at + 1 + tunnel.paths.size(); after <= cursor) {
      at = after;
      continue;
    }
    if (at >= end)
      return at;
    auto& saved = into.emplace_back(saved_tunnel{id, tunnel.interface, tunnel.expires_at, {}});
    ++at;
    for (const auto& [destination, path] : tunnel.paths) {
      if (at >= end)
        return at;
      if (at++ < cursor)
        continue;
      const auto blobs = path.blobs.newest(random_blobs::persisted_max);
      saved.paths.push_back({destination,
                             path.next_hop,
                             tunnel.interface,
                             path.hops,
                             path.learned_at,
                             path.expires_at,
                             {blobs.begin(), blobs.end()},
                             path.announce});
    }
  }
  return std::nullopt;
}

}  // namespace plexus
