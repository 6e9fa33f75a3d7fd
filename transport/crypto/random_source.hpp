// Where chance comes from. Key material and jitter are two types, so that neither can stand in for the other.
#pragma once

#include "messages/instant.hpp"
#include "messages/octets.hpp"

#include <cstdint>

namespace plexus {

/// Unpredictable octets for keys, initialisation vectors and tags. The core never asks the system for them: whoever
/// runs it hands one in.
class random_source {
public:
  virtual ~random_source() = default;
  virtual void fill(mutable_octets out) = 0;

  /// A value of a fixed-size type, as in `random.draw<cbc_iv>()`.
  template <class T>
  T draw() {
    T value;
    fill(value.bytes());
    return value;
  }
};

/// SplitMix64: small, fast, the same sequence from the same seed. Not for keys.
class jitter_source {
public:
  explicit jitter_source(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    auto z = state_;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
  }
  /// Uniform in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// Uniform in [0, limit).
  duration up_to(duration limit) {
    return duration(static_cast<duration::rep>(unit() * static_cast<double>(limit.count())));
  }

private:
  std::uint64_t state_;
};

/// Replays the same octets from the same seed. For tests and simulations alone.
class seeded_random final : public random_source {
public:
  explicit seeded_random(std::uint64_t seed) : sequence_(seed) {}
  void fill(mutable_octets out) override {
    for (auto& o : out)
      o = static_cast<octet>(sequence_.next() >> 56);
  }

private:
  jitter_source sequence_;
};

}  // namespace plexus
