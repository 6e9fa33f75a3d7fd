// How long something took, counted in fixed classes: cheap to count, to add up and to publish.
#pragma once

#include "messages/instant.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <numeric>

namespace plexus {

class latency_histogram {
public:
  /// Upper bounds of the classes, inclusive: 1, 2 and 5 in each decade from a microsecond to 50 s. The same for all
  /// histograms, so that they can be compared and added.
  static constexpr std::array<duration, 24> bounds = [] {
    std::array<duration, 24> all{};
    duration decade = std::chrono::microseconds(1);
    for (std::size_t i = 0; i < all.size(); i += 3, decade *= 10) {
      all[i] = decade;
      all[i + 1] = decade * 2;
      all[i + 2] = decade * 5;
    }
    return all;
  }();

  using class_counts = std::array<std::uint64_t, bounds.size() + 1>;

  /// The class of a time that is not negative.
  static std::size_t class_of(duration took) {
    return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), took) - bounds.begin());
  }

  latency_histogram() = default;
  latency_histogram(const class_counts& counts, duration sum)
      : counts_(counts), count_(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0})), sum_(sum) {}

  /// Negative times count as none.
  void observe(duration took) {
    took = std::max(took, duration::zero());
    ++counts_[class_of(took)];
    ++count_;
    sum_ += took;
  }
  latency_histogram& operator+=(const latency_histogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i)
      counts_[i] += other.counts_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    return *this;
  }

  /// One for each bound, and the last for what took longer than all of them.
  const class_counts& counts() const { return counts_; }
  std::uint64_t count() const { return count_; }
  duration sum() const { return sum_; }

private:
  class_counts counts_{};
  std::uint64_t count_ = 0;
  duration sum_{};
};

}  // namespace plexus
