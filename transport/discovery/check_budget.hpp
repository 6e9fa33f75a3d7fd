// How many announces a second are worth the work of checking their stamps: a check costs about as much as a signature,
// and whoever floods must not keep the node busy with it. What is over is dropped; it is announced again some day. The
// reference checks one at a time and drops what comes meanwhile.
#pragma once

#include "messages/instant.hpp"

#include <algorithm>

namespace plexus {

class check_budget {
public:
  /// Checks a second, and as many at once after a second of calm.
  explicit check_budget(double per_second) : per_second_(per_second), left_(per_second) {}

  bool take(instant now) {
    left_ = std::min(per_second_, left_ + seconds_of(now - refilled_) * per_second_);
    refilled_ = now;
    if (left_ < 1)
      return false;
    left_ -= 1;
    return true;
  }

private:
  double per_second_, left_;
  instant refilled_{};
};

}  // namespace plexus
