#include "actors/storage/stored_forms.hpp"

#include "messages/announce.hpp"
#include "messages/packet.hpp"

namespace plexus {

path_record to_record(const saved_path& path, const std::optional<interface_hash>& heard_on, const packet_hash& packet,
                      const clocks& wall) {
  path_record record;
  record.destination = path.destination;
  record.heard_at = wall.to_unix(path.learned_at);
  record.next_hop = path.next_hop;
  record.hops = path.hops;
  record.expires = wall.to_unix(path.expires_at);
  record.blobs = path.blobs;
  record.heard_on = heard_on;
  record.packet = packet;
  return record;
}

saved_path from_record(const path_record& record, octets announce, interface_id heard_on, const clocks& wall) {
  return {record.destination,
          record.next_hop,
          heard_on,
          record.hops,
          wall.to_instant(record.heard_at),
          wall.to_instant(record.expires),
          record.blobs,
          {announce.begin(), announce.end()}};
}

std::optional<announced> announced_by(const saved_path& path, const packet_hash& packet, duration path_lifetime,
                                      const clocks& wall) {
  const auto view = parse_packet(path.announce);
  if (!view)
    return std::nullopt;
  const auto content = announce::parse(view->data, view->header.has_context_flag());
  if (!content)
    return std::nullopt;
  const auto announced_at = path.expires_at - path_lifetime;
  announced out;
  out.destination.destination = path.destination;
  out.destination.announced_at = wall.to_unix(announced_at);
  out.destination.packet = packet;
  out.destination.key = content->key;
  if (content->has_app_data())
    out.destination.app_data.emplace(content->app_data.begin(), content->app_data.end());
  // Both times are of the same clock, but went through a file in the meantime, perhaps.
  if (path.learned_at > announced_at + std::chrono::seconds(1))
    out.destination.last_used = wall.to_unix(path.learned_at);
  out.ratchet = content->ratchet;
  return out;
}

}  // namespace plexus
