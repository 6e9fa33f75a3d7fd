// One segment of a resource, ready to send: compressed if that helps, encrypted as a whole, cut into parts, mapped.
//
//   payload   [metadata: length(3) MessagePack value, first segment alone] data
//   stream    token of: random(4) payload, perhaps compressed
//   part      `part_size` octets of the stream
//   hash      SHA-256(payload random'(4)), map hash SHA-256(part random')[:4], proof SHA-256(payload hash)
//
// Source: Resource.py: __init__; rns-1.5.7 section 3.1.
#pragma once

#include "transport/endpoint/link_session.hpp"
#include "transport/endpoint/resource_advertisement.hpp"

namespace plexus {

/// Where a resource's octets come from: memory, or the application by way of segment_wanted and link::supply.
struct resource_source {
  std::uint64_t size = 0;                     ///< octets
  std::shared_ptr<const octet_string> whole;  ///< null: to be supplied

  static resource_source from(octet_string data) {
    const auto size = data.size();
    return {size, std::make_shared<const octet_string>(std::move(data))};
  }
  static resource_source supplied(std::uint64_t size) { return {size, nullptr}; }
};

struct resource_offer {
  resource_source data;
  std::optional<value> metadata;
  /// Data of more octets is not compressed; 0: never.
  std::uint64_t compression_size_max = resource_limits::compression_size_max;
  std::optional<request_id> request;
  bool is_response = false;
  /// How long an advertisement waits for an answer, less a second; by default six round trips.
  std::optional<duration> timeout;
};

struct outgoing_segment {
  resource_advertisement advertisement;
  std::vector<map_hash> map;
  octet_string stream;
  std::size_t part_size = 0;
  segment_proof proof{};

  octets part(std::size_t index) const {
    const auto from = index * part_size;
    return octets(stream).subspan(from, std::min(part_size, stream.size() - from));
  }
};

/// How a logical resource is cut into segments.
struct segment_plan {
  std::uint64_t data_size = 0;
  std::size_t metadata_size = 0;  ///< octets of the metadata block with its length

  std::uint64_t total() const { return data_size + metadata_size; }
  std::uint64_t segments() const {
    return total() <= resource_limits::segment_size_max ? 1 : (total() - 1) / resource_limits::segment_size_max + 1;
  }
  /// Where the segment's data begins, counted in data octets. Requires 1 <= segment <= segments().
  std::uint64_t offset_of(std::uint64_t segment) const {
    return segment == 1 ? 0 : (segment - 1) * resource_limits::segment_size_max - metadata_size;
  }
  std::size_t size_of(std::uint64_t segment) const {
    const auto end = segment == segments() ? data_size : offset_of(segment + 1);
    return static_cast<std::size_t>(end - offset_of(segment));
  }
};

/// Length and MessagePack of the metadata. Error: oversized (more than 16777215 octets packed).
expected<octet_string> metadata_block(const value& metadata);

/// `facts` carries data size, segment numbers, request and flags; for segments after the first also the original hash.
/// The rest of it is filled in. Requires a link with a key.
outgoing_segment build_segment(link_session& link, octets payload, const resource_advertisement& facts,
                               bool compressing);

}  // namespace plexus
