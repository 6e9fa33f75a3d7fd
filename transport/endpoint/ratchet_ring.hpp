// The ratchets of a destination: short-lived keys that its announces offer, so that what was encrypted to one cannot be
// opened once it is forgotten.
//
//   file   MessagePack {"signature": signature(64), "ratchets": octets}, where the octets are a MessagePack list of
//          private keys(32 each), newest first, and the signature is the destination identity's over them
//
// Source: Destination.py: rotate_ratchets, _persist_ratchets, _reload_ratchets; rns-1.5.7 section 5.1.
#pragma once

#include "transport/identity.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <vector>

namespace plexus {

class ratchet_ring {
public:
  static constexpr std::size_t retained_default = 512;
  static constexpr std::chrono::minutes interval_default{30};

  explicit ratchet_ring(std::size_t retained = retained_default, duration interval = interval_default)
      : retained_(retained), interval_(interval) {}

  /// Reads a file that `owner` signed. Errors: those of from_msgpack, bad_value (not such a file), bad_signature.
  /// Keys beyond those to be retained are dropped.
  static expected<ratchet_ring> parse(octets file, const public_identity& owner,
                                      std::size_t retained = retained_default, duration interval = interval_default);
  octet_string encode(const identity& owner) const;

  /// A new key in front, unless the newest is younger than the interval. True: the file should be written.
  bool rotate(instant now, random_source& random);
  /// Newest first.
  const std::vector<x25519_secret>& keys() const { return keys_; }
  /// What an announce offers, once there is a key.
  std::optional<ratchet_key> newest() const;
  /// Requires count > 0. The file follows at the next rotation, as in the reference.
  void retain(std::size_t count);
  void rotate_every(duration interval) { interval_ = interval; }

private:
  std::size_t retained_;
  duration interval_;
  std::optional<instant> rotated_at_;
  std::vector<x25519_secret> keys_;
};

}  // namespace plexus
