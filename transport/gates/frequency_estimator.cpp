#include "transport/gates/frequency_estimator.hpp"

#include <algorithm>

namespace plexus {

void frequency_estimator::note(instant now) {
  ring_[(oldest_ + count_) % samples_max] = now;
  if (count_ < samples_max)
    ++count_;
  else
    oldest_ = (oldest_ + 1) % samples_max;
}

void frequency_estimator::note(instant now, std::uint64_t count) {
  for (auto left = std::min<std::uint64_t>(count, samples_max); left > 0; --left)
    note(now);
}

double frequency_estimator::ask(instant now, std::size_t more) {
  const auto result = frequency(now, more);
  if (count_ > too_few_ && now - ring_[oldest_] > decay) {
    oldest_ = (oldest_ + 1) % samples_max;
    --count_;
  }
  return result;
}

double frequency_estimator::frequency(instant now, std::size_t more) const {
  if (count_ <= too_few_)
    return 0;
  return static_cast<double>(count_ + more) / seconds_of(std::max(now - ring_[oldest_], span_min));
}

}  // namespace plexus
