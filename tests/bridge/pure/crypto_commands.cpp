// Chapter 1: key agreement, signatures, hashes, ciphers, compression.
#include "tests/bridge/chapters.hpp"
#include "tests/bridge/support.hpp"
#include "transport/crypto/aes_cbc.hpp"
#include "transport/crypto/hkdf.hpp"
#include "transport/crypto/hmac.hpp"
#include "transport/crypto/keys.hpp"
#include "transport/crypto/pkcs7.hpp"
#include "transport/crypto/sha512.hpp"
#include "transport/endpoint/compression.hpp"

namespace plexus::bridge {
namespace {

/// Octets that a command may ask for or make, so that one request cannot take all memory.
constexpr std::size_t output_max = 256u << 20;

octet_string exchange_of(const parameters& p) {
  const auto shared = must(exchange(p.fixed<x25519_secret>("private_key"), p.fixed<x25519_public>("peer_public_key")),
                           "peer_public_key");
  return {shared.bytes().begin(), shared.bytes().end()};
}

signature signature_of(const parameters& p) {
  return signing_key(p.fixed<ed25519_seed>("private_key")).sign(p.octets_of("message"));
}

/// A signature of another size than 64 octets is no signature of anything, which is an answer and no error.
bool verifies(const parameters& p) {
  const auto claimed = signature::from_exactly(p.octets_of("signature"));
  return claimed && verify(p.octets_of("message"), *claimed, p.fixed<ed25519_public>("public_key"));
}

std::size_t key_size_of(const parameters& p) {
  const auto mode = p.text_or("mode", "AES_256_CBC");
  if (mode != "AES_128_CBC" && mode != "AES_256_CBC")
    parameters::fail("mode", "AES_128_CBC or AES_256_CBC, found " + mode);
  return mode == "AES_128_CBC" ? 16 : 32;
}

aes_cbc cipher_of(const parameters& p, std::size_t key_size) {
  const auto key = p.octets_of("key");
  if (key.size() != key_size)
    parameters::fail("key", std::to_string(key_size) + " octets, found " + std::to_string(key.size()));
  return aes_cbc(key);
}

octet_string encrypt(const parameters& p, std::size_t key_size) {
  const auto plaintext = p.octets_of("plaintext");
  octet_string out(aes_cbc::padded_size(plaintext.size()));
  cipher_of(p, key_size).encrypt(p.fixed<cbc_iv>("iv"), plaintext, out.data());
  return out;
}

octet_string decrypt(const parameters& p, std::size_t key_size) {
  const auto ciphertext = p.octets_of("ciphertext");
  octet_string out(ciphertext.size());
  out.resize(must(cipher_of(p, key_size).decrypt(p.fixed<cbc_iv>("iv"), ciphertext, out.data()), "ciphertext"));
  return out;
}

json derive_key(const parameters& p) {
  const auto length = p.integer_within("length", 0, 1, output_max);
  const auto input = p.octets_of("ikm");
  if (input.empty())
    parameters::fail("ikm", "at least one octet");
  return {{"derived_key",
           hex(hkdf(static_cast<std::size_t>(length), input, p.octets_or("salt", {}), p.octets_or("info", {})))}};
}

json pad(const parameters& p) {
  auto data = p.octets_of("data");
  const auto whole = data.size() / pkcs7::block_size * pkcs7::block_size;
  const auto last = pkcs7::last_block(octets(data).subspan(whole));
  data.resize(whole);
  append(data, last);
  return {{"padded", hex(data)}};
}

json unpad(const parameters& p) {
  auto data = p.octets_of("data");
  data.resize(must(pkcs7::unpadded_size(data), "data"));
  return {{"unpadded", hex(data)}};
}

/// This node has one back end: both names of the reference's lead to it.
json provider_operation(const parameters& p) {
  const auto provider = p.text("provider"), op = p.text("op");
  if (provider != "internal" && provider != "pyca")
    parameters::fail("provider", "internal or pyca, found " + provider);
  if (op == "x25519_exchange")
    return {{"result", hex(exchange_of(p))}};
  if (op == "ed25519_sign")
    return {{"result", hex(signature_of(p))}};
  if (op == "ed25519_verify")
    return {{"valid", verifies(p)}};
  if (op == "aes_256_cbc_encrypt")
    return {{"result", hex(encrypt(p, 32))}};
  parameters::fail("op", "x25519_exchange, ed25519_sign, ed25519_verify or aes_256_cbc_encrypt, found " + op);
}

json bz2_compress(const parameters& p) {
  const auto data = p.octets_of("data");
  const auto compressed = compress(data);
  const auto size = static_cast<double>(compressed.size());
  return {{"compressed", hex(compressed)},
          {"original_size", data.size()},
          {"compressed_size", compressed.size()},
          {"ratio", data.empty() ? 0.0 : size / static_cast<double>(data.size())}};
}

json bz2_decompress(const parameters& p) {
  const auto plain = must(decompress(p.octets_of("compressed"), output_max), "compressed");
  return {{"decompressed", hex(plain)}, {"size", plain.size()}};
}

void add_keys(command_table& table) {
  table.add("x25519_generate", [](const parameters& p) -> json {
    const auto secret = p.fixed<x25519_secret>("seed");
    return {{"private_key", hex(secret)}, {"public_key", hex(public_of(secret))}};
  });
  table.add("x25519_public_from_private", [](const parameters& p) -> json {
    return {{"public_key", hex(public_of(p.fixed<x25519_secret>("private_key")))}};
  });
  table.add("x25519_exchange", [](const parameters& p) -> json { return {{"shared_secret", hex(exchange_of(p))}}; });
  table.add("ed25519_generate", [](const parameters& p) -> json {
    const auto seed = p.fixed<ed25519_seed>("seed");
    return {{"private_key", hex(seed)}, {"public_key", hex(public_of(seed))}};
  });
  table.add("ed25519_sign", [](const parameters& p) -> json { return {{"signature", hex(signature_of(p))}}; });
  table.add("ed25519_verify", [](const parameters& p) -> json { return {{"valid", verifies(p)}}; });
}

void add_hashes(command_table& table) {
  table.add("sha256", [](const parameters& p) -> json { return {{"hash", hex(sha256(p.octets_of("data")))}}; });
  table.add("sha512", [](const parameters& p) -> json { return {{"hash", hex(sha512(p.octets_of("data")))}}; });
  table.add("hmac_sha256", [](const parameters& p) -> json {
    return {{"hmac", hex(hmac_sha256(p.octets_of("key"), p.octets_of("message")))}};
  });
  table.add("hkdf", derive_key);
}

void add_ciphers(command_table& table) {
  table.add("pkcs7_pad", pad);
  table.add("pkcs7_unpad", unpad);
  table.add("aes_encrypt",
            [](const parameters& p) -> json { return {{"ciphertext", hex(encrypt(p, key_size_of(p)))}}; });
  table.add("aes_decrypt",
            [](const parameters& p) -> json { return {{"plaintext", hex(decrypt(p, key_size_of(p)))}}; });
  table.add("aes_256_cbc_encrypt", [](const parameters& p) -> json { return {{"ciphertext", hex(encrypt(p, 32))}}; });
  table.add("aes_256_cbc_decrypt", [](const parameters& p) -> json { return {{"plaintext", hex(decrypt(p, 32))}}; });
  table.add("crypto_provider_op", provider_operation);
}

}  // namespace

void add_crypto_commands(command_table& table) {
  add_keys(table);
  add_hashes(table);
  add_ciphers(table);
  table.add("bz2_compress", bz2_compress);
  table.add("bz2_decompress", bz2_decompress);
}

}  // namespace plexus::bridge
