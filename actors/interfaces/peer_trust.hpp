// Whether a peer that does not take what we send is worth waiting for.
//
// Waiting means that those who send to it are held back, so that nothing is lost: right for a peer that is merely busy,
// wrong for one that is slow or does not read, since its sources serve others too. A peer is waited for as long as
// nothing waits longer than `patience`. When something does, the peer is slow: it gets a bounded buffer and then drops,
// until it has caught up and a penalty is over. The penalty doubles each time, so what one peer can take from the
// others is bounded: one `patience` in each penalty.
#pragma once

#include "messages/instant.hpp"

#include <algorithm>
#include <chrono>

namespace plexus {

class peer_trust {
public:
  static constexpr duration patience = std::chrono::milliseconds(100);
  static constexpr duration penalty_first = std::chrono::seconds(1);
  static constexpr duration penalty_max = std::chrono::seconds(64);

  bool is_waited_for() const { return !slow_; }

  /// Something has waited for longer than `patience`.
  void on_patience_over(instant now) {
    slow_ = true;
    until_ = now + penalty_;
    penalty_ = std::min(penalty_ * 2, penalty_max);
  }
  /// Next to nothing waits. Once the penalty is over the peer is waited for again; after as long again without a
  /// lapse the penalty starts over.
  void on_caught_up(instant now) {
    if (slow_ && now >= until_)
      slow_ = false;
    if (!slow_ && now >= until_ + penalty_max)
      penalty_ = penalty_first;
  }

private:
  bool slow_ = false;
  instant until_{};
  duration penalty_ = penalty_first;
};

}  // namespace plexus
