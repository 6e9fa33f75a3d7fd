#include "transport/crypto/keys.hpp"

#include <sodium.h>

#include <cstdlib>

namespace plexus {
namespace {

void require_sodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready)
    std::abort();
}

}  // namespace

x25519_public public_of(const x25519_secret& secret) {
  require_sodium();
  x25519_public key;
  crypto_scalarmult_base(key.data(), secret.data());
  return key;
}

expected<shared_secret> exchange(const x25519_secret& ours, const x25519_public& theirs) {
  require_sodium();
  shared_secret shared;
  if (crypto_scalarmult(shared.data(), ours.data(), theirs.data()) != 0)
    return unexpected(parse_error::bad_value);
  return shared;
}

ed25519_public public_of(const ed25519_seed& seed) {
  return signing_key(seed).public_half();
}

signing_key::signing_key(const ed25519_seed& seed) {
  require_sodium();
  crypto_sign_seed_keypair(public_.data(), expanded_.data(), seed.data());
}

signature signing_key::sign(octets message) const {
  signature s;
  crypto_sign_detached(s.data(), nullptr, message.data(), message.size(), expanded_.data());
  return s;
}

bool verify(octets message, const signature& claimed, const ed25519_public& signer) {
  require_sodium();
  return crypto_sign_verify_detached(claimed.data(), message.data(), message.size(), signer.data()) == 0;
}

}  // namespace plexus
