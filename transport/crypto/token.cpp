#include "transport/crypto/token.hpp"

#include <algorithm>

namespace plexus {

token_key::token_key(octets key) : signing_(key.first(key.size() / 2)), cipher_(key.subspan(key.size() / 2)) {}

octet_string token_key::encrypt(octets plaintext, const cbc_iv& iv) {
  octet_string token(encrypted_size(plaintext.size()));
  encrypt_to(token.data(), plaintext, iv);
  return token;
}

void token_key::encrypt_to(octet* out, octets plaintext, const cbc_iv& iv) {
  const auto signed_size = cbc_iv::size + aes_cbc::padded_size(plaintext.size());
  std::copy_n(iv.data(), cbc_iv::size, out);
  cipher_.encrypt(iv, plaintext, out + cbc_iv::size);
  const auto mac = signing_.sign({{out, signed_size}});
  std::copy(mac.begin(), mac.end(), out + signed_size);
}

expected<octet_string> token_key::decrypt(octets token) {
  octet_string plaintext(token.size());
  const auto size = decrypt_to(plaintext.data(), token);
  if (!size)
    return unexpected(size.error());
  plaintext.resize(*size);
  return plaintext;
}

expected<std::size_t> token_key::decrypt_to(octet* out, octets token) {
  if (token.size() < overhead)
    return unexpected(parse_error::truncated);
  const auto signed_part = token.first(token.size() - sizeof(sha256_digest));
  if (!equal_in_constant_time(signing_.sign({signed_part}), token.last(sizeof(sha256_digest))))
    return unexpected(parse_error::bad_authentication);
  return cipher_.decrypt(cbc_iv::from(signed_part), signed_part.subspan(cbc_iv::size), out);
}

}  // namespace plexus
