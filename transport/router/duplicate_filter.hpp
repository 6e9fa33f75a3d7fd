// Remembers which packets were heard before, as 64-bit fingerprints in two generations.
//
// A generation is an array of cache lines of eight fingerprints; a fingerprint belongs into one line, and a full line
// forgets its oldest. When the current generation has taken its share it becomes the previous one, and a new one
// starts: so a packet is remembered for at least one generation's worth of packets, and memory is fixed.
// Source: rns-1.5.7 section 1.4 (two hash sets).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

namespace plexus {

class duplicate_filter {
public:
  /// Remembers at least `entries_max` / 2 fingerprints, at most `entries_max`.
  explicit duplicate_filter(std::size_t entries_max);

  void prefetch(std::uint64_t fingerprint) const {
    __builtin_prefetch(&current_[line_of(fingerprint)], 1);
    if (previous_)
      __builtin_prefetch(&previous_[line_of(fingerprint)]);
  }
  bool contains(std::uint64_t fingerprint) const;
  /// False if it was there already.
  bool insert(std::uint64_t fingerprint);
  void forget(std::uint64_t fingerprint);
  /// How many the current generation has taken.
  std::size_t size() const { return taken_; }

private:
  struct alignas(64) line {
    std::array<std::uint64_t, 8> fingerprints{};  ///< newest first; 0: free
  };
  static std::uint64_t nonzero(std::uint64_t fingerprint) { return fingerprint ? fingerprint : 1; }
  std::size_t line_of(std::uint64_t fingerprint) const { return fingerprint >> 8 & mask_; }
  static bool in(const line& l, std::uint64_t fingerprint);
  void next_generation();

  std::size_t generation_max_;
  std::size_t mask_;
  std::size_t taken_ = 0;
  std::unique_ptr<line[]> current_, previous_;
};

}  // namespace plexus
