#include "transport/router/duplicate_filter.hpp"

#include <algorithm>
#include <bit>

namespace plexus {

// Lines are half full when a generation ends, so that hardly one has to forget before its time.
duplicate_filter::duplicate_filter(std::size_t entries_max)
    : generation_max_(std::max<std::size_t>(entries_max / 2, 64)),
      mask_(std::bit_ceil(generation_max_ / 4) - 1),
      current_(std::make_unique<line[]>(mask_ + 1)) {}

bool duplicate_filter::in(const line& l, std::uint64_t fingerprint) {
  bool found = false;
  for (const auto f : l.fingerprints)
    found |= f == fingerprint;
  return found;
}

bool duplicate_filter::contains(std::uint64_t fingerprint) const {
  fingerprint = nonzero(fingerprint);
  return in(current_[line_of(fingerprint)], fingerprint) ||
         (previous_ && in(previous_[line_of(fingerprint)], fingerprint));
}

bool duplicate_filter::insert(std::uint64_t fingerprint) {
  fingerprint = nonzero(fingerprint);
  if (contains(fingerprint))
    return false;
  auto& l = current_[line_of(fingerprint)].fingerprints;
  std::copy_backward(l.begin(), l.end() - 1, l.end());
  l.front() = fingerprint;
  if (++taken_ >= generation_max_)
    next_generation();
  return true;
}

void duplicate_filter::forget(std::uint64_t fingerprint) {
  fingerprint = nonzero(fingerprint);
  for (auto* generation : {current_.get(), previous_.get()})
    if (generation)
      std::replace(generation[line_of(fingerprint)].fingerprints.begin(),
                   generation[line_of(fingerprint)].fingerprints.end(), fingerprint, std::uint64_t{0});
}

void duplicate_filter::next_generation() {
  previous_ = std::move(current_);
  current_ = std::make_unique<line[]>(mask_ + 1);
  taken_ = 0;
}

}  // namespace plexus
