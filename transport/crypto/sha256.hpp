// SHA-256, the only hash of the protocol. Runs on the low-level context: a fetch through the library's generic
// interface costs several times the hash of a packet.
#pragma once

#include "messages/addresses.hpp"
#include "messages/octets.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace plexus {

using sha256_digest = std::array<octet, 32>;

sha256_digest sha256(octets value);
/// Hash of the parts one after another, without joining them.
sha256_digest sha256_of(std::span<const octets> parts);
inline sha256_digest sha256_of(std::initializer_list<octets> parts) {
  return sha256_of(std::span<const octets>(parts.begin(), parts.size()));
}

/// SHA-256 over a packet's hashable part: the low four flag bits, then everything from the destination field on. Hop
/// octet and transport id stay out, so the hash is the same at every hop. Source: Packet.py: get_hashable_part.
/// Requires a packet that parse_packet accepts.
packet_hash hash_packet(octets whole_packet);

/// The first 16 octets of a packet's hash: where its proof is addressed to.
inline address proof_address(const packet_hash& hash) {
  return rename<address>(hash);
}

/// SHA-256 after some whole blocks of 64 octets, to go on from any number of times. What makes HMAC, HKDF and the
/// search for a stamp cheap.
class sha256_midstate {
public:
  static constexpr std::size_t block_size = 64;

  sha256_midstate() = default;
  /// Requires a multiple of block_size octets, fewer than 2^29.
  explicit sha256_midstate(octets blocks);

  /// Hash of blocks and parts.
  sha256_digest finish(std::initializer_list<octets> parts) const;

private:
  std::array<std::uint32_t, 8> state_{};
  std::uint32_t bits_ = 0;  ///< hashed so far
};

}  // namespace plexus
