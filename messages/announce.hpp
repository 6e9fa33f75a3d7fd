// An announce: the keys of a destination, and the proof that they are its own.
//
//   public_key(64) name_hash(10) random_blob(10) [ratchet(32)] signature(64) app_data(0..)
//
// The ratchet is there if and only if the packet's context flag is set. The signature covers
//
//   destination_hash(16) public_key name_hash random_blob [ratchet] app_data
//
// Source: Destination.py: announce; Identity.py: validate_announce.
#pragma once

#include "messages/addresses.hpp"
#include "messages/expected.hpp"

#include <cstdint>
#include <optional>

namespace plexus {

/// When the announce was made, by its maker's clock: Unix seconds in octets 5 to 9 of the random blob.
std::uint64_t emitted_at(const random_blob& blob);

/// 5 random octets and 40 bits of Unix seconds.
random_blob make_random_blob(octets five_random_octets, std::uint64_t unix_seconds);

struct announce {
  public_key key{};
  name_hash name{};
  random_blob blob{};
  std::optional<ratchet_key> ratchet;
  signature proof{};
  octets app_data;  ///< a view into what was parsed; the caller keeps it alive

  static constexpr std::size_t size_min = public_key::size + name_hash::size + random_blob::size + signature::size;

  /// Reads a packet's data; `has_ratchet` is the packet's context flag. Error: truncated.
  static expected<announce> parse(octets data, bool has_ratchet);
  octet_string encode() const;

  std::uint64_t emitted() const { return emitted_at(blob); }
  /// The reference keeps "no application data" apart from "none of it": nil in its files in the first case alone, which
  /// is an announce of exactly 148 octets.
  bool has_app_data() const { return ratchet || !app_data.empty(); }

  std::size_t signed_size() const;
  /// Writes signed_size() octets at `out`.
  void write_signed_data(const destination_hash& destination, octet* out) const;
  octet_string signed_data(const destination_hash& destination) const;
};

}  // namespace plexus
