// HMAC-SHA256, for tokens and key derivation.
// Source: RFC 2104; HMAC.py.
#pragma once

#include "transport/crypto/secret.hpp"
#include "transport/crypto/sha256.hpp"

#include <initializer_list>

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

/// Compares in a time that depends on the lengths alone.
bool equal_in_constant_time(octets a, octets b);

}  // namespace plexus
