#include "apps/plexus/text_encoding.hpp"

#include "tests/unit/catch.hpp"

using namespace plexus;

namespace {

constexpr text_encoding encodings[] = {text_encoding::hex, text_encoding::base32, text_encoding::base64,
                                       text_encoding::base256};

}  // namespace

TEST_CASE("octets of every length survive every encoding") {
  octet_string value;
  for (int size = 0; size < 300; ++size) {
    for (const auto encoding : encodings)
      CHECK(decode_text(encoding, encode_text(encoding, value)) == value);
    value.push_back(static_cast<octet>(size));
  }
}

TEST_CASE("base32 and base64 are those of RFC 4648") {
  CHECK(encode_text(text_encoding::base32, as_octets("foobar")) == "MZXW6YTBOI======");
  CHECK(encode_text(text_encoding::base32, as_octets("fooba")) == "MZXW6YTB");
  CHECK(encode_text(text_encoding::base64, as_octets("foob")) == "Zm9vYg==");
  CHECK(encode_text(text_encoding::base64, from_hex("fbff")) == "-_8=");
}

TEST_CASE("base256 is one letter an octet, each another") {
  CHECK(encode_text(text_encoding::base256, from_hex("0019fff0")) == "aæ𐐏𐌳");
  CHECK_FALSE(decode_text(text_encoding::base256, "a!"));
  CHECK_FALSE(decode_text(text_encoding::base256, "a\xc3"));
}

TEST_CASE("text that is not wholly of an encoding is refused") {
  for (const auto* text : {"Zm9vYg", "Zm9vYg=", "Zm9vYh==", "Zm9v Yg==", "Zm9vYg==x", "Z", "===="})
    CHECK_FALSE(decode_text(text_encoding::base64, text));
  for (const auto* text : {"mzxw6ytb", "MZXW6YTBOI", "MZXW6YTBOJ======", "M======="})
    CHECK_FALSE(decode_text(text_encoding::base32, text));
  for (const auto* text : {"0", "0g", "00 "})
    CHECK_FALSE(decode_text(text_encoding::hex, text));
}
