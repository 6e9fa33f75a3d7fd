// A path in its three shapes: as a shard gives and takes it, as it stands in the path table's file, and as the
// destination stands in storage/known_destinations.
#pragma once

#include "storage/state/known_destinations.hpp"
#include "storage/state/path_records.hpp"
#include "transport/router/router_shard.hpp"

#include <optional>

namespace plexus {

/// `packet` is the hash of the path's announce.
path_record to_record(const saved_path& path, const std::optional<interface_hash>& heard_on, const packet_hash& packet,
                      const clocks& wall);

/// `announce` is the whole packet, `heard_on` the interface as it is called in this life.
saved_path from_record(const path_record& record, octets announce, interface_id heard_on, const clocks& wall);

/// The keys of the destination and, if it has one, its ratchet. A path that was used since it was learned counts as a
/// use. Nothing if its announce makes no sense, which does not happen to paths that are known.
struct announced {
  known_destination destination;
  std::optional<ratchet_key> ratchet;
};
std::optional<announced> announced_by(const saved_path& path, const packet_hash& packet, duration path_lifetime,
                                      const clocks& wall);

}  // namespace plexus
