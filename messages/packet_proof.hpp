// The data of a proof that a packet was delivered: the receiver's signature over the packet's hash.
//
//   explicit   packet_hash(32) signature(64)
//   implicit                   signature(64)
//
// Sent to the first 16 octets of the packet's hash. Over links always explicit.
// Source: Packet.py: PacketReceipt.validate_proof; Identity.py: prove.
#pragma once

#include "messages/addresses.hpp"
#include "messages/expected.hpp"

#include <optional>

namespace plexus {

struct packet_proof {
  static constexpr std::size_t implicit_size = signature::size;
  static constexpr std::size_t explicit_size = packet_hash::size + signature::size;

  std::optional<packet_hash> proved;  ///< there in an explicit proof alone
  signature proof{};

  /// Takes exactly 64 or 96 octets. Errors: truncated, oversized, bad_value (a length in between).
  static expected<packet_proof> parse(octets data);
  octet_string encode() const;
};

}  // namespace plexus
