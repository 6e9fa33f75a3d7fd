// Who somebody is: an X25519 key to encrypt to and an Ed25519 key to sign with, named by the hash of both.
//
//   encrypted for an identity:  ephemeral X25519 public key(32) token(48 + n·16)
//
// The token's key is HKDF of the shared secret, 64 octets, salted with the identity's hash; with a ratchet the secret
// is shared with the ratchet instead of the identity's own key. Source: Identity.py: encrypt, decrypt, sign, validate.
#pragma once

#include "messages/expected.hpp"
#include "transport/crypto/keys.hpp"
#include "transport/crypto/random_source.hpp"

#include <optional>
#include <span>

namespace plexus {

/// X25519 private key (32) and Ed25519 seed (32), as files hold them.
using identity_secret = secret_bytes<struct identity_secret_tag, 64>;

/// What everybody may know of an identity.
class public_identity {
public:
  explicit public_identity(const public_key& key);

  const public_key& key() const { return key_; }
  const identity_hash& hash() const { return hash_; }

  bool validates(octets message, const signature& claimed) const;

  /// Encrypts for this identity or, where it offers one, for its ratchet.
  /// Error: bad_value when the key is one that nobody can share a secret with.
  expected<octet_string> encrypt(octets plaintext, random_source& random, const ratchet_key* ratchet = nullptr) const;

private:
  public_key key_;
  identity_hash hash_;
};

/// Octets of a message for an identity, given the plaintext's.
std::size_t encrypted_size_for_identity(std::size_t plaintext_size);

/// Whether a message that no ratchet opens may be opened with the identity's own key.
enum class ratchet_policy { optional, enforced };

struct decrypted {
  octet_string plaintext;
  std::optional<ratchet_id> ratchet;  ///< which ratchet opened it; none means the identity's own key
};

/// An identity of ours.
class identity {
public:
  explicit identity(const identity_secret& secret);
  static identity generate(random_source& random);

  identity_secret secret() const;
  const public_identity& open() const { return public_; }
  const public_key& key() const { return public_.key(); }
  const identity_hash& hash() const { return public_.hash(); }

  signature sign(octets message) const { return signing_.sign(message); }
  /// The key that link requests are proved with.
  const signing_key& signer() const { return signing_; }

  /// Tries each ratchet, then the identity's own key unless ratchets are enforced. Errors: truncated,
  /// bad_authentication (none of the keys), bad_value (what was opened is not a message).
  expected<decrypted> decrypt(octets message, std::span<const x25519_secret> ratchets = {},
                              ratchet_policy policy = ratchet_policy::optional) const;

private:
  x25519_secret encryption_;
  signing_key signing_;
  public_identity public_;
};

/// The public key that an announce offers for a ratchet of ours.
ratchet_key public_ratchet(const x25519_secret& ratchet);

}  // namespace plexus
