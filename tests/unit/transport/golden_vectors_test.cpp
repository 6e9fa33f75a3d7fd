// The vectors that the protocol specification gives in full or by their first octets.
// Fixed inputs: one identity with private key 00 01 .. 3f, another with 40 41 .. 7f.
#include "tests/unit/catch.hpp"
#include "transport/announce_check.hpp"
#include "transport/crypto/aes_cbc.hpp"
#include "transport/crypto/hkdf.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"
#include "transport/identity.hpp"

#include <numeric>

using namespace plexus;

namespace {

octet_string counting(octet first, std::size_t size) {
  octet_string value(size);
  std::iota(value.begin(), value.end(), first);
  return value;
}

}  // namespace

TEST_CASE("the specification's hash comes out") {
  CHECK(to_hex(sha256(as_octets("reticulum-spec"))) ==
        "659fe249468c635cdfe90a12624abec49f0bd36ba66d467b4f7155c79e8addf2");
}

TEST_CASE("the specification's derived key comes out") {
  CHECK(to_hex(hkdf(32, counting(0, 32), counting(0, 16))) ==
        "2bc3faec9f360e81e77086b6e17a9ce8722a4cb3bc0ed90b4d78d37036e43a0f");
}

TEST_CASE("the specification's AES block comes out and goes back") {
  aes_cbc cipher(counting(0, 32));
  const auto iv = cbc_iv::from(counting(0, 16));
  octet_string ciphertext(aes_cbc::padded_size(16));
  cipher.encrypt(iv, as_octets("0123456789abcdef"), ciphertext.data());
  CHECK(to_hex(octets(ciphertext).first(16)) == "e23fc0b91c7bd64425c559736e9b0c58");
  octet_string plaintext(ciphertext.size());
  CHECK(cipher.decrypt(iv, ciphertext, plaintext.data()) == 16);
}

TEST_CASE("the specification's identity has the specification's hash") {
  const identity self(identity_secret::from(counting(0, 64)));
  CHECK(self.hash().hex() == "aca31af0441d81dbec71e82da0b4b5f5");
}

TEST_CASE("the specification's destination has the specification's address") {
  const auto owner = *identity_hash::from_hex("069092a03c194639207219dd05f9c840");
  CHECK(identity(identity_secret::from(counting(0x40, 64))).hash() == owner);
  CHECK(hash_name("test.vec").hex() == "9da53eec82a28ce2f2e9");
  CHECK(hash_destination("test.vec", owner).hex() == "07d4541d4fdc0abfacc9364fdf979ee1");
}

TEST_CASE("the specification's announces begin with the specification's public key") {
  const identity announcer(identity_secret::from(counting(0x40, 64)));
  CHECK(announcer.key().hex().starts_with("79a631eede1bf9c9"));
}

TEST_CASE("the control destinations are the hashes of their names") {
  CHECK(hash_destination(control::path_request_name) == control::path_request);
  CHECK(hash_destination(control::tunnel_synthesis_name) == control::tunnel_synthesis);
}
