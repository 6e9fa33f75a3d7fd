// storage/destination_table and storage/tunnels: the paths that a transport node knew when it stopped.
//
//   destination_table  [ path ... ]
//   path               [destination(16), heard_at, next_hop(16), hops, expires, [random_blob(10) ...],
//                       interface_hash(32) | nil, packet_hash(32)]
//   tunnels            [ [tunnel_id(32), interface_hash(32) | nil, [ path ... ], expires] ... ]
//
// Source: rns-1.5.7 section 5.3; Transport.py: start, save_path_table, save_tunnel_table.
#pragma once

#include "messages/addresses.hpp"
#include "storage/state/packed.hpp"

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace plexus {

/// Blobs that are stored with one path; the reference keeps 64 in memory and 32 for paths of tunnels.
inline constexpr std::size_t stored_blobs_max = 64, stored_tunnel_blobs_max = 32;

struct path_record {
  destination_hash destination{};
  unix_time heard_at{};
  transport_id next_hop{};
  octet hops = 0;
  unix_time expires{};
  std::vector<random_blob> blobs;          ///< oldest first
  std::optional<interface_hash> heard_on;  ///< unset only in tunnels that are not connected
  packet_hash packet{};                    ///< of the announce, which lies in the cache
  friend bool operator==(const path_record&, const path_record&) = default;
};

struct tunnel_record {
  tunnel_id id{};
  std::optional<interface_hash> interface;
  std::vector<path_record> paths;
  unix_time expires{};
  friend bool operator==(const tunnel_record&, const tunnel_record&) = default;
};

/// Writes the table piece by piece: the header, then exactly `count` paths. Only the last stored_blobs_max go in.
void encode_path_table_header(octet_string& out, std::uint32_t count);
void encode_path(octet_string& out, const path_record& path, std::size_t blobs_max = stored_blobs_max);
octet_string encode_path_table(std::span<const path_record> paths);

/// Calls `each` with every path that makes sense, in one record that is used again for the next. Answers with the
/// number of entries that were passed over. A path that makes sense may have been given out before an error is found.
expected<std::size_t> read_path_table(octets file, const std::function<void(const path_record&)>& each);

octet_string encode_tunnels(std::span<const tunnel_record> tunnels);
/// Paths within a tunnel that make no sense are left out, and counted as skipped as well.
expected<parsed_table<tunnel_record>> parse_tunnels(octets file);

}  // namespace plexus
