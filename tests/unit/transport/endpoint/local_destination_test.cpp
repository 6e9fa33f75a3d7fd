#include "transport/endpoint/local_destination.hpp"

#include "tests/unit/catch.hpp"
#include "transport/announce_check.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/packet_proof_check.hpp"

namespace plexus::testing {
namespace {

using namespace std::chrono_literals;

const instant t0{1000s};
constexpr std::uint64_t today = 1'700'000'000;

std::shared_ptr<const identity> somebody(std::uint64_t seed) {
  seeded_random random(seed);
  return std::make_shared<const identity>(identity::generate(random));
}

}  // namespace

TEST_CASE("an announce of ours passes the check, with and without ratchet") {
  const bool with_ratchet = GENERATE(true, false);
  seeded_random random(1);
  auto d = local_destination::single(somebody(1), "test.announce");
  if (with_ratchet)
    d.enable_ratchets(ratchet_ring());
  const auto made = d.announce(t0, today, random, as_octets("data"));
  CHECK(made.ratchets_rotated == with_ratchet);
  const auto view = parse_packet(made.packet);
  REQUIRE(view);
  const auto verified = verify_announce(*view);
  REQUIRE(verified);
  CHECK(verified->destination() == d.hash());
  CHECK(verified->content().ratchet.has_value() == with_ratchet);
  CHECK(as_text(verified->content().app_data) == "data");
  CHECK(verified->content().emitted() == today);
}

TEST_CASE("a path request's tag gets the same announce for thirty seconds") {
  seeded_random random(1);
  auto d = local_destination::single(somebody(1), "test.announce");
  d.default_app_data = {1, 2, 3};
  const auto answer = [&](instant now, std::string_view tag) {
    return d.announce(now, today, random, {}, packet_context::path_response, as_octets(tag)).packet;
  };
  const auto first = answer(t0, "one");
  CHECK(parse_packet(first)->header.context == packet_context::path_response);
  CHECK(answer(t0 + 30s, "one") == first);
  CHECK(answer(t0 + 1s, "two") != first);
  CHECK(answer(t0 + 31s, "one") != first);
}

TEST_CASE("answers to path requests are remembered up to a bound") {
  seeded_random random(1);
  auto d = local_destination::single(somebody(1), "test.announce");
  octet_string last;
  const auto answer = [&](std::size_t i) {
    return d.announce(t0, today, random, {}, packet_context::path_response, as_octets(std::to_string(i))).packet;
  };
  std::vector<octet_string> made;
  for (std::size_t i = 0; i <= local_destination::tags_max; ++i)
    made.push_back(answer(i));
  CHECK(answer(0) == made.front());
  CHECK(answer(local_destination::tags_max) != made.back());
}

TEST_CASE("a packet to a single destination is opened and proved, implicitly or explicitly") {
  seeded_random random(1);
  const auto owner = somebody(2);
  const auto d = local_destination::single(owner, "test.data");
  const auto packet = make_single_packet(owner->open(), d.hash(), as_octets("hello"), random);
  REQUIRE(packet);
  const auto opened = d.open(parse_packet(*packet)->data);
  REQUIRE(opened);
  CHECK(as_text(opened->plaintext) == "hello");
  const auto hash = hash_packet(*packet);
  receipt_table receipts;
  for (const auto form : {proof_form::implicit_form, proof_form::explicit_form}) {
    receipts.expect(t0, hash, owner->signer().public_half(), 10s);
    const auto proof = d.prove(hash, form);
    REQUIRE(proof);
    const auto view = parse_packet(*proof);
    CHECK(view->data.size() == (form == proof_form::implicit_form ? 64 : 96));
    CHECK(receipts.take_proved(*packet_proof::parse(view->data), view->header.destination));
    CHECK(receipts.size() == 0);
  }
}

TEST_CASE("the largest packet to a single destination holds 383 octets") {
  seeded_random random(1);
  const auto owner = somebody(2);
  const octet_string data(384);
  CHECK(make_single_packet(owner->open(), {}, octets(data).first(383), random));
  CHECK(make_single_packet(owner->open(), {}, data, random).error() == parse_error::oversized);
}

TEST_CASE("a destination that enforces ratchets opens nothing that was encrypted to its identity") {
  seeded_random random(1);
  const auto owner = somebody(3);
  auto d = local_destination::single(owner, "test.ratchets");
  d.enable_ratchets(ratchet_ring());
  d.ratchets()->rotate(t0, random);
  const auto ratchet = *d.ratchets()->newest();
  const auto by_ratchet = owner->open().encrypt(as_octets("fresh"), random, &ratchet);
  const auto by_identity = owner->open().encrypt(as_octets("old"), random);
  CHECK(d.open(*by_ratchet)->ratchet);
  CHECK(d.open(*by_identity));
  d.ratchets_enforced = ratchet_policy::enforced;
  CHECK(d.open(*by_ratchet));
  CHECK_FALSE(d.open(*by_identity));
}

TEST_CASE("ratchets rotate after half an hour, and the oldest go when there are too many") {
  seeded_random random(1);
  ratchet_ring ring(3);
  CHECK(ring.rotate(t0, random));
  CHECK_FALSE(ring.rotate(t0 + 30min, random));
  CHECK(ring.rotate(t0 + 30min + 1s, random));
  const auto second = public_ratchet(ring.keys().front());
  for (int i = 2; i < 10; ++i)
    CHECK(ring.rotate(t0 + 31min * i, random));
  CHECK(ring.keys().size() == 3);
  for (const auto& key : ring.keys())
    CHECK(public_ratchet(key) != second);
}

TEST_CASE("a file of ratchets is read by its owner alone") {
  seeded_random random(1);
  const auto owner = somebody(4);
  ratchet_ring ring;
  ring.rotate(t0, random);
  ring.rotate(t0 + 1h, random);
  const auto file = ring.encode(*owner);
  const auto read = ratchet_ring::parse(file, owner->open());
  REQUIRE(read);
  CHECK(read->newest() == ring.newest());
  CHECK(read->keys().size() == 2);
  CHECK(ratchet_ring::parse(file, somebody(5)->open()).error() == parse_error::bad_signature);
  for (std::size_t size = 0; size < file.size(); ++size)
    CHECK_FALSE(ratchet_ring::parse(octets(file).first(size), owner->open()));
}

TEST_CASE("members of a group open each other's packets, and nobody else does") {
  seeded_random random(1);
  const auto key = random.draw<group_key>(), other = random.draw<group_key>();
  const auto owner = somebody(6);
  const auto d = local_destination::group(owner, "test.group", key);
  const auto packet = make_group_packet(key, d.hash(), as_octets("all of us"), random);
  CHECK(as_text(d.open(parse_packet(*packet)->data)->plaintext) == "all of us");
  CHECK_FALSE(local_destination::group(owner, "test.group", other).open(parse_packet(*packet)->data));
}

TEST_CASE("a full table of receipts lets the oldest go") {
  receipt_table receipts(4);
  const auto hash = [](octet i) { return packet_hash(sha256(octets(&i, 1))); };
  for (octet i = 0; i < 4; ++i)
    CHECK_FALSE(receipts.expect(t0 + std::chrono::seconds(i), hash(i), {}, 60s));
  const auto culled = receipts.expect(t0 + 5s, hash(9), {}, 1s);
  REQUIRE(culled);
  CHECK(culled->packet == hash(0));
  CHECK(receipts.next_deadline() == t0 + 6s);
  CHECK(receipts.take_expired(t0 + 62s).size() == 3);
  CHECK(receipts.size() == 1);
}

}  // namespace plexus::testing
