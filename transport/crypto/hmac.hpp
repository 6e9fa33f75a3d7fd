// Keyed hashes: HMAC-SHA256 for tokens and key derivation, others by name for the control socket.
// Source: RFC 2104; HMAC.py.
#pragma once

#include "transport/crypto/secret.hpp"
#include "transport/crypto/sha256.hpp"

#include <initializer_list>
#include <string_view>

namespace plexus {

/// An HMAC-SHA256 key, prepared once for any number of messages.
class hmac_sha256_key {
public:
  explicit hmac_sha256_key(octets key);
  hmac_sha256_key(const hmac_sha256_key&) = default;
  hmac_sha256_key& operator=(const hmac_sha256_key&) = default;
  ~hmac_sha256_key();

  /// Over the parts one after another.
  sha256_digest sign(std::initializer_list<octets> parts) const;

private:
  sha256_midstate inner_, outer_;
};

sha256_digest hmac_sha256(octets key, octets message);

/// HMAC by the hash's name in Python: md5, sha256, sha384, sha3_256, sha3_384. Empty for any other name.
/// Source: rns-1.5.7 section 7.2.
octet_string hmac_by_name(std::string_view hash, octets key, octets message);

/// Compares in a time that depends on the lengths alone.
bool equal_in_constant_time(octets a, octets b);

}  // namespace plexus
