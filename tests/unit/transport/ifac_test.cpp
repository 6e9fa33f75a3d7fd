#include "transport/ifac.hpp"

#include "messages/packet.hpp"
#include "tests/unit/reference_vectors.hpp"

using namespace plexus;
using namespace plexus::test;

namespace {

std::optional<std::string> maybe_text(const nlohmann::json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
}

}  // namespace

TEST_CASE("access codes are the reference's, from name and passphrase to the masked packet and back") {
  for (const auto& c : reference_cases("access_codes")) {
    const auto name = maybe_text(c["name"]), passphrase = maybe_text(c["passphrase"]);
    const auto key = derive_access_key(name, passphrase);
    CHECK(to_hex(key.bytes()) == c["key"]);
    const access_codes codes(key, c["size"]);
    CHECK(codes.status_signature().hex() == c["signature"]);
    const auto raw = bytes_of(c["raw"]);
    CHECK(to_hex(codes.apply(raw)) == c["masked"]);
    CHECK(to_hex(codes.apply(octets(raw).first(19), octets(raw).subspan(19))) == c["masked"]);
    CHECK(codes.remove(bytes_of(c["masked"])) == raw);
    CHECK(codes.remove(bytes_of(c["damaged"])).has_value() == c["damaged_passes"].get<bool>());
  }
}

TEST_CASE("no truncation of a masked packet passes, and each refusal says why") {
  const access_codes codes(derive_access_key("net", "secret"), 8);
  const octet_string raw(30, octet{5});
  auto masked = codes.apply(raw);
  CHECK((masked[0] & wire::ifac_flag) != 0);
  for (std::size_t size = 0; size <= 10; ++size)
    CHECK(codes.remove(octets(masked).first(size)).error() == parse_error::truncated);
  for (std::size_t size = 11; size < masked.size(); ++size)
    CHECK(codes.remove(octets(masked).first(size)).error() == parse_error::bad_authentication);
  CHECK(codes.remove(raw).error() == parse_error::bad_value);
  const access_codes strangers(derive_access_key("net", "other"), 8);
  CHECK(strangers.remove(masked).error() == parse_error::bad_authentication);
}

TEST_CASE("a code has 1 to 64 octets") {
  const auto key = derive_access_key("net", std::nullopt);
  CHECK_THROWS_AS(access_codes(key, 0), std::invalid_argument);
  CHECK_THROWS_AS(access_codes(key, 65), std::invalid_argument);
}
