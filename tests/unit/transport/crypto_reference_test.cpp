#include "tests/unit/reference_vectors.hpp"
#include "transport/control/mac.hpp"
#include "transport/crypto/hkdf.hpp"
#include "transport/crypto/hmac.hpp"
#include "transport/crypto/pkcs7.hpp"
#include "transport/crypto/random_source.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/crypto/sha512.hpp"
#include "transport/crypto/token.hpp"

using namespace plexus;
using namespace plexus::test;

TEST_CASE("SHA-256 is the reference's, whole and in parts") {
  for (const auto& c : reference_cases("sha256")) {
    const auto data = bytes_of(c["data"]);
    CHECK(to_hex(sha256(data)) == c["sha256"]);
    const auto middle = data.size() / 3;
    CHECK(to_hex(sha256_of({octets(data).first(middle), octets(data).subspan(middle)})) == c["sha256"]);
  }
}

TEST_CASE("SHA-512 is that of FIPS 180-4") {
  CHECK(to_hex(sha512(as_octets("abc"))) ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  CHECK(to_hex(sha512({})).starts_with("cf83e1357eefb8bd"));
}

TEST_CASE("padding fills the block, comes off again, and is refused when it cannot be one") {
  for (std::size_t size = 0; size < pkcs7::block_size; ++size) {
    const octet_string rest(size, 0xaa);
    const auto block = pkcs7::last_block(rest);
    CHECK(std::equal(rest.begin(), rest.end(), block.begin()));
    CHECK(block.back() == pkcs7::block_size - size);
    CHECK(pkcs7::unpadded_size(block) == size);
  }
  CHECK(pkcs7::unpadded_size(octet_string{1, 2, 0}) == 3u);
  for (const auto& wrong : {octet_string{}, octet_string(16, 17), octet_string{9, 3}, octet_string(32, 255)})
    CHECK(pkcs7::unpadded_size(wrong) == unexpected(parse_error::bad_value));
}

TEST_CASE("keyed hashes are Python's, by each name that the control socket allows") {
  for (const auto& c : reference_cases("hmac")) {
    const auto key = bytes_of(c["key"]), message = bytes_of(c["message"]);
    CHECK(to_hex(hmac_sha256(key, message)) == c["sha256"]);
    for (const auto* name : {"md5", "sha256", "sha384", "sha3_256", "sha3_384"})
      CHECK(to_hex(mac(mac_digest_named(name).value(), key, message)) == c[name]);
  }
}

TEST_CASE("octets compare equal in constant time only when they are equal") {
  CHECK(equal_in_constant_time(as_octets("same"), as_octets("same")));
  CHECK_FALSE(equal_in_constant_time(as_octets("same"), as_octets("sane")));
  CHECK_FALSE(equal_in_constant_time(as_octets("same"), as_octets("sam")));
}

TEST_CASE("derived keys are the reference's, past 255 blocks too") {
  std::size_t wrapped = 0;
  for (const auto& c : reference_cases("hkdf")) {
    const auto out =
        hkdf(c["length"].get<std::size_t>(), bytes_of(c["input"]), bytes_of(c["salt"]), bytes_of(c["context"]));
    if (c.contains("out")) {
      CHECK(to_hex(out) == c["out"]);
    } else {
      CHECK(to_hex(sha256(out)) == c["hash"]);
      CHECK(to_hex(octets(out).last(40)) == c["tail"]);
      wrapped += out.size() > 255 * 32;
    }
  }
  CHECK(wrapped > 10);
}

TEST_CASE("tokens are the reference's, and open again") {
  for (const auto& c : reference_cases("tokens")) {
    token_key key(bytes_of(c["key"]));
    const auto plaintext = bytes_of(c["plaintext"]);
    CHECK(to_hex(key.encrypt(plaintext, cbc_iv::from(bytes_of(c["iv"])))) == c["token"]);
    CHECK(key.decrypt(bytes_of(c["token"])) == plaintext);
  }
}

TEST_CASE("a token opens exactly when the reference opens it, whatever its padding") {
  std::size_t opened = 0;
  for (const auto& c : reference_cases("tokens_odd")) {
    token_key key(bytes_of(c["key"]));
    const auto plaintext = key.decrypt(bytes_of(c["token"]));
    const auto wanted = maybe_bytes(c, "plaintext");
    REQUIRE(plaintext.has_value() == wanted.has_value());
    if (wanted)
      CHECK(*plaintext == *wanted);
    opened += wanted.has_value();
  }
  CHECK(opened > 20);
}

TEST_CASE("no truncation and no changed bit of a token passes") {
  seeded_random random(7);
  token_key key(random.draw<secret_bytes<struct key_tag, 64>>().bytes());
  auto token = key.encrypt(as_octets("the quick brown fox jumps"), random.draw<cbc_iv>());
  for (std::size_t size = 0; size < token.size(); ++size)
    CHECK_FALSE(key.decrypt(octets(token).first(size)));
  for (std::size_t bit = 0; bit < token.size() * 8; ++bit) {
    token[bit / 8] ^= static_cast<octet>(1u << bit % 8);
    CHECK(key.decrypt(token) == tl::make_unexpected(parse_error::bad_authentication));
    token[bit / 8] ^= static_cast<octet>(1u << bit % 8);
  }
}

TEST_CASE("one seed gives one sequence") {
  seeded_random a(5), b(5), c(6);
  const auto first = a.draw<cbc_iv>();
  CHECK(first == b.draw<cbc_iv>());
  CHECK(first != c.draw<cbc_iv>());
  jitter_source jitter(1);
  for (int i = 0; i < 1000; ++i) {
    const auto wait = jitter.up_to(std::chrono::milliseconds(500));
    CHECK((wait >= duration::zero() && wait < std::chrono::milliseconds(500)));
  }
}

TEST_CASE("a wiped secret is gone") {
  auto secret = octet_string(40, 7);
  wipe(secret);
  CHECK(secret == octet_string(40, 0));
}
