// A number with one writer, and readers that need no message to see it. Writing is a plain load and store.
#pragma once

#include <atomic>
#include <cstdint>

namespace plexus {

class tally {
public:
  tally() = default;
  /// A copy has a life of its own.
  tally(const tally& other) : value_(std::uint64_t{other}) {}
  tally& operator=(const tally& other) { return *this = std::uint64_t{other}; }

  operator std::uint64_t() const { return value_.load(std::memory_order_relaxed); }

  // Only the writer.

  tally& operator=(std::uint64_t value) {
    value_.store(value, std::memory_order_relaxed);
    return *this;
  }
  tally& operator+=(std::uint64_t more) { return *this = *this + more; }
  tally& operator++() { return *this += 1; }

private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace plexus
