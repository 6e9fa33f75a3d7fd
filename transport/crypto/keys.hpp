// X25519 and Ed25519 on fixed-size types.
// Source: RFC 7748, RFC 8032; X25519.py, Ed25519.py.
#pragma once

#include "messages/expected.hpp"
#include "messages/public_keys.hpp"
#include "transport/crypto/secret.hpp"

namespace plexus {

using x25519_secret = secret_bytes<struct x25519_secret_tag, 32>;
/// The 32 octets that an Ed25519 key is made from; what files and the reference call the private key.
using ed25519_seed = secret_bytes<struct ed25519_seed_tag, 32>;
using shared_secret = secret_bytes<struct shared_secret_tag, 32>;

x25519_public public_of(const x25519_secret& secret);

/// Errors: bad_value when the other side's key is one of the few that make any shared secret all zero.
expected<shared_secret> exchange(const x25519_secret& ours, const x25519_public& theirs);

ed25519_public public_of(const ed25519_seed& seed);

/// A seed with its public key: signing needs both.
class signing_key {
public:
  explicit signing_key(const ed25519_seed& seed);

  const ed25519_public& public_half() const { return public_; }
  ed25519_seed seed() const { return ed25519_seed::from(expanded_.bytes()); }
  signature sign(octets message) const;

private:
  ed25519_public public_;
  secret_bytes<struct expanded_tag, 64> expanded_;  // seed and public key, as libsodium wants them
};

/// The one place where signatures are verified. Stricter than the reference in one point: libsodium refuses public keys
/// of small order, with which anybody could sign anything.
bool verify(octets message, const signature& claimed, const ed25519_public& signer);

}  // namespace plexus
