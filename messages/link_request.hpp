// The data of a link request.
//
//   X25519 public key(32) Ed25519 public key(32) [signalling(3)]
//
// Source: Link.py: __init__, validate_request.
#pragma once

#include "messages/link_signalling.hpp"
#include "messages/public_keys.hpp"

#include <optional>

namespace plexus {

struct link_request {
  static constexpr std::size_t keys_size = x25519_public::size + ed25519_public::size;
  static constexpr std::size_t signalled_size = keys_size + link_signalling::size;

  x25519_public key{};           ///< made for this link alone
  ed25519_public signing_key{};  ///< made for this link alone
  std::optional<link_signalling> signalling;

  /// Takes exactly 64 or 67 octets. Errors: truncated, oversized, bad_value (65 and 66).
  static expected<link_request> parse(octets data);
  /// Error: bad_value when the signalled mode is not enabled.
  expected<octet_string> encode() const;

  link_mode mode() const { return signalling ? signalling->mode : link_mode::aes_256_cbc; }
};

}  // namespace plexus
