// Everything that is left to chance in a simulated network, from one seed.
#pragma once

#include "transport/crypto/random_source.hpp"

#include <cstddef>

namespace plexus::chaos {

class chance {
public:
  explicit chance(std::uint64_t seed) : sequence_(seed) {}

  std::uint64_t number() { return sequence_.next(); }
  /// Evenly in [0, end); `end` over 0.
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(sequence_.next() % end); }
  std::size_t between(std::size_t least, std::size_t most) { return least + below(most - least + 1); }
  bool happens(double probability) { return sequence_.unit() < probability; }
  duration up_to(duration most) { return sequence_.up_to(most); }

private:
  jitter_source sequence_;
};

}  // namespace plexus::chaos
