#include "transport/announce_check.hpp"

#include "tests/unit/reference_vectors.hpp"
#include "transport/destination_name.hpp"
#include "transport/identity.hpp"

using namespace plexus;
using namespace plexus::test;

namespace {

octet_string announce_packet(const identity& owner, std::string_view name, octets app_data,
                             const ratchet_key* ratchet = nullptr) {
  announce a;
  a.key = owner.key();
  a.name = hash_name(name);
  a.blob = make_random_blob(as_octets("12345"), 1700000000);
  if (ratchet)
    a.ratchet = *ratchet;
  a.app_data = app_data;
  packet_header header;
  header.flags = make_flags(packet_type::announce, destination_type::single, header_type::one,
                            transport_type::broadcast, ratchet != nullptr);
  const auto destination = hash_destination(a.name, owner.hash());
  header.destination = rename<address>(destination);
  a.proof = owner.sign(a.signed_data(destination));
  return encode_packet(header, a.encode());
}

}  // namespace

TEST_CASE("an announce is accepted exactly when the reference accepts it, and says the same") {
  std::size_t accepted = 0, with_ratchet = 0;
  for (const auto& c : reference_cases("announces")) {
    const auto raw = bytes_of(c["raw"]);
    const auto packet = parse_packet(raw);
    REQUIRE(packet);
    const auto verified = verify_announce(*packet);
    REQUIRE(verified.has_value() == c["valid"].get<bool>());
    if (!verified)
      continue;
    const auto& content = verified->content();
    CHECK(verified->owner().hex() == c["owner"]);
    CHECK(content.name.hex() == c["name_hash"]);
    CHECK(content.emitted() == c["emitted"]);
    const auto ratchet = maybe_bytes(c, "ratchet");
    REQUIRE(content.ratchet.has_value() == ratchet.has_value());
    if (ratchet)
      CHECK(to_hex(content.ratchet->bytes()) == to_hex(*ratchet));
    CHECK(content.has_app_data() == !c["app_data"].is_null());
    CHECK(to_hex(content.app_data) == (c["app_data"].is_null() ? "" : c["app_data"]));
    ++accepted;
    with_ratchet += content.ratchet.has_value();
  }
  CHECK(accepted > 100);
  CHECK(with_ratchet > 30);
}

TEST_CASE("an announce made here is the reference's, octet by octet") {
  for (const auto& c : reference_cases("announces")) {
    if (!c["valid"].get<bool>())
      continue;
    const auto raw = bytes_of(c["raw"]);
    const auto packet = parse_packet(raw);
    auto a = announce::parse(packet->data, packet->header.has_context_flag());
    const identity owner(identity_secret::from(bytes_of(c["private"])));
    a->proof = owner.sign(a->signed_data(rename<destination_hash>(packet->header.destination)));
    CHECK(to_hex(encode_packet(packet->header, a->encode())) == c["raw"]);
  }
}

TEST_CASE("no truncation and no changed octet of an announce passes") {
  seeded_random random(3);
  const auto owner = identity::generate(random);
  const auto ratchet = random.draw<ratchet_key>();
  for (const auto* offered : {static_cast<const ratchet_key*>(nullptr), &ratchet}) {
    auto raw = announce_packet(owner, "lighthouse.north", as_octets("Skagen"), offered);
    REQUIRE(verify_announce(*parse_packet(raw)));
    for (std::size_t size = wire::header_1_size + 1; size < raw.size(); ++size)
      CHECK_FALSE(verify_announce(*parse_packet(octets(raw).first(size))));
    for (std::size_t i = 2; i < raw.size(); ++i) {
      if (i == wire::header_1_size - 1)
        continue;  // the context octet says how an announce travels, not what it says
      raw[i] ^= 0x10;
      CHECK_FALSE(verify_announce(*parse_packet(raw)));
      raw[i] ^= 0x10;
    }
  }
}

TEST_CASE("an announce is refused with the reason") {
  seeded_random random(4);
  const auto owner = identity::generate(random);
  SECTION("for the size of its packet") {
    const octet_string app_data(wire::mtu - wire::header_1_size - announce::size_min);
    const auto largest = announce_packet(owner, "a.b", app_data);
    CHECK(largest.size() == wire::mtu);
    CHECK(verify_announce(*parse_packet(largest)));
    const octet_string too_much(app_data.size() + 1);
    const auto larger = announce_packet(owner, "a.b", too_much);
    CHECK(verify_announce(*parse_packet(larger)).error() == parse_error::oversized);
  }
  SECTION("for an address that is not the hash of its keys") {
    auto raw = announce_packet(owner, "a.b", {});
    raw[2] ^= 1;
    CHECK(verify_announce(*parse_packet(raw)).error() == parse_error::hash_mismatch);
  }
  SECTION("for its signature") {
    auto raw = announce_packet(owner, "a.b", {});
    raw.back() ^= 1;
    CHECK(verify_announce(*parse_packet(raw)).error() == parse_error::bad_signature);
  }
  SECTION("for being none") {
    auto raw = announce_packet(owner, "a.b", {});
    raw[0] = make_flags(packet_type::data, destination_type::single);
    CHECK(verify_announce(*parse_packet(raw)).error() == parse_error::bad_value);
  }
}
