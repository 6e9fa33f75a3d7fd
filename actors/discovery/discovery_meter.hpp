// What became of the discovery announces that came in, and what is known now. Written by the receiver alone, read by
// metrics; it outlives a receiver that is started again.
#pragma once

#include "actors/interfaces/tally.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace plexus {

enum class discovery_outcome : std::uint8_t {
  kept,
  no_source,    ///< of an identity that is none of interface_discovery_sources
  over_budget,  ///< more at a time than stamps are checked
  too_short,    // from here on as in discovery_refusal
  sealed,
  weak_stamp,
  malformed,
};
inline constexpr std::array<std::string_view, 7> discovery_outcome_names{
    "kept", "no_source", "over_budget", "too_short", "sealed", "weak_stamp", "malformed"};

struct discovery_meter {
  std::array<tally, discovery_outcome_names.size()> outcomes;
  tally interfaces;   ///< records now
  tally connections;  ///< automatic ones now

  void count(discovery_outcome outcome) { ++outcomes[static_cast<std::size_t>(outcome)]; }
};

}  // namespace plexus
