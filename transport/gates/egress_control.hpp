// Keeps path requests that we pass on for others below a frequency, for one interface.
// Source: rns-1.5.7 section 1.9; Interface.py: should_egress_limit_pr.
#pragma once

#include "transport/gates/frequency_estimator.hpp"

namespace plexus {

class egress_control {
public:
  static constexpr std::size_t samples_min = 2;

  egress_control(bool enabled, double frequency_max) : enabled_(enabled), frequency_max_(frequency_max) {}

  void on_path_request_sent(instant now, std::uint64_t count = 1) { sent_.note(now, count); }
  /// Whether one more would be too many.
  bool should_limit(instant now) {
    return enabled_ && sent_.ask_with_one_more(now) > frequency_max_ && sent_.samples() >= samples_min;
  }
  void age(instant now) { sent_.ask(now); }
  double frequency(instant now) const { return sent_.peek(now); }

private:
  bool enabled_;
  double frequency_max_;  ///< Hz
  frequency_estimator sent_{frequency_estimator::direction::outgoing};
};

}  // namespace plexus
