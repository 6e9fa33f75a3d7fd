// AES-128 and AES-256 in CBC mode with PKCS7 padding. The key schedule is made once for each key object.
// Source: AES.py, PKCS7.py.
#pragma once

#include "messages/addresses.hpp"
#include "messages/expected.hpp"

#include <memory>

struct evp_cipher_ctx_st;

namespace plexus {

using cbc_iv = tagged_bytes<struct cbc_iv_tag, 16>;

/// Not to be used by two threads at once.
class aes_cbc {
public:
  static constexpr std::size_t block_size = 16;
  static constexpr std::size_t padded_size(std::size_t size) { return size / block_size * block_size + block_size; }

  /// Requires a key of 16 or 32 octets.
  explicit aes_cbc(octets key);

  /// Pads, encrypts and writes padded_size(plaintext.size()) octets at `out`, which must not overlap the plaintext.
  void encrypt(const cbc_iv& iv, octets plaintext, octet* out);

  /// Decrypts to `out`, which must hold ciphertext.size() octets, and returns the size without padding. Like the
  /// reference it reads the last octet of the padding only, and takes 0 for no padding at all.
  /// Errors: bad_value when the ciphertext is not whole blocks, is empty, or its padding is over 16.
  expected<std::size_t> decrypt(const cbc_iv& iv, octets ciphertext, octet* out);

private:
  struct context_free {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  using context = std::unique_ptr<evp_cipher_ctx_st, context_free>;

  context encrypt_, decrypt_;
};

}  // namespace plexus
