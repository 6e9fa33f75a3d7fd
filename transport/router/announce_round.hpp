// The order of one round of announces.
#pragma once

#include "messages/traffic.hpp"

#include <algorithm>
#include <tuple>

namespace plexus {

/// Fewest hops first: when there is no room for all, those from near have it. Then by destination, so that what a gate
/// lets pass does not depend on how many shards the round came from. Source: rns-1.5.7 section 1.8.
inline void sort_round(announce_round& round) {
  std::stable_sort(round.announces.begin(), round.announces.end(), [](const auto& a, const auto& b) {
    return std::tie(a.hops, a.destination) < std::tie(b.hops, b.destination);
  });
}

}  // namespace plexus
