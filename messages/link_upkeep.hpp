// The small payloads by which the ends of a link keep it alive, name themselves and end it.
//
//   keepalive   FF from the initiator, FE from the responder; plain
//   identify    public_key(64) signature(64) over link_id and public key; encrypted
//   rtt         a MessagePack number, seconds; encrypted
//   close       link_id(16); encrypted
//
// Source: Link.py: send_keepalive, identify, rtt_packet, teardown; rns-1.5.7 section 2.
#pragma once

#include "messages/addresses.hpp"
#include "messages/expected.hpp"

#include <array>

namespace plexus {

inline constexpr octet keepalive_of_initiator = 0xff, keepalive_of_responder = 0xfe;

struct link_identify {
  static constexpr std::size_t size = public_key::size + signature::size;

  public_key key{};
  signature proof{};

  /// Takes exactly 128 octets. Errors: truncated, oversized.
  static expected<link_identify> parse(octets plaintext);
  octet_string encode() const;
  /// What the signature covers.
  octet_string signed_data(const link_id& link) const;
};

/// A round trip in seconds, as MessagePack float 64 (9 octets), which is what the reference sends.
std::array<octet, 9> encode_round_trip(double seconds);

/// Reads any MessagePack integer or float and ignores what follows. Errors: truncated, bad_value (another type).
expected<double> parse_round_trip(octets plaintext);

}  // namespace plexus
