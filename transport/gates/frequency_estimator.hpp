// How often something happens: the last 48 times it did, over the time since the oldest of them.
//
// Source: rns-1.5.7 section 1.9; Interface.py: incoming_announce_frequency and its three sisters. Fixed size, never
// allocates.
#pragma once

#include "messages/instant.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace plexus {

class frequency_estimator {
public:
  static constexpr std::size_t samples_max = 48;
  /// Reciprocal of the lowest frequency worth knowing, 0.1 Hz.
  static constexpr duration decay = std::chrono::seconds{10};
  /// Events that came in one batch carry the same instant; the reference's clock moves between them. The time since the
  /// oldest sample therefore counts as this much at least, so that a batch is a high frequency and not none.
  static constexpr duration span_min = std::chrono::microseconds{1};

  /// How many samples are too few to tell a frequency.
  enum class direction : std::uint8_t { incoming = 2, outgoing = 1 };

  explicit frequency_estimator(direction kind) : too_few_(static_cast<std::size_t>(kind)) {}

  void note(instant now);
  /// `count` events at once.
  void note(instant now, std::uint64_t count);
  std::size_t samples() const { return count_; }

  /// Hz. A question about samples that reach back further than `decay` makes the oldest one be forgotten.
  double ask(instant now) { return ask(now, 0); }
  /// As if one event more had happened.
  double ask_with_one_more(instant now) { return ask(now, 1); }
  /// What ask() would say, without forgetting.
  double peek(instant now) const { return frequency(now, 0); }

private:
  double ask(instant now, std::size_t more);
  double frequency(instant now, std::size_t more) const;

  std::array<instant, samples_max> ring_{};
  std::size_t oldest_ = 0, count_ = 0, too_few_;
};

}  // namespace plexus
