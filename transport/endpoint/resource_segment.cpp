#include "transport/endpoint/resource_segment.hpp"

#include "messages/cursor.hpp"
#include "transport/control/value_msgpack.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/endpoint/compression.hpp"

#include <deque>

namespace plexus {
namespace {

octet_string stream_plaintext(link_session& link, octets payload, bool compressing, bool& compressed) {
  const auto random = link.random().draw<map_random>();
  octet_string plaintext(random.data(), random.data() + map_random::size);
  const auto packed = compressing ? compress(payload) : octet_string{};
  compressed = !packed.empty() && packed.size() < payload.size();
  append(plaintext, compressed ? octets(packed) : payload);
  return plaintext;
}

/// False when two neighbours within the guard have the same map hash, so that a request would not name one part.
bool map_parts(outgoing_segment& segment) {
  const auto parts = (segment.stream.size() + segment.part_size - 1) / segment.part_size;
  segment.map.clear();
  segment.map.reserve(parts);
  for (std::size_t i = 0; i < parts; ++i) {
    const auto hash = map_hash::from(sha256_of({segment.part(i), segment.advertisement.random.bytes()}));
    const auto guarded = std::min(segment.map.size(), resource_limits::collision_guard);
    if (std::find(segment.map.end() - static_cast<std::ptrdiff_t>(guarded), segment.map.end(), hash) !=
        segment.map.end())
      return false;
    segment.map.push_back(hash);
  }
  return true;
}

}  // namespace

expected<octet_string> metadata_block(const value& metadata) {
  const auto packed = to_msgpack(metadata);
  if (packed.size() > resource_limits::metadata_size_max)
    return unexpected(parse_error::oversized);
  octet_string block(3);
  write_big_endian(packed.size(), block);
  append(block, packed);
  return block;
}

outgoing_segment build_segment(link_session& link, octets payload, const resource_advertisement& facts,
                               bool compressing) {
  outgoing_segment segment;
  segment.part_size = link.part_size();
  auto& a = segment.advertisement;
  a = facts;
  segment.stream = link.seal(stream_plaintext(link, payload, compressing, a.compressed));
  a.encrypted = true;
  a.transfer_size = segment.stream.size();
  do
    a.random = link.random().draw<map_random>();
  while (!map_parts(segment));
  a.hash = resource_hash(sha256_of({payload, a.random.bytes()}));
  segment.proof = segment_proof(sha256_of({payload, a.hash.bytes()}));
  if (a.segment == 1)
    a.original_hash = a.hash;
  a.parts = segment.map.size();
  const auto announced = std::min(segment.map.size(), resource_limits::hashmap_segment);
  a.map.assign(segment.map.begin(), segment.map.begin() + static_cast<std::ptrdiff_t>(announced));
  return segment;
}

}  // namespace plexus
