#include "transport/router/duplicate_filter.hpp"

#include <algorithm>
#include <bit>

namespace plexus {

duplicate_filter::duplicate_filter(std::size_t entries_max)
    : lines_(std::bit_ceil(std::max<std::size_t>(2 * entries_max / places, 1))) {}

bool duplicate_filter::contains(std::uint64_t fingerprint) const {
  fingerprint = nonzero(fingerprint);
  bool found = false;
  for (const auto known : lines_[line_of(fingerprint)].fingerprints)
    found |= known == fingerprint;
  return found;
}

void duplicate_filter::add(std::uint64_t fingerprint) {
  fingerprint = nonzero(fingerprint);
  auto& known = lines_[line_of(fingerprint)].fingerprints;
  size_ += known.back() == 0;
  std::copy_backward(known.begin(), known.end() - 1, known.end());
  known.front() = fingerprint;
}

bool duplicate_filter::insert(std::uint64_t fingerprint) {
  if (contains(fingerprint))
    return false;
  add(fingerprint);
  return true;
}

void duplicate_filter::forget(std::uint64_t fingerprint) {
  fingerprint = nonzero(fingerprint);
  auto& known = lines_[line_of(fingerprint)].fingerprints;
  const auto kept = std::remove(known.begin(), known.end(), fingerprint);
  size_ -= static_cast<std::size_t>(known.end() - kept);
  std::fill(kept, known.end(), 0);
}

}  // namespace plexus
