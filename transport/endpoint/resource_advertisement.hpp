// The advertisement of a resource segment: a MessagePack map, encrypted for the link.
//
//   t  octets of the segment as sent (encrypted)       i  number of the segment, from 1
//   d  octets of the whole resource and its metadata   l  segments in all
//   n  parts of the segment                            q  id of the request that it belongs to, or nil
//   h  resource hash(32)                               f  flags
//   r  random(4)                                       m  map hashes(4 each) of the first 74 parts at most
//   o  resource hash of the first segment(32)
//
//   flags  bit 0 encrypted, 1 compressed, 2 split, 3 request, 4 response, 5 has metadata
//
// Source: Resource.py: ResourceAdvertisement; rns-1.5.7 sections 0 and 2.6.
#pragma once

#include "transport/endpoint/link_types.hpp"

#include <optional>
#include <vector>

namespace plexus {

namespace resource_limits {

/// Payload of one segment, metadata block included.
inline constexpr std::size_t segment_size_max = 1048575;
/// Octets that a segment may claim to take on the wire; more ends the link.
inline constexpr std::uint64_t transfer_size_max = 3 * segment_size_max;
inline constexpr std::size_t metadata_size_max = 16777215;
/// Largest resource that is compressed by default, and largest segment that is decompressed.
inline constexpr std::size_t compression_size_max = 67108864;
/// Map hashes in an advertisement or a hashmap update.
inline constexpr std::size_t hashmap_segment = 74;
inline constexpr std::size_t window_max = 75;
/// Within so many neighbours no two map hashes are equal.
inline constexpr std::size_t collision_guard = 2 * window_max + hashmap_segment;

}  // namespace resource_limits

struct resource_advertisement {
  std::uint64_t transfer_size = 0;  ///< octets
  std::uint64_t data_size = 0;      ///< octets
  std::uint64_t parts = 0;
  resource_hash hash{};
  map_random random{};
  resource_hash original_hash{};
  std::uint64_t segment = 1, segments = 1;
  std::optional<request_id> request;
  bool encrypted = true, compressed = false, split = false, is_request = false, is_response = false,
       has_metadata = false;
  std::vector<map_hash> map;

  octet flags() const;
  octet_string encode() const;
  /// Errors: truncated, bad_value (not such a map, a field of another type, a segment beyond the last, map hashes that
  /// are not whole), oversized (`t` above transfer_size_max).
  static expected<resource_advertisement> parse(octets plaintext);
};

/// A hashmap update: resource hash(32), then MessagePack [segment of the map, map hashes].
struct hashmap_update {
  resource_hash hash{};
  std::uint64_t segment = 0;
  std::vector<map_hash> map;

  octet_string encode() const;
  static expected<hashmap_update> parse(octets plaintext);
};

/// A request for parts: status(1: 00, or FF when the map is exhausted), last map hash(4, only with FF), resource
/// hash(32), map hashes(4 each).
struct part_request {
  std::optional<map_hash> last_known;  ///< there when the receiver knows no hashes after it
  resource_hash hash{};
  std::vector<map_hash> wanted;

  octet_string encode() const;
  /// Errors: truncated. Octets that make no whole map hash are ignored, any status but FF means 00.
  static expected<part_request> parse(octets plaintext);
};

}  // namespace plexus
