#include "messages/link_proof.hpp"
#include "messages/link_request.hpp"
#include "messages/link_upkeep.hpp"
#include "messages/packet.hpp"
#include "messages/packet_proof.hpp"
#include "messages/path_request.hpp"
#include "messages/tunnel_synthesis.hpp"
#include "tests/unit/reference_vectors.hpp"

#include <numeric>

using namespace plexus;
using namespace plexus::test;

namespace {

octet_string counting(std::size_t size) {
  octet_string value(size);
  std::iota(value.begin(), value.end(), octet{0});
  return value;
}

}  // namespace

TEST_CASE("the specification's plain packet reads as specified") {
  const auto raw = from_hex("0800fc0910664040482cd653166c8f225520006869");
  const auto packet = parse_packet(raw);
  REQUIRE(packet);
  CHECK(packet->header.type() == packet_type::data);
  CHECK(packet->header.dest_type() == destination_type::plain);
  CHECK(packet->header.header() == header_type::one);
  CHECK(packet->header.destination.hex() == "fc0910664040482cd653166c8f225520");
  CHECK(as_text(packet->data) == "hi");
  CHECK(encode_packet(packet->header, packet->data) == raw);
}

TEST_CASE("the specification's packet in transport reads as specified") {
  const auto raw = from_hex("4000a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf0064617461");
  const auto packet = parse_packet(raw);
  REQUIRE(packet);
  CHECK(packet->header.header() == header_type::two);
  CHECK(packet->header.transport.hex() == "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
  CHECK(packet->header.destination.hex() == "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf");
  CHECK(as_text(packet->data) == "data");
  CHECK(encode_packet(packet->header, packet->data) == raw);
}

TEST_CASE("a packet parses exactly when the reference unpacks it, to the same fields, and packs to the same octets") {
  std::size_t accepted = 0;
  for (const auto& c : reference_cases("packets")) {
    const auto raw = bytes_of(c["raw"]);
    const auto packet = parse_packet(raw);
    REQUIRE(packet.has_value() == c.contains("hash"));
    if (!packet)
      continue;
    const auto& h = packet->header;
    CHECK(static_cast<int>(h.header()) == c["header_type"]);
    CHECK(h.has_context_flag() == (c["context_flag"] == 1));
    CHECK(static_cast<int>(h.transport_kind()) == c["transport_type"]);
    CHECK(static_cast<int>(h.dest_type()) == c["destination_type"]);
    CHECK(static_cast<int>(h.type()) == c["packet_type"]);
    CHECK(h.hops == c["hops"]);
    CHECK(static_cast<int>(h.context) == c["context"]);
    CHECK(h.destination.hex() == c["destination"]);
    CHECK(h.has_transport() == !c["transport_id"].is_null());
    if (h.has_transport())
      CHECK(h.transport.hex() == c["transport_id"]);
    CHECK(to_hex(packet->data) == c["data"]);
    CHECK(encode_packet(h, packet->data) == raw);
    ++accepted;
  }
  CHECK(accepted > 250);
}

TEST_CASE("every truncation of a packet is refused with the reason") {
  for (const octet flags : {octet{0x00}, octet{0x50}}) {
    auto raw = counting(40);
    raw[0] = flags;
    const auto header_size = flags & wire::header_2_flag ? wire::header_2_size : wire::header_1_size;
    for (std::size_t size = 0; size < header_size; ++size)
      CHECK(parse_packet(octets(raw).first(size)).error() == parse_error::truncated);
    CHECK(parse_packet(octets(raw).first(header_size)).error() == parse_error::no_data);
    CHECK(parse_packet(octets(raw).first(header_size + 1)));
    raw[1] = 128;
    CHECK(parse_packet(raw).error() == parse_error::bad_hops);
  }
}

TEST_CASE("a path request means what the reference takes it for") {
  std::size_t from_relays = 0;
  for (const auto& c : reference_cases("path_requests")) {
    const auto data = bytes_of(c["data"]);
    const auto request = path_request::parse(data);
    REQUIRE(request.has_value() == c.contains("destination"));
    if (!request)
      continue;
    CHECK(request->destination.hex() == c["destination"]);
    CHECK((request->requester ? request->requester->hex() : "") == (c["requester"].is_null() ? "" : c["requester"]));
    CHECK(to_hex(request->tag.bytes()) == c["tag"]);
    const auto again = request->encode();
    CHECK(request->tag_was_cut == (again != data));
    CHECK(std::equal(again.begin(), again.end(), data.begin()));
    from_relays += request->requester.has_value();
  }
  CHECK(from_relays > 50);
}

TEST_CASE("the length of a path request tells its parts apart") {
  const auto data = counting(60);
  const auto parse = [&](std::size_t size) { return path_request::parse(octets(data).first(size)); };
  for (std::size_t size = 0; size < 16; ++size)
    CHECK(parse(size).error() == path_request_error::truncated);
  CHECK(parse(16).error() == path_request_error::tagless);
  for (std::size_t size = 17; size <= 32; ++size) {
    CHECK_FALSE(parse(size)->requester);
    CHECK(parse(size)->tag.bytes().size() == size - 16);
  }
  for (std::size_t size = 33; size <= 60; ++size) {
    CHECK(parse(size)->requester);
    CHECK(parse(size)->tag.bytes().size() == std::min<std::size_t>(size - 32, 16));
    CHECK(parse(size)->tag_was_cut == (size > 48));
  }
}

TEST_CASE("signalling is 3 bits of mode and 21 bits of MTU") {
  const link_signalling s{0x1f0203, link_mode::aes_256_cbc};
  CHECK(to_hex(*s.encode()) == "3f0203");
  CHECK(link_signalling::from(*s.encode()) == s);
  CHECK(to_hex(*link_signalling{0x200001}.encode()) == "200001");
  CHECK(link_signalling::from(from_hex("ffffff")) == link_signalling{0x1fffff, link_mode::reserved_7});
}

TEST_CASE("a relay lowers the MTU and keeps the mode, but repeats no mode that is not enabled") {
  CHECK(to_hex(*signal_mtu_again(from_hex("240000"), 500)) == "2001f4");
  for (octet mode = 0; mode < 8; ++mode) {
    const octet_string present{static_cast<octet>(mode << 5), 0x20, 0x00};
    CHECK(signal_mtu_again(present, 500).has_value() == (mode == 1));
  }
}

TEST_CASE("link requests of 64 and 67 octets parse and encode to the same, others do not parse") {
  auto data = counting(80);
  data[64] = 0x20;
  for (std::size_t size = 0; size <= data.size(); ++size) {
    const auto request = link_request::parse(octets(data).first(size));
    REQUIRE(request.has_value() == (size == 64 || size == 67));
    if (!request)
      continue;
    CHECK(request->signalling.has_value() == (size == 67));
    CHECK(request->mode() == link_mode::aes_256_cbc);
    CHECK(*request->encode() == octet_string(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  data[64] = 0x40;
  const auto other_mode = link_request::parse(octets(data).first(67));
  CHECK(other_mode->mode() == link_mode::aes_256_gcm);
  CHECK_FALSE(other_mode->encode());
}

TEST_CASE("link proofs of 96 and 99 octets parse and encode to the same, others do not parse") {
  auto data = counting(120);
  data[96] = 0x20;
  for (std::size_t size = 0; size <= data.size(); ++size) {
    const auto proof = link_proof::parse(octets(data).first(size));
    REQUIRE(proof.has_value() == (size == 96 || size == 99));
    if (proof)
      CHECK(*proof->encode() == octet_string(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size)));
  }
}

TEST_CASE("packet proofs of 64 and 96 octets parse and encode to the same, others do not parse") {
  const auto data = counting(110);
  for (std::size_t size = 0; size <= data.size(); ++size) {
    const auto proof = packet_proof::parse(octets(data).first(size));
    REQUIRE(proof.has_value() == (size == 64 || size == 96));
    if (!proof)
      continue;
    CHECK(proof->proved.has_value() == (size == 96));
    CHECK(proof->encode() == octet_string(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size)));
  }
}

TEST_CASE("fixed payloads parse at their size alone and encode to the same") {
  const auto data = counting(200);
  for (std::size_t size = 0; size <= data.size(); ++size) {
    const auto part = octets(data).first(size);
    const auto tunnel = tunnel_synthesis::parse(part);
    REQUIRE(tunnel.has_value() == (size == 176));
    if (tunnel)
      CHECK(tunnel->encode() == octet_string(part.begin(), part.end()));
    const auto identify = link_identify::parse(part);
    REQUIRE(identify.has_value() == (size == 128));
    if (identify)
      CHECK(identify->encode() == octet_string(part.begin(), part.end()));
  }
}

TEST_CASE("round trip times are read in every form in which MessagePack writes numbers") {
  for (const auto& c : reference_cases("round_trips")) {
    const auto packed = bytes_of(c["packed"]);
    CHECK(parse_round_trip(packed) == c["value"].get<double>());
    for (std::size_t size = 0; size < packed.size(); ++size)
      CHECK(parse_round_trip(octets(packed).first(size)).error() == parse_error::truncated);
    if (c["is_float"].get<bool>())
      CHECK(to_hex(encode_round_trip(c["value"])) == c["packed"]);
  }
  CHECK(parse_round_trip(from_hex("ca3fc00000")) == 1.5);
  for (const auto* other : {"c0", "c2", "a161", "90", "80", "c403000000"})
    CHECK(parse_round_trip(from_hex(other)).error() == parse_error::bad_value);
}
