#include "transport/gates/ingress_control.hpp"

namespace plexus {

// The reference also asks for two samples before an announce burst may end. That always holds: a burst needs three to
// start, and decay leaves two.
burst_detector::change burst_detector::evaluate(double frequency, double threshold, duration hold, instant now) {
  if (!active_) {
    if (frequency <= threshold)
      return change::none;
    active_ = true;
    activated_ = sustained_ = now;
    cooldown_ = quiet_extra_;
    return change::started;
  }
  if (frequency < threshold && now > *activated_ + hold && now > sustained_ + hold) {
    if (cooldown_ > 0) {
      --cooldown_;
      return change::none;
    }
    active_ = false;
    return change::ended;
  }
  cooldown_ = quiet_extra_;
  if (frequency >= threshold)
    sustained_ = now;
  return change::none;
}

ingress_control::ingress_control(const ingress_limits& limits, instant created) : limits_(limits), created_(created) {}

bool ingress_control::should_limit_announces(instant now) {
  if (!limits_.announces)
    return false;
  const auto changed = announce_burst_.evaluate(announces_.ask(now), announce_threshold(now), limits_.burst_hold, now);
  if (changed == burst_detector::change::started)
    release_after_ = now + limits_.burst_penalty;
  return announce_burst_.active() || changed == burst_detector::change::ended;
}

bool ingress_control::should_limit_path_requests(instant now) {
  if (!limits_.path_requests)
    return false;
  const auto changed =
      path_request_burst_.evaluate(path_requests_.ask(now), path_request_threshold(now), limits_.burst_hold, now);
  return path_request_burst_.active() || changed == burst_detector::change::ended;
}

void ingress_control::on_job(instant now) {
  should_limit_announces(now);
  should_limit_path_requests(now);
}

void ingress_control::age(instant now) {
  announces_.ask(now);
  path_requests_.ask(now);
}

bool ingress_control::release_one(instant now) {
  if (now <= release_after_ || announces_.ask(now) >= announce_threshold(now))
    return false;
  release_after_ = now + limits_.held_release_interval;
  return true;
}

}  // namespace plexus
