#include "apps/plexus/signed_envelope.hpp"

#include "tests/unit/catch.hpp"

using namespace plexus;

namespace {

identity somebody(std::uint64_t seed) {
  seeded_random random(seed);
  return identity::generate(random);
}

}  // namespace

TEST_CASE("a signature holds for the content and the signer that it was made for") {
  const auto signer = somebody(1);
  const auto file = sign_envelope(signer, as_octets("content"));
  const auto checked = check_envelope(file, as_octets("content"));
  REQUIRE(checked);
  CHECK(checked->valid);
  CHECK(checked->signer.hash() == signer.hash());
  CHECK(check_envelope(file, as_octets("content"), signer.hash())->valid);
  CHECK_FALSE(check_envelope(file, as_octets("content"), somebody(2).hash())->valid);
  CHECK_FALSE(check_envelope(file, as_octets("Content"))->valid);
  CHECK_FALSE(embedded_message(file));
}

TEST_CASE("no octet of a signature file can be changed or cut off unnoticed") {
  signing_options options;
  options.embed = true;
  options.meta = {{"name", "probe"}, {"signer", "cannot be replaced"}};
  const auto file = sign_envelope(somebody(1), as_octets("content"), options);
  REQUIRE(embedded_message(file) == octet_string{'c', 'o', 'n', 't', 'e', 'n', 't'});
  for (std::size_t i = 0; i < file.size(); ++i) {
    auto damaged = file;
    damaged[i] ^= 1;
    const auto checked = check_envelope(damaged, as_octets("content"));
    CHECK_FALSE((checked && checked->valid));
    const auto cut = check_envelope(octets(file).first(i), as_octets("content"));
    CHECK_FALSE((cut && cut->valid));
  }
}

TEST_CASE("armour has lines of 64 letters, the last one filled up") {
  const auto lines = [](std::size_t size) { return armoured(octet_string(size, 0xff), text_encoding::hex); };
  CHECK(lines(32) == "#### Start of rsg data #########################################\n" + std::string(64, 'f') +
                         "\n########################################### End of rsg data ####");
  CHECK(lines(33) == "#### Start of rsg data #########################################\n" + std::string(64, 'f') +
                         "\nff" + std::string(62, '=') +
                         "\n########################################### End of rsg data ####");
}
