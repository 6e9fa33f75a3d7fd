// Chance for timing and tags: seeded, small, and not for key material.
#pragma once

#include "messages/instant.hpp"
#include "messages/octets.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace plexus {

/// splitmix64: every seed is good, one addition and a few multiplications for each draw.
class jitter {
public:
  explicit jitter(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
  }
  /// Evenly between zero and `most`.
  duration up_to(duration most) {
    return duration{static_cast<duration::rep>(fraction() * static_cast<double>(most.count()))};
  }
  void fill(mutable_octets out) {
    for (std::size_t i = 0; i < out.size(); i += 8) {
      const auto word = next();
      std::memcpy(out.data() + i, &word, std::min<std::size_t>(8, out.size() - i));
    }
  }

private:
  double fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  std::uint64_t state_;
};

}  // namespace plexus
