// What a supervisor does when a child dies: start it again after a while, or give up and fail itself.
//
// The wait doubles with each death in the window, so that a child that dies of its surroundings gives them time; a
// child that lived through a whole window starts anew. Too many deaths in a window mean that starting again does not
// help, and the parent's parent has to know.
#pragma once

#include "messages/instant.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace plexus {

struct restart_limits {
  unsigned restarts_max = 5;  ///< in one window
  duration window = std::chrono::seconds(60);
  duration backoff_first = std::chrono::milliseconds(10);
  duration backoff_max = std::chrono::seconds(5);
};

class restart_policy {
public:
  explicit restart_policy(const restart_limits& limits = {}) : limits_(limits) {}

  /// A child died. How long to wait before it is started again, or nothing: fail upward.
  std::optional<duration> on_death(instant now) {
    while (!deaths_.empty() && now - deaths_.front() >= limits_.window)
      deaths_.pop_front();
    if (deaths_.size() >= limits_.restarts_max)
      return std::nullopt;
    auto wait = limits_.backoff_first;
    for (std::size_t i = 0; i < deaths_.size() && wait < limits_.backoff_max; ++i)
      wait *= 2;
    deaths_.push_back(now);
    ++restarts_;
    return std::min(wait, limits_.backoff_max);
  }

  /// Since the start of the process.
  std::uint64_t restarts() const { return restarts_; }

private:
  restart_limits limits_;
  std::deque<instant> deaths_;  ///< at most restarts_max
  std::uint64_t restarts_ = 0;
};

}  // namespace plexus
