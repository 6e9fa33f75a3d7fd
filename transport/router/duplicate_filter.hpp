// Remembers which packets were heard before, as 64-bit fingerprints.
//
// An array of cache lines of eight fingerprints, newest first; a fingerprint belongs into one line, and a full line
// forgets its oldest. There are two places at least for each of `entries_max`, so a packet is found again after half of
// `entries_max` others but for one in a thousand, and after all of them but for one in twenty. Memory is fixed, one
// line is touched for each packet, and there is never a moment when many are forgotten at once. Source: rns-1.5.7
// section 1.4 (the reference keeps two sets of half of `entries_max` each).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace plexus {

class duplicate_filter {
public:
  explicit duplicate_filter(std::size_t entries_max);

  [[gnu::always_inline]] void prefetch(std::uint64_t fingerprint) const {
    __builtin_prefetch(&lines_[line_of(fingerprint)], 1);
  }
  bool contains(std::uint64_t fingerprint) const;
  /// False if it was there already.
  bool insert(std::uint64_t fingerprint);
  /// The same for one that contains() just denied.
  void add(std::uint64_t fingerprint);
  void forget(std::uint64_t fingerprint);
  /// Fingerprints that are remembered.
  std::size_t size() const { return size_; }

private:
  static constexpr std::size_t places = 8;
  struct alignas(64) line {
    std::array<std::uint64_t, places> fingerprints{};  ///< newest first; 0: free
  };

  static std::uint64_t nonzero(std::uint64_t fingerprint) { return fingerprint ? fingerprint : 1; }
  std::size_t line_of(std::uint64_t fingerprint) const { return fingerprint >> 8 & (lines_.size() - 1); }

  std::vector<line> lines_;  ///< a power of two
  std::size_t size_ = 0;
};

}  // namespace plexus
