#include "transport/endpoint/link.hpp"

#include "messages/link_upkeep.hpp"
#include "pair.hpp"
#include "tests/unit/catch.hpp"

namespace plexus::testing {

TEST_CASE("two ends agree on a link, its round trip and its MTU") {
  pair p({.latency = 50ms}, {}, 8192);
  p.settle();
  REQUIRE(p.established());
  CHECK(p.left->id() == p.right->id());
  CHECK(p.left->rtt() == 100ms);
  CHECK(p.right->rtt() == 100ms);
  CHECK(p.left->mtu() == 8192);
  CHECK(p.right->mdu() == 8111);
  CHECK(p.take<link_established>(p.left_events).size() == 1);
  CHECK(p.take<link_established>(p.right_events).size() == 1);
  CHECK(p.sent == 3);
  CHECK(p.left->keepalive() == link_timing::keepalive_interval(100ms));
}

TEST_CASE("the sizes of a link follow from its MTU") {
  CHECK(link_timing::mdu_of(500) == 431);
  CHECK(link_timing::mdu_of(8192) == 8111);
  CHECK(link_timing::mdu_of(16384) == 16303);
  CHECK(link_timing::part_size_of(500) == 464);
}

TEST_CASE("a keepalive is a 205.7th of the round trip in seconds, between 5 and 360") {
  CHECK(link_timing::keepalive_interval(1750ms) == 360s);
  CHECK(link_timing::keepalive_interval(10s) == 360s);
  CHECK(link_timing::keepalive_interval(0s) == 5s);
  CHECK(seconds_of(link_timing::keepalive_interval(100ms)) == Approx(0.1 * 360 / 1.75));
}

TEST_CASE("a link request that nobody answers times out after the first hop and six seconds a hop") {
  pair p({.loss = 1});
  p.lossless_set_up = false;
  p.in_flight.clear();
  p.run_for(11999ms);
  CHECK(p.left->state() == link_state::pending);
  p.run_for(2ms);
  CHECK(p.left->state() == link_state::closed);
  const auto closed = p.take<link_closed>(p.left_events);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].reason == teardown_reason::timeout);
}

TEST_CASE("a responder that never hears the round trip gives up after six seconds a hop and six minutes") {
  pair p;
  p.run_for(10ms);
  REQUIRE(p.right);
  p.in_flight.clear();
  p.run_for(365s);
  CHECK(p.right->state() == link_state::handshake);
  p.run_for(2s);
  CHECK(p.right->state() == link_state::closed);
}

TEST_CASE("a forged link proof does not keep the true one out") {
  pair p;
  p.run_for(10ms);
  REQUIRE(p.in_flight.size() == 1);
  auto forged = p.in_flight.begin()->second.packet;
  forged[25] ^= 1;
  link_output out;
  p.left->on_packet(p.now, pair::left_interface, *parse_packet(forged), {}, out);
  CHECK(p.left->state() == link_state::pending);
  CHECK(p.left->counters().bad_proof == 1);
  p.settle();
  CHECK(p.established());
}

TEST_CASE("data arrives, and its proof tells the sender") {
  link_settings proving;
  proving.proofs = proof_strategy::all;
  pair p({}, proving);
  p.settle();
  const auto packet = p.at_left([&](link& l, link_output& out) { return l.send(p.now, as_octets("hello"), out); });
  REQUIRE(packet);
  p.settle();
  const auto data = p.take<data_received>(p.right_events);
  REQUIRE(data.size() == 1);
  CHECK(as_text(data[0].plaintext) == "hello");
  CHECK(data[0].packet == *packet);
  const auto delivered = p.take<packet_delivered>(p.left_events);
  REQUIRE(delivered.size() == 1);
  CHECK(delivered[0].packet == *packet);
  CHECK(delivered[0].rtt == 20ms);
}

TEST_CASE("data that nobody proves is reported after six round trips and a second") {
  pair p({.latency = 50ms});
  p.settle();
  REQUIRE(p.at_left([&](link& l, link_output& out) { return l.send(p.now, as_octets("hello"), out); }));
  p.run_for(1599ms);
  CHECK(p.take<packet_undelivered>(p.left_events).empty());
  p.run_for(2ms);
  CHECK(p.take<packet_undelivered>(p.left_events).size() == 1);
}

TEST_CASE("a packet larger than the link carries is refused, the largest passes") {
  pair p;
  p.settle();
  const auto largest = pattern(431, 7);
  CHECK(p.at_left([&](link& l, link_output& out) { return l.send(p.now, largest, out); }));
  CHECK(p.octets_sent > 500);
  const auto refused = p.at_left([&](link& l, link_output& out) { return l.send(p.now, pattern(432, 7), out); });
  CHECK(refused.error() == link_error::too_large);
}

TEST_CASE("an idle link lives on keepalives, and a silent one dies") {
  pair p({.latency = 10ms});
  p.settle();
  p.run_for(60s);
  CHECK(p.established());
  CHECK(p.left->keepalive() == 5s);
  CHECK(p.right->traffic().packets_received > 8);
  p.conditions.loss = 1;
  p.run_for(14s);
  CHECK(p.left->state() != link_state::closed);
  p.run_for(8s);
  CHECK(p.left->state() == link_state::closed);
  CHECK(p.right->state() == link_state::closed);
  CHECK(p.take<link_closed>(p.left_events).at(0).reason == teardown_reason::timeout);
}

TEST_CASE("a stale link comes back with the next packet") {
  pair p;
  p.settle();
  p.conditions.loss = 1;
  while (p.left->state() == link_state::active)
    p.run_for(100ms);
  REQUIRE(p.left->state() == link_state::stale);
  p.conditions.loss = 0;
  p.at_right([&](link& l, link_output& out) { return l.send(p.now, as_octets("still here"), out); });
  p.run_for(20ms);
  CHECK(p.left->state() == link_state::active);
}

TEST_CASE("whoever closes a link is named as the reason on both sides") {
  pair p;
  p.settle();
  p.at_right([&](link& l, link_output& out) {
    l.close(p.now, out);
    return 0;
  });
  p.settle();
  CHECK(p.take<link_closed>(p.left_events).at(0).reason == teardown_reason::destination_closed);
  CHECK(p.take<link_closed>(p.right_events).at(0).reason == teardown_reason::destination_closed);
  CHECK_FALSE(p.left->next_deadline());
}

TEST_CASE("an initiator identifies, and only the first identity sticks") {
  pair p;
  p.settle();
  const auto first = identity::generate(p.random), second = identity::generate(p.random);
  REQUIRE(p.at_left([&](link& l, link_output& out) { return l.identify(p.now, first, out); }));
  REQUIRE(p.at_left([&](link& l, link_output& out) { return l.identify(p.now, second, out); }));
  p.settle();
  const auto identified = p.take<peer_identified>(p.right_events);
  REQUIRE(identified.size() == 1);
  CHECK(identified[0].hash == first.hash());
  CHECK(p.right->peer()->hash() == first.hash());
  CHECK(p.at_right([&](link& l, link_output& out) { return l.identify(p.now, first, out); }).error() ==
        link_error::not_initiator);
}

TEST_CASE("packets of a link that come over another interface are refused") {
  pair p;
  p.settle();
  p.at_left([&](link& l, link_output& out) { return l.send(p.now, as_octets("x"), out); });
  link_output out;
  p.right->on_packet(p.now, pair::left_interface, *parse_packet(p.in_flight.begin()->second.packet), {}, out);
  CHECK(out.events.empty());
  CHECK(p.right->counters().wrong_interface == 1);
}

TEST_CASE("every truncation and every flipped octet of a link's packet changes nothing but a counter") {
  link_settings proving;
  proving.proofs = proof_strategy::all;
  pair p({}, proving);
  p.settle();
  p.right_events.clear();
  p.at_left([&](link& l, link_output& out) { return l.send(p.now, as_octets("x"), out); });
  const auto packet = p.in_flight.begin()->second.packet;
  link_output out;
  for (std::size_t size = wire::header_1_size + 1; size < packet.size(); ++size)
    p.right->on_packet(p.now, pair::right_interface, *parse_packet(octets(packet).first(size)), {}, out);
  for (auto i = wire::header_1_size; i < packet.size(); ++i) {
    auto flipped = packet;
    flipped[i] ^= 0x40;
    p.right->on_packet(p.now, pair::right_interface, *parse_packet(flipped), {}, out);
  }
  CHECK(out.events.empty());
  CHECK(out.packets.empty());
  CHECK(p.right->state() == link_state::active);
}

TEST_CASE("a link request for too small an MTU or another mode is refused") {
  seeded_random random(4);
  const auto owner = identity::generate(random);
  link_output out;
  auto l = link::initiate(instant{}, {owner.open(), {}, 500, 1}, {}, random, out);
  auto packet = out.packets.at(0);
  out.clear();
  const auto accept = [&] {
    return link::accept(instant{}, pair::right_interface, *parse_packet(packet), owner, {}, random, out);
  };
  CHECK(accept());
  out.clear();
  packet[packet.size() - 2] = 0;
  packet[packet.size() - 1] = 40;
  CHECK_FALSE(accept());
  packet[packet.size() - 3] = 0x40;
  CHECK_FALSE(accept());
  CHECK(out.packets.empty());
}

}  // namespace plexus::testing
