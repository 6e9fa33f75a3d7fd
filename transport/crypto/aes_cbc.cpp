#include "transport/crypto/aes_cbc.hpp"

#include "transport/crypto/pkcs7.hpp"
#include "transport/crypto/secret.hpp"

#include <openssl/evp.h>

#include <cstdlib>

namespace plexus {
namespace {

/// Fails only without memory or with a wrong key size: an invariant of ours.
void require(bool succeeded) {
  if (!succeeded)
    std::abort();
}

/// Fetched once: an implicit fetch at each key costs more than the encryption of a packet.
const EVP_CIPHER* cipher_for(std::size_t key_size) {
  static const EVP_CIPHER* const aes_128 = EVP_CIPHER_fetch(nullptr, "AES-128-CBC", nullptr);
  static const EVP_CIPHER* const aes_256 = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
  require(key_size == 16 || key_size == 32);
  return key_size == 16 ? aes_128 : aes_256;
}

}  // namespace

void aes_cbc::context_free::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

aes_cbc::aes_cbc(octets key) : encrypt_(EVP_CIPHER_CTX_new()), decrypt_(EVP_CIPHER_CTX_new()) {
  const auto* cipher = cipher_for(key.size());
  require(cipher && encrypt_ && decrypt_);
  require(EVP_EncryptInit_ex2(encrypt_.get(), cipher, key.data(), nullptr, nullptr) == 1);
  require(EVP_DecryptInit_ex2(decrypt_.get(), cipher, key.data(), nullptr, nullptr) == 1);
  EVP_CIPHER_CTX_set_padding(encrypt_.get(), 0);
  EVP_CIPHER_CTX_set_padding(decrypt_.get(), 0);
}

void aes_cbc::encrypt(const cbc_iv& iv, octets plaintext, octet* out) {
  require(EVP_EncryptInit_ex2(encrypt_.get(), nullptr, nullptr, iv.data(), nullptr) == 1);
  const auto whole = plaintext.size() / block_size * block_size;
  int size = 0;
  if (whole > 0)
    require(EVP_EncryptUpdate(encrypt_.get(), out, &size, plaintext.data(), static_cast<int>(whole)) == 1);
  auto last = pkcs7::last_block(plaintext.subspan(whole));
  require(EVP_EncryptUpdate(encrypt_.get(), out + whole, &size, last.data(), block_size) == 1);
  wipe(last);
}

expected<std::size_t> aes_cbc::decrypt(const cbc_iv& iv, octets ciphertext, octet* out) {
  if (ciphertext.empty() || ciphertext.size() % block_size != 0)
    return unexpected(parse_error::bad_value);
  require(EVP_DecryptInit_ex2(decrypt_.get(), nullptr, nullptr, iv.data(), nullptr) == 1);
  int size = 0;
  require(EVP_DecryptUpdate(decrypt_.get(), out, &size, ciphertext.data(), static_cast<int>(ciphertext.size())) == 1);
  return pkcs7::unpadded_size({out, ciphertext.size()});
}

}  // namespace plexus
