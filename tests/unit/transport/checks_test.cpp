#include "messages/link_request.hpp"
#include "messages/packet.hpp"
#include "tests/unit/reference_vectors.hpp"
#include "transport/crypto/hkdf.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"
#include "transport/identity.hpp"
#include "transport/link_check.hpp"
#include "transport/packet_proof_check.hpp"
#include "transport/tunnel_check.hpp"

using namespace plexus;
using namespace plexus::test;

TEST_CASE("packet hashes are the reference's, the same at every hop") {
  for (const auto& c : reference_cases("packets")) {
    if (!c.contains("hash"))
      continue;
    auto raw = bytes_of(c["raw"]);
    CHECK(hash_packet(raw).hex() == c["hash"]);
    raw[1] ^= 0x55;
    raw[0] ^= 0xb0;
    CHECK(hash_packet(raw).hex() == c["hash"]);
  }
}

TEST_CASE("links have the reference's names, whatever a relay made of the signalling") {
  for (const auto& c : reference_cases("links")) {
    const auto raw = bytes_of(c["raw"]);
    const auto packet = parse_packet(raw);
    REQUIRE(packet);
    CHECK(name_link(*packet).hex() == c["link_id"]);
    const auto request = link_request::parse(packet->data);
    if (!request)
      continue;
    CHECK(request->signalling.has_value() == !c["mtu"].is_null());
    if (request->signalling) {
      CHECK(request->signalling->mtu == c["mtu"]);
      CHECK(static_cast<int>(request->signalling->mode) == c["mode"]);
    }
    auto other = raw;
    other.resize(raw.size() - (request->signalling ? 3 : 0));
    append(other, from_hex("2001f4"));
    CHECK(name_link(*parse_packet(other)).hex() == c["link_id"]);
  }
}

TEST_CASE("a link proof passes exactly when the reference lets it pass") {
  std::size_t passed = 0;
  for (const auto& c : reference_cases("links")) {
    const auto link = *link_id::from_hex(c["link_id"].get<std::string>());
    const auto key = *ed25519_public::from_hex(c["responder_key"].get<std::string>());
    const auto raw = bytes_of(c["proof"]);
    const auto packet = parse_packet(raw);
    REQUIRE(packet);
    const auto verified = verify_link_proof(packet->data, link, key);
    REQUIRE(verified.has_value() == c["valid"].get<bool>());
    if (!verified)
      continue;
    CHECK(verified->content().signalling->mtu == c["proof_mtu"]);
    CHECK(verified->content().key.hex() == c["responder_ephemeral"]);
    ++passed;
  }
  CHECK(passed > 100);
}

TEST_CASE("a link proof made here is the reference's, octet by octet") {
  for (const auto& c : reference_cases("links")) {
    if (!c["valid"].get<bool>())
      continue;
    const auto link = *link_id::from_hex(c["link_id"].get<std::string>());
    const identity responder(identity_secret::from(bytes_of(c["responder_private"])));
    link_proof proof;
    proof.key = *x25519_public::from_hex(c["responder_ephemeral"].get<std::string>());
    proof.signalling = link_signalling{c["proof_mtu"], link_mode::aes_256_cbc};
    proof.proof = responder.sign(*proof.signed_data(link, responder.signer().public_half()));
    packet_header header;
    header.flags = make_flags(packet_type::proof, destination_type::link);
    header.destination = rename<address>(link);
    header.context = packet_context::link_request_proof;
    CHECK(to_hex(encode_packet(header, *proof.encode())) == c["proof"]);
  }
}

TEST_CASE("a link's keys are the reference's") {
  for (const auto& c : reference_cases("links")) {
    const auto ours = x25519_secret::from(bytes_of(c["initiator_secret"]));
    const auto shared = exchange(ours, *x25519_public::from_hex(c["responder_ephemeral"].get<std::string>()));
    REQUIRE(shared);
    CHECK(to_hex(shared->bytes()) == c["shared"]);
    CHECK(to_hex(hkdf(64, shared->bytes(), bytes_of(c["link_id"]))) == c["derived"]);
  }
}

TEST_CASE("a link proof without signalling signs without it, and no truncation passes") {
  seeded_random random(1);
  const auto responder = identity::generate(random);
  const auto key = responder.signer().public_half();
  const auto link = random.draw<link_id>();
  link_proof proof;
  proof.key = random.draw<x25519_public>();
  for (const bool signalled : {false, true}) {
    if (signalled)
      proof.signalling = link_signalling{};
    proof.proof = responder.sign(*proof.signed_data(link, key));
    const auto data = *proof.encode();
    CHECK(verify_link_proof(data, link, key));
    CHECK(verify_link_proof(data, random.draw<link_id>(), key).error() == parse_error::bad_signature);
    for (std::size_t size = 0; size < data.size(); ++size)
      CHECK_FALSE(verify_link_proof(octets(data).first(size), link, key));
  }
}

TEST_CASE("a link proof for a mode that is not enabled does not pass") {
  link_proof proof;
  proof.signalling = link_signalling{};
  auto data = *proof.encode();
  data[link_proof::plain_size] = 0x00;
  CHECK(verify_link_proof(data, {}, {}).error() == parse_error::bad_value);
}

TEST_CASE("a packet proof counts exactly when it counts for the reference") {
  std::size_t counted = 0;
  for (const auto& c : reference_cases("proofs")) {
    const auto hash = hash_packet(bytes_of(c["packet"]));
    CHECK(hash.hex() == c["hash"]);
    const identity receiver(identity_secret::from(bytes_of(c["private"])));
    const auto raw = bytes_of(c["raw"]);
    const auto packet = parse_packet(raw);
    REQUIRE(packet);
    CHECK(packet->header.destination == proof_address(hash));
    const auto proof = packet_proof::parse(packet->data);
    const bool valid = proof && proves(*proof, hash, receiver.signer().public_half());
    CHECK(valid == c["valid"].get<bool>());
    if (!valid)
      continue;
    const packet_proof made{proof->proved, receiver.sign(hash.bytes())};
    CHECK(to_hex(encode_packet(packet->header, made.encode())) == c["raw"]);
    ++counted;
  }
  CHECK(counted > 100);
}

TEST_CASE("a tunnel is set up exactly when the reference sets it up, under the same name") {
  std::size_t set_up = 0;
  for (const auto& c : reference_cases("tunnels")) {
    const auto data = bytes_of(c["data"]);
    const auto tunnel = verify_tunnel_synthesis(data);
    REQUIRE(tunnel.has_value() == !c["tunnel"].is_null());
    if (tunnel)
      CHECK(tunnel->hex() == c["tunnel"]);
    set_up += tunnel.has_value();
  }
  CHECK(set_up > 100);
}

TEST_CASE("a tunnel request made here is the reference's but for its random octets") {
  const auto c = reference_cases("tunnels").at(0);
  const identity transport(identity_secret::from(bytes_of(c["private"])));
  const auto sender_interface = *interface_hash::from_hex(c["interface"].get<std::string>());
  seeded_random random(1);
  auto made = synthesize_tunnel(transport, sender_interface, random);
  CHECK(verify_tunnel_synthesis(made.encode()) == name_tunnel(transport.key(), sender_interface));
  const auto raw = bytes_of(c["raw"]);
  const auto packet = parse_packet(raw);
  CHECK(rename<destination_hash>(packet->header.destination) == control::tunnel_synthesis);
  made.nonce = tunnel_synthesis::parse(packet->data)->nonce;
  made.proof = transport.sign(octets(made.encode()).first(tunnel_synthesis::signed_size));
  CHECK(to_hex(encode_packet(packet->header, made.encode())) == c["raw"]);
}
