// Stamps: proof of work over a message or an announce, so that to flood a network with them costs something.
//
// A workblock is derived from the stamped material, 256 octets a round, which keeps the work tied to it; a stamp is any
// 32 octets whose hash behind the workblock begins with enough zero bits. One search step is one SHA-256 block, since
// the workblock is hashed once.
// Source: LXStamper.py; rns-1.5.7 section 9.1, lxmf-1.2.1.
#pragma once

#include "messages/expected.hpp"
#include "messages/octets.hpp"
#include "messages/tagged_bytes.hpp"
#include "transport/crypto/random_source.hpp"
#include "transport/crypto/sha256.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace plexus {

using stamp = tagged_bytes<struct stamp_tag, 32>;

/// More zero bits than a hash has are never found.
inline constexpr unsigned stamp_cost_max = 256;

/// The workblock itself, 256 octets a round; who only works with it needs no more than its hash.
octet_string expand_workblock(octets material, unsigned rounds);

class stamp_workblock {
public:
  static constexpr std::size_t round_size = 256;  ///< octets

  /// Of octets that expand_workblock gave. Error: bad_value when they are no whole number of rounds.
  static expected<stamp_workblock> from_expanded(octets block);

  /// `rounds`: at most 65,536; so many times two key derivations.
  stamp_workblock(octets material, unsigned rounds);

  /// Zero bits that the hash of workblock and stamp begins with: 0 to 256.
  unsigned value_of(const stamp& claimed) const;
  /// Any stamp passes at a cost of 0. The reference also lets the hash 2^(256 - cost) pass, the only number whose value
  /// is one less; nobody will ever see it.
  bool accepts(const stamp& claimed, unsigned cost) const { return value_of(claimed) >= cost; }

private:
  explicit stamp_workblock(const sha256_midstate& hashed) : hashed_(hashed) {}

  sha256_midstate hashed_;
};

/// Looks for a stamp, as long as somebody calls step(). For a cost of n bits it takes 2^n tries on average.
class stamp_search {
public:
  /// Goes on from a random place.
  stamp_search(const stamp_workblock& workblock, unsigned cost, random_source& random)
      : workblock_(workblock), cost_(cost), next_(random.draw<stamp>()) {}

  /// Tries so many stamps; nothing if none of them will do.
  std::optional<stamp> step(std::size_t tries);
  std::uint64_t tried() const { return tried_; }

private:
  stamp_workblock workblock_;
  unsigned cost_;
  stamp next_;
  std::uint64_t tried_ = 0;
};

}  // namespace plexus
