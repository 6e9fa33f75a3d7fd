// The random blobs of the announces that a destination was heard with, newest last: 16 octets for none, one small block
// of memory for the few that most paths ever have, 64 at most. The oldest gives way.
// Source: rns-1.5.7 section 1.7; Transport.py: timebase_from_random_blobs, MAX_RANDOM_BLOBS.
#pragma once

#include "messages/addresses.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace plexus {

/// When the announce was made, in Unix seconds: the last 5 of the blob's 10 octets, big-endian.
std::uint64_t emitted_of(const random_blob& blob);

class random_blobs {
public:
  static constexpr std::size_t blobs_max = 64;
  /// So many of the newest are saved.
  static constexpr std::size_t persisted_max = 32;

  random_blobs() = default;
  /// Takes the newest 64; oldest first.
  explicit random_blobs(std::span<const random_blob> blobs);

  /// Appends a blob that is new; one that is there stays where it is.
  void add(const random_blob& blob);
  bool contains(const random_blob& blob) const;
  /// The latest emission among them; 0 for none.
  std::uint64_t timebase() const;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Oldest first. Valid until the next add().
  std::span<const random_blob> all() const { return {blobs_.get(), size_}; }
  std::span<const random_blob> newest(std::size_t most) const;

private:
  void grow();

  std::unique_ptr<random_blob[]> blobs_;
  std::uint8_t size_ = 0, capacity_ = 0;
};
static_assert(sizeof(random_blobs) == 16);

}  // namespace plexus
