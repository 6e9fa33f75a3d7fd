// What a path needs besides its cache line: the announce that made it, which answers path requests, and the random blobs
// by which replays are known. One allocation for each path, sized to fit.
//
//   blobs (10 each, oldest first) ‖ announce (raw, as received)
#pragma once

#include "messages/addresses.hpp"
#include "messages/instant.hpp"

#include <deque>
#include <memory>
#include <span>
#include <vector>

namespace plexus {

class path_records {
 public:
  /// Blobs remembered for a path. Source: Transport.py: MAX_RANDOM_BLOBS.
  static constexpr std::size_t blobs_max = 64;

  struct record {
    instant expires_at{};

    octets announce() const { return {block.get() + blob_count * random_blob::size, announce_size}; }
    /// Blobs, 10 octets each, oldest first.
    octets blobs() const { return {block.get(), blob_count * random_blob::size}; }

    std::unique_ptr<octet[]> block;
    std::uint16_t announce_size = 0;
    std::uint8_t blob_count = 0;
  };

  std::uint32_t add();
  void remove(std::uint32_t index);
  record& at(std::uint32_t index) { return records_[index]; }
  const record& at(std::uint32_t index) const { return records_[index]; }
  /// Sets the announce and appends `blob` unless it is there already; the oldest gives way beyond blobs_max.
  void learn(std::uint32_t index, octets announce, const random_blob& blob);
  void set(std::uint32_t index, octets announce, std::span<const random_blob> blobs);

 private:
  std::deque<record> records_;
  std::vector<std::uint32_t> free_;
};

/// Whether `blob` is among `blobs` (10 octets each).
bool contains_blob(octets blobs, const random_blob& blob);
/// Unix seconds of the newest emission among `blobs`; 0 when there is none. Source: Transport.py: timebase_from_random_blobs.
std::uint64_t timebase_of(octets blobs);
/// Unix seconds in octets 5 to 9 of a random blob.
std::uint64_t emitted_at(octets blob);

}  // namespace plexus
