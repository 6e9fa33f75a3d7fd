#include "transport/identity.hpp"

#include "transport/crypto/hkdf.hpp"
#include "transport/crypto/token.hpp"
#include "transport/destination_name.hpp"

namespace plexus {
namespace {

token_key key_for(const shared_secret& shared, const identity_hash& salt) {
  secret_bytes<struct derived_tag, 64> derived;
  hkdf(derived.bytes(), shared.bytes(), salt.bytes());
  return token_key(derived.bytes());
}

expected<octet_string> open_with(const x25519_secret& ours, const x25519_public& ephemeral, const identity_hash& salt,
                                 octets token) {
  const auto shared = exchange(ours, ephemeral);
  if (!shared)
    return unexpected(shared.error());
  return key_for(*shared, salt).decrypt(token);
}

}  // namespace

public_identity::public_identity(const public_key& key) : key_(key), hash_(hash_identity(key)) {}

bool public_identity::validates(octets message, const signature& claimed) const {
  return verify(message, claimed, signing_key_of(key_));
}

expected<octet_string> public_identity::encrypt(octets plaintext, random_source& random,
                                                const ratchet_key* ratchet) const {
  const auto ephemeral = random.draw<x25519_secret>();
  const auto shared = exchange(ephemeral, ratchet ? rename<x25519_public>(*ratchet) : encryption_key_of(key_));
  if (!shared)
    return unexpected(shared.error());
  octet_string message(encrypted_size_for_identity(plaintext.size()));
  const auto ephemeral_public = public_of(ephemeral);
  std::copy_n(ephemeral_public.data(), x25519_public::size, message.data());
  key_for(*shared, hash_).encrypt_to(message.data() + x25519_public::size, plaintext, random.draw<cbc_iv>());
  return message;
}

std::size_t encrypted_size_for_identity(std::size_t plaintext_size) {
  return x25519_public::size + token_key::encrypted_size(plaintext_size);
}

identity::identity(const identity_secret& secret)
    : encryption_(x25519_secret::from(secret.bytes())),
      signing_(ed25519_seed::from(secret.bytes().subspan(x25519_secret::size))),
      public_(join_keys(public_of(encryption_), signing_.public_half())) {}

identity identity::generate(random_source& random) {
  return identity(random.draw<identity_secret>());
}

identity_secret identity::secret() const {
  identity_secret secret;
  std::copy_n(encryption_.data(), x25519_secret::size, secret.data());
  const auto seed = signing_.seed();
  std::copy_n(seed.data(), ed25519_seed::size, secret.data() + x25519_secret::size);
  return secret;
}

expected<decrypted> identity::decrypt(octets message, std::span<const x25519_secret> ratchets,
                                      ratchet_policy policy) const {
  if (message.size() <= x25519_public::size)
    return unexpected(parse_error::truncated);
  const auto ephemeral = x25519_public::from(message);
  const auto token = message.subspan(x25519_public::size);
  for (const auto& ratchet : ratchets)
    if (auto plaintext = open_with(ratchet, ephemeral, hash(), token))
      return decrypted{std::move(*plaintext), hash_ratchet(public_ratchet(ratchet))};
  if (policy == ratchet_policy::enforced)
    return unexpected(parse_error::bad_authentication);
  auto plaintext = open_with(encryption_, ephemeral, hash(), token);
  if (!plaintext)
    return unexpected(plaintext.error());
  return decrypted{std::move(*plaintext), std::nullopt};
}

ratchet_key public_ratchet(const x25519_secret& ratchet) {
  return rename<ratchet_key>(public_of(ratchet));
}

}  // namespace plexus
