// Links, resources, channels, streams and ratchets against what tests/data/generate_endpoint.py took from the
// reference.
#include "pair.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/reference_vectors.hpp"
#include "transport/control/value_msgpack.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/endpoint/buffer_stream.hpp"
#include "transport/endpoint/compression.hpp"
#include "transport/endpoint/ratchet_ring.hpp"

namespace plexus::testing {
namespace {

using test::bytes_of;
using test::maybe_bytes;

nlohmann::json cases(const char* family) {
  static const auto all = test::reference_cases("endpoint");
  return all[family];
}

/// 01 01 01 01, 02 02 02 02, and so on, as the generator's.
class counted_random final : public random_source {
public:
  void fill(mutable_octets out) override {
    ++drawn_;
    std::fill(out.begin(), out.end(), drawn_);
  }

private:
  octet drawn_ = 0;
};

}  // namespace

TEST_CASE("a resource is advertised, hashed and mapped as by the reference") {
  for (const auto& c : cases("resources")) {
    INFO(c["name"]);
    const auto wanted = resource_advertisement::parse(bytes_of(c["advertisement"]));
    REQUIRE(wanted);
    CHECK(wanted->encode() == bytes_of(c["advertisement"]));
    CHECK(wanted->compressed == c["compressed"].get<bool>());
    CHECK(wanted->parts == c["parts"].get<std::uint64_t>());
    CHECK(wanted->has_metadata == !c["metadata"].is_null());
    CHECK(wanted->is_response == c["is_response"].get<bool>());

    auto payload = bytes_of(c["data"]);
    if (const auto packed = maybe_bytes(c, "metadata")) {
      auto block = *metadata_block(*from_msgpack(*packed));
      append(block, payload);
      payload = block;
    }
    CHECK(wanted->data_size == payload.size());
    const auto stream = bytes_of(c["plaintext"]);
    octet_string expected_stream(4, 1);
    append(expected_stream, wanted->compressed ? compress(payload) : payload);
    CHECK(stream == expected_stream);

    const octet_string second_random(4, 2);
    CHECK(wanted->random.bytes().front() == 2);
    CHECK(to_hex(sha256_of({payload, second_random})) == c["hash"].get<std::string>());
    CHECK(to_hex(sha256_of({payload, bytes_of(c["hash"])})) == c["proof"].get<std::string>());
    const auto map = bytes_of(c["hashmap"]);
    const auto part_size = link_timing::part_size_of(c["mtu"].get<std::uint32_t>());
    for (std::size_t i = 0; i < wanted->parts; ++i) {
      const auto part = octets(stream).subspan(i * part_size, std::min(part_size, stream.size() - i * part_size));
      CHECK(map_hash::from(sha256_of({part, second_random})) == map_hash::from(octets(map).subspan(i * 4)));
    }
  }
}

TEST_CASE("a segment that we build holds together as the reference's formulas say") {
  counted_random random;
  link_session session({}, random);
  session.set_key(pattern(64, 1));
  const auto payload = pattern(40000, 2);
  resource_advertisement facts;
  facts.data_size = payload.size();
  const auto segment = build_segment(session, payload, facts, true);
  const auto& a = segment.advertisement;
  CHECK_FALSE(a.compressed);
  CHECK(a.transfer_size == token_key::encrypted_size(payload.size() + 4));
  CHECK(a.hash.bytes().front() == sha256_of({payload, a.random.bytes()}).front());
  CHECK(a.original_hash == a.hash);
  CHECK(a.map.size() == 74);
  CHECK(segment.map.size() == 87);
  CHECK(a.encode().size() <= session.mdu());
  const auto opened = session.open(segment.stream);
  REQUIRE(opened);
  CHECK(std::ranges::equal(octets(*opened).subspan(4), payload));
}

TEST_CASE("a resource is cut into the reference's segments") {
  for (const auto& c : cases("segments")) {
    const segment_plan plan{c["data_size"], c["metadata_size"]};
    CHECK(plan.total() == c["total"].get<std::uint64_t>());
    const auto& sizes = c["sizes"];
    REQUIRE(plan.segments() == sizes.size());
    std::uint64_t offset = 0;
    for (std::uint64_t i = 1; i <= sizes.size(); ++i) {
      CHECK(plan.offset_of(i) == offset);
      CHECK(plan.size_of(i) == sizes[i - 1].get<std::size_t>());
      offset += plan.size_of(i);
    }
  }
}

TEST_CASE("a stream is cut and compressed as by the reference") {
  for (const auto& c : cases("streams")) {
    INFO(c["name"]);
    const auto piece = make_stream_piece(0x0102, bytes_of(c["data"]), c["end"], c["mdu"]);
    CHECK(to_hex(piece.message) == c["message"].get<std::string>());
    CHECK(piece.consumed == c["consumed"].get<std::size_t>());
  }
}

TEST_CASE("a channel waits for proofs as long as the reference does") {
  for (const auto& c : cases("channel_timeouts")) {
    const auto rtt = from_seconds(c["rtt"]);
    CHECK(seconds_of(channel::timeout_of(rtt, c["outstanding"], c["tries"])) == Approx(c["timeout"].get<double>()));
  }
}

TEST_CASE("a file of ratchets is the reference's, octet for octet") {
  const auto c = cases("ratchets");
  const identity owner(identity_secret::from(bytes_of(c["identity"])));
  const auto ring = ratchet_ring::parse(bytes_of(c["file"]), owner.open());
  REQUIRE(ring);
  REQUIRE(ring->keys().size() == c["keys"].size());
  for (std::size_t i = 0; i < ring->keys().size(); ++i)
    CHECK(to_hex(ring->keys()[i].bytes()) == c["keys"][i].get<std::string>());
  CHECK(to_hex(ring->encode(owner)) == c["file"].get<std::string>());
}

TEST_CASE("sizes and keepalives of a link are the reference's") {
  for (const auto& c : cases("timing")) {
    CHECK(link_timing::mdu_of(c["mtu"]) == c["mdu"].get<std::size_t>());
    CHECK(link_timing::part_size_of(c["mtu"]) == c["part"].get<std::size_t>());
  }
  for (const auto& c : cases("keepalives")) {
    const auto keepalive = link_timing::keepalive_interval(from_seconds(c["rtt"]));
    CHECK(seconds_of(keepalive) == Approx(c["keepalive"].get<double>()));
    CHECK(seconds_of(keepalive * link_timing::stale_factor) == Approx(c["stale"].get<double>()));
  }
}

TEST_CASE("requests and responses are packed as by the reference") {
  const auto c = cases("messages");
  CHECK(hash_path("/status").hex() == c["path_hash"].get<std::string>());
  const auto packed = bytes_of(c["request"]);
  const auto request = request_message::parse(packed);
  REQUIRE(request);
  CHECK(request->requested_at == 1700000000.25);
  CHECK(request->path == hash_path("/status"));
  CHECK(request->encode() == packed);
  CHECK(name_request(packed).hex() == c["resource_id"].get<std::string>());
  const auto response = response_message::parse(bytes_of(c["response"]));
  REQUIRE(response);
  CHECK(response->encode() == bytes_of(c["response"]));
}

TEST_CASE("every truncation of what travels with a resource is refused") {
  const auto advertisement = bytes_of(cases("resources")[2]["advertisement"]);
  for (std::size_t size = 0; size < advertisement.size(); ++size)
    CHECK_FALSE(resource_advertisement::parse(octets(advertisement).first(size)));
  const auto update = hashmap_update{{}, 1, {map_hash{}, map_hash{}}}.encode();
  CHECK(hashmap_update::parse(update)->map.size() == 2);
  for (std::size_t size = 0; size < update.size(); ++size)
    CHECK_FALSE(hashmap_update::parse(octets(update).first(size)));
  const auto request = part_request{map_hash{}, {}, {}}.encode();
  CHECK(part_request::parse(request)->last_known);
  for (std::size_t size = 0; size < request.size(); ++size)
    CHECK_FALSE(part_request::parse(octets(request).first(size)));
}

TEST_CASE("an advertisement of more than three segments' octets is refused, and ends the link") {
  auto advertisement = *resource_advertisement::parse(bytes_of(cases("resources")[0]["advertisement"]));
  advertisement.transfer_size = resource_limits::transfer_size_max;
  CHECK(resource_advertisement::parse(advertisement.encode()));
  advertisement.transfer_size += 1;
  CHECK(resource_advertisement::parse(advertisement.encode()).error() == parse_error::oversized);
}

}  // namespace plexus::testing
