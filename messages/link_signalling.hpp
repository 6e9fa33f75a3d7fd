// The three octets by which the two ends of a link, and the nodes between them, agree on its MTU and mode.
//
//   mode(3 bits) mtu(21 bits), big-endian
//
// Source: Link.py: signalling_bytes, mtu_from_lr_packet, mode_from_lr_packet.
#pragma once

#include "messages/expected.hpp"
#include "messages/octets.hpp"

#include <array>
#include <cstdint>

namespace plexus {

/// How a link encrypts. Three bits on the wire, of which the reference enables AES-256-CBC alone.
enum class link_mode : octet {
  aes_128_cbc = 0,
  aes_256_cbc = 1,
  aes_256_gcm = 2,
  one_time_pad = 3,
  reserved_4 = 4,
  reserved_5 = 5,
  reserved_6 = 6,
  reserved_7 = 7
};

constexpr bool is_enabled(link_mode mode) {
  return mode == link_mode::aes_256_cbc;
}

struct link_signalling {
  static constexpr std::size_t size = 3;
  static constexpr std::uint32_t mtu_end = 1u << 21;

  std::uint32_t mtu = 0;  ///< octets; 0 leaves the MTU at the protocol's 500
  link_mode mode = link_mode::aes_256_cbc;

  /// Any three octets mean something. Requires value.size() >= 3.
  static link_signalling from(octets value);

  /// Only the low 21 bits of the MTU are sent. Error: bad_value when the mode is not enabled, as it must never be
  /// repeated by anybody.
  expected<std::array<octet, size>> encode() const;

  friend bool operator==(const link_signalling&, const link_signalling&) = default;
};

/// What a relay puts in place of the signalling octets of a link request that asks for more than the way carries: the
/// smaller MTU and the same mode. Error: bad_value as above; the request is then dropped, a protocol violation.
/// Source: Transport.py: _inbound, link request clamping. Requires present.size() >= 3.
expected<std::array<octet, link_signalling::size>> signal_mtu_again(octets present, std::uint32_t mtu);

}  // namespace plexus
