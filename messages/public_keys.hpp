// The two halves of a public key, as types of their own.
// Source: Identity.py: get_public_key (X25519 first, Ed25519 second).
#pragma once

#include "messages/addresses.hpp"

namespace plexus {

/// Others encrypt to it.
using x25519_public = tagged_bytes<struct x25519_public_tag, 32>;
/// Others verify signatures with it.
using ed25519_public = tagged_bytes<struct ed25519_public_tag, 32>;

inline x25519_public encryption_key_of(const public_key& key) {
  return x25519_public::from(key.bytes().first(x25519_public::size));
}
inline ed25519_public signing_key_of(const public_key& key) {
  return ed25519_public::from(key.bytes().subspan(x25519_public::size));
}
inline public_key join_keys(const x25519_public& encryption, const ed25519_public& signing) {
  public_key key;
  std::copy_n(encryption.data(), x25519_public::size, key.data());
  std::copy_n(signing.data(), ed25519_public::size, key.data() + x25519_public::size);
  return key;
}

}  // namespace plexus
