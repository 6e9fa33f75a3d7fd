// Announces of unknown destinations that came in during a burst, kept for later.
//
// Bound: ingress_limits::held_announces_max, one for each destination. A newer announce replaces the older; when full,
// new destinations are refused. Source: rns-1.5.7 section 1.9; Interface.py: hold_announce, process_held_announces.
#pragma once

#include "transport/gates/announce_shelf.hpp"
#include "transport/router/router_types.hpp"

#include <cstdint>
#include <optional>

namespace plexus {

class held_announces {
public:
  /// An announce of so many hops could not be passed on after its release.
  static constexpr octet hops_end = 127;

  held_announces(std::size_t capacity, std::uint64_t hash_secret) : shelf_(capacity, hash_secret) {}

  /// False: refused, for its hops or because the table is full.
  bool hold(announce_held announce);
  /// The one of fewest hops, among equals the destination held first.
  std::optional<announce_held> release();
  std::size_t size() const { return shelf_.size(); }
  bool empty() const { return shelf_.empty(); }
  std::uint64_t refused() const { return refused_; }

private:
  announce_shelf<announce_held> shelf_;
  std::uint64_t refused_ = 0;
};

}  // namespace plexus
