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

}  // namespace plexus
