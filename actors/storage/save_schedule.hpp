// When to save again: soon after a change, but never so often that saving becomes a considerable part of what the
// machine does. The more there is to save, the longer it takes, and the longer the wait.
#pragma once

#include "messages/instant.hpp"

#include <algorithm>

namespace plexus {

struct save_pace {
  duration at_most{};        ///< wait at least so long after a save
  int stretch = 10;          ///< and so many times as long as that save took
  duration unchanged_too{};  ///< saves after this time even without a change; zero: never
};

class save_schedule {
public:
  save_schedule(const save_pace& pace, instant start) : pace_(pace), last_(start) {}

  void on_change() { changed_ = true; }
  bool is_due(instant now) const {
    const auto since = now - last_;
    if (pace_.unchanged_too > duration::zero() && since >= pace_.unchanged_too)
      return true;
    return changed_ && since >= std::max(pace_.at_most, took_ * pace_.stretch);
  }
  /// Changes from now on are for the next one.
  void on_begin() { changed_ = false; }
  void on_end(instant now, duration took, bool complete) {
    last_ = now;
    took_ = took;
    changed_ = changed_ || !complete;
  }
  instant last() const { return last_; }

private:
  save_pace pace_;
  instant last_;
  duration took_{};
  bool changed_ = false;
};

}  // namespace plexus
