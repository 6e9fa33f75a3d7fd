// Chapter 2: the token.
#include "tests/bridge/chapters.hpp"
#include "tests/bridge/support.hpp"
#include "transport/crypto/token.hpp"

namespace plexus::bridge {
namespace {

token_key key_of(const parameters& p) {
  const auto key = p.octets_of("key");
  if (key.size() != 32 && key.size() != 64)
    parameters::fail("key", "32 or 64 octets, found " + std::to_string(key.size()));
  return token_key(key);
}

/// Authentication comes before everything else that a token may be refused for, but for its length.
json verify_hmac(const parameters& p) {
  const auto opened = key_of(p).decrypt(p.octets_of("token"));
  if (!opened && opened.error() == parse_error::truncated)
    throw command_error("token: truncated");
  return {{"valid", opened || opened.error() != parse_error::bad_authentication}};
}

json generate_key(const parameters& p) {
  const auto mode = p.text_or("mode", "AES_256_CBC");
  if (mode != "AES_128_CBC" && mode != "AES_256_CBC")
    parameters::fail("mode", "AES_128_CBC or AES_256_CBC, found " + mode);
  octet_string key(mode == "AES_128_CBC" ? 32 : 64);
  chance().fill(key);
  return {{"key", hex(key)}};
}

}  // namespace

void add_token_commands(command_table& table) {
  table.add("token_encrypt", [](const parameters& p) -> json {
    return {{"token", hex(key_of(p).encrypt(p.octets_of("plaintext"), chance().draw<cbc_iv>()))}};
  });
  table.add("token_decrypt", [](const parameters& p) -> json {
    return {{"plaintext", hex(must(key_of(p).decrypt(p.octets_of("token")), "token"))}};
  });
  table.add("token_verify_hmac", verify_hmac);
  table.add("token_generate_key", generate_key);
}

}  // namespace plexus::bridge
