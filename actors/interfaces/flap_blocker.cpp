#include "actors/interfaces/flap_blocker.hpp"

namespace plexus {

void flap_blocker::expire(const flap_limits& limits, instant now) {
  while (!by_age_.empty() && now - by_age_.back().last > limits.block_time) {
    records_.erase(by_age_.back().from);
    by_age_.pop_back();
  }
}

void flap_blocker::on_ended(const std::string& from, duration lived, const flap_limits& limits, instant now) {
  if (lived >= limits.threshold)
    return;
  expire(limits, now);
  const auto known = records_.find(from);
  if (known != records_.end()) {
    by_age_.splice(by_age_.begin(), by_age_, known->second);
  } else {
    if (records_.size() == addresses_max) {
      records_.erase(by_age_.back().from);
      by_age_.pop_back();
    }
    by_age_.push_front({from, now, 0});
    records_[from] = by_age_.begin();
  }
  by_age_.front().last = now;
  ++by_age_.front().flaps;
}

bool flap_blocker::is_blocked(const std::string& from, const flap_limits& limits, instant now) {
  expire(limits, now);
  const auto known = records_.find(from);
  return known != records_.end() && known->second->flaps > limits.grace;
}

std::vector<std::string> flap_blocker::blocked(const flap_limits& limits, instant now) {
  expire(limits, now);
  std::vector<std::string> found;
  for (const auto& one : by_age_)
    if (one.flaps > limits.grace)
      found.push_back(one.from);
  return found;
}

}  // namespace plexus
