// The data of a link proof, by which a destination accepts a link request.
//
//   signature(64) X25519 public key(32) [signalling(3)]
//
// The signature is made with the destination's own key over
//
//   link_id(16) X25519 public key(32) Ed25519 public key of the destination(32) [signalling(3)]
//
// Source: Link.py: prove, validate_proof.
#pragma once

#include "messages/link_signalling.hpp"
#include "messages/public_keys.hpp"

#include <optional>

namespace plexus {

struct link_proof {
  static constexpr std::size_t plain_size = signature::size + x25519_public::size;
  static constexpr std::size_t signalled_size = plain_size + link_signalling::size;

  signature proof{};
  x25519_public key{};  ///< the responder's, made for this link alone
  std::optional<link_signalling> signalling;

  /// Takes exactly 96 or 99 octets and any mode: a wrong one ends a pending link, where bad octets are only ignored.
  /// Errors: truncated, oversized, bad_value (97 and 98).
  static expected<link_proof> parse(octets data);
  /// Error: bad_value when the signalled mode is not enabled.
  expected<octet_string> encode() const;

  /// What the signature covers. Error as for encode: nobody signs for a mode that is not enabled.
  expected<octet_string> signed_data(const link_id& link, const ed25519_public& destination_key) const;

  link_mode mode() const { return signalling ? signalling->mode : link_mode::aes_256_cbc; }
};

}  // namespace plexus
