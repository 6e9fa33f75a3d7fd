// The token: what every encrypted payload is wrapped in.
//
//   iv(16) AES-CBC ciphertext(n·16) HMAC-SHA256 of all before(32)
//
// The first half of the key signs, the second half encrypts; 32 octets mean AES-128, 64 octets AES-256.
// Source: Token.py.
#pragma once

#include "transport/crypto/aes_cbc.hpp"
#include "transport/crypto/hmac.hpp"

namespace plexus {

/// A token key, prepared once for any number of packets. Not to be used by two threads at once.
class token_key {
public:
  static constexpr std::size_t overhead = cbc_iv::size + sizeof(sha256_digest);
  static constexpr std::size_t encrypted_size(std::size_t plaintext_size) {
    return overhead + aes_cbc::padded_size(plaintext_size);
  }

  /// Requires a key of 32 or 64 octets.
  explicit token_key(octets key);

  octet_string encrypt(octets plaintext, const cbc_iv& iv);
  /// Writes encrypted_size(plaintext.size()) octets at `out`, which must not overlap the plaintext.
  void encrypt_to(octet* out, octets plaintext, const cbc_iv& iv);

  /// Authenticates first, in constant time. Errors: truncated, bad_authentication, bad_value (padding, block size).
  expected<octet_string> decrypt(octets token);
  /// As above, into `out`, which must hold token.size() octets and not overlap it; returns the plaintext's size.
  expected<std::size_t> decrypt_to(octet* out, octets token);

private:
  hmac_sha256_key signing_;
  aes_cbc cipher_;
};

}  // namespace plexus
