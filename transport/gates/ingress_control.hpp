// Tells floods of announces and path requests from ordinary traffic, for one interface.
//
//           frequency > threshold                quiet, and both hold times over, and cooldown used up
//   calm ---------------------------> burst ----------------------------------------------------------> calm
//
// A burst lasts `burst_hold` at least, and as long again beyond the last evaluation at which the frequency was still at
// the threshold or above. Path requests need three quiet evaluations more. The evaluation that ends a burst still
// answers "limit". Source: rns-1.5.7 section 1.9; Interface.py: should_ingress_limit, should_ingress_limit_pr.
#pragma once

#include "messages/instant.hpp"
#include "transport/gates/frequency_estimator.hpp"

#include <cstddef>
#include <optional>

namespace plexus {

/// The keys ic_*, ec_pr_freq and egress_control of an interface (rns-1.5.7 sections 1.9 and 6.2). Frequencies in Hz.
struct ingress_limits {
  bool announces = true;  ///< false on Local, Serial, KISS, AX25KISS and RNode interfaces, and without ingress_control
  bool path_requests = true;  ///< false for local clients (rns-1.5.7 section 1.18), and without ingress_control
  duration new_time = std::chrono::hours{2};  ///< an interface is new for so long
  double burst_freq_new = 3, burst_freq = 10;
  double pr_burst_freq_new = 3, pr_burst_freq = 8;
  duration burst_hold = std::chrono::seconds{15};
  duration burst_penalty = std::chrono::seconds{15};  ///< from the start of a burst to the first release
  duration held_release_interval = std::chrono::seconds{5};
  std::size_t held_announces_max = 256;
  bool egress_control = false;
  double pr_freq_out = 5;
};

/// One kind of flood. Evaluated whenever something of that kind arrives, and by the interface's job.
class burst_detector {
public:
  /// `quiet_extra`: evaluations that must be quiet after the hold times, before the one that ends the burst.
  explicit burst_detector(unsigned quiet_extra) : quiet_extra_(quiet_extra) {}

  enum class change { none, started, ended };
  change evaluate(double frequency, double threshold, duration hold, instant now);
  bool active() const { return active_; }
  /// Start of the last burst.
  std::optional<instant> activated() const { return activated_; }

private:
  unsigned quiet_extra_, cooldown_ = 0;
  bool active_ = false;
  std::optional<instant> activated_;
  instant sustained_{};
};

class ingress_control {
public:
  ingress_control(const ingress_limits& limits, instant created);

  void on_announce(instant now, std::uint64_t count = 1) { announces_.note(now, count); }
  void on_path_request(instant now, std::uint64_t count = 1) { path_requests_.note(now, count); }
  /// Evaluates: is this announce, which on_announce() counted already, to be held?
  bool should_limit_announces(instant now);
  bool should_limit_path_requests(instant now);
  /// Every 5 s.
  void on_job(instant now);
  /// The traffic counter's look at the frequencies, every second, which lets old samples go.
  void age(instant now);

  /// Whether one held announce may go on now; if so, the next one only after the release interval.
  bool release_one(instant now);

  const ingress_limits& limits() const { return limits_; }
  const burst_detector& announce_burst() const { return announce_burst_; }
  const burst_detector& path_request_burst() const { return path_request_burst_; }
  double announce_frequency(instant now) const { return announces_.peek(now); }
  double path_request_frequency(instant now) const { return path_requests_.peek(now); }

private:
  bool is_new(instant now) const { return now - created_ < limits_.new_time; }
  double announce_threshold(instant now) const { return is_new(now) ? limits_.burst_freq_new : limits_.burst_freq; }
  double path_request_threshold(instant now) const {
    return is_new(now) ? limits_.pr_burst_freq_new : limits_.pr_burst_freq;
  }

  ingress_limits limits_;
  instant created_;
  frequency_estimator announces_{frequency_estimator::direction::incoming};
  frequency_estimator path_requests_{frequency_estimator::direction::incoming};
  burst_detector announce_burst_{0}, path_request_burst_{3};
  instant release_after_ = instant::min();
};

}  // namespace plexus
