#include "transport/gates/interface_gate.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/transport/gates/recorded.hpp"

using namespace plexus;
using plexus::test::numbered;
using namespace std::chrono_literals;

namespace {

const instant t0{10h};

interface_facts network(interface_mode mode = interface_mode::full) {
  interface_facts f;
  f.id = {7};
  f.mode = mode;
  f.online = true;
  f.bitrate = 40'000;  // 100 octets of announces a second
  return f;
}

announce_transmit announce(unsigned destination, octet hops) {
  announce_transmit a;
  a.packet = std::make_shared<octet_string>(100);
  a.destination = numbered(destination);
  a.hops = hops;
  a.emitted = 1;
  a.origin_known = true;
  return a;
}

transmit packet_of(transmit_kind kind) {
  transmit t;
  t.header_size = 19;
  t.body_size = 32;
  t.kind = kind;
  return t;
}

announce_held heard(unsigned destination, octet hops) {
  return {{7}, numbered(destination), hops, {static_cast<octet>(destination)}};
}

}  // namespace

TEST_CASE("a gate lets the first announce out at once and the others when their time has come") {
  interface_gate gate(network(), {}, t0);
  announce_round round;
  for (unsigned i = 0; i < 3; ++i)
    round.announces.push_back(announce(i, 1));
  std::vector<announce_packet> out;
  gate.admit(round, network(), t0, out);
  CHECK(out == std::vector{round.announces[0].packet});
  CHECK(gate.next_deadline() == t0 + 1s);
  gate.on_time(t0 + 1s, out);
  gate.on_time(t0 + 2s, out);
  CHECK(out.size() == 3);
  CHECK(gate.next_deadline() == instant::max());
  CHECK(gate.counters().announces_out.packets == 3);
  CHECK(gate.counters().announces_out.octets == 300);
  CHECK(*gate.status(t0 + 2s).announce_queue == 0);
}

TEST_CASE("own announces pass beside the queue, and modes block") {
  interface_gate gate(network(), {}, t0);
  const announce_round round{{announce(1, 1), announce(2, 1), announce(3, 0)}};
  std::vector<announce_packet> out;
  gate.admit(round, network(interface_mode::access_point), t0, out);
  CHECK(out.empty());
  gate.admit(round, network(), t0, out);
  CHECK(out == std::vector{round.announces[0].packet, round.announces[2].packet});
  CHECK(gate.drop_announce_queue() == 1);
  CHECK(gate.next_deadline() == instant::max());
}

TEST_CASE("recursive path requests obey the cap, our own do not") {
  interface_gate gate(network(), {}, t0);
  CHECK(gate.admit(packet_of(transmit_kind::recursive_path_request), t0));
  CHECK_FALSE(gate.admit(packet_of(transmit_kind::recursive_path_request), t0 + 509ms));
  CHECK(gate.admit(packet_of(transmit_kind::path_request), t0 + 509ms));
  CHECK(gate.admit(packet_of(transmit_kind::data), t0 + 509ms));
  CHECK(gate.admit(packet_of(transmit_kind::recursive_path_request), t0 + 511ms));
  CHECK(gate.counters().path_requests_out.packets == 3);
  CHECK(gate.counters().path_requests_out.octets == 153);
}

TEST_CASE("recursive path requests obey egress control where it is on") {
  auto facts = network();
  facts.bitrate = 1'000'000'000;
  gate_config config;
  config.ingress.egress_control = true;
  interface_gate gate(facts, config, t0);
  unsigned passed = 0;
  for (int i = 0; i < 100; ++i)
    passed += gate.admit(packet_of(transmit_kind::recursive_path_request), t0 + i * 100ms);
  CHECK(passed > 40);
  CHECK(passed < 60);
}

TEST_CASE("an announce for one interface is counted and passes") {
  interface_gate gate(network(), {}, t0);
  CHECK(gate.admit(packet_of(transmit_kind::announce), t0));
  CHECK(gate.counters().announces_out.octets == 51);
}

TEST_CASE("a flood of announces starts a burst, and what was held comes out one by one after it") {
  interface_gate gate(network(), {}, t0);
  CHECK(gate.next_deadline() == instant::max());
  gate.note_announces(t0, 20, 4000);
  CHECK(gate.bursts().announces);
  CHECK_FALSE(gate.bursts().path_requests);
  for (unsigned i = 0; i < 3; ++i)
    CHECK(gate.hold(heard(i, static_cast<octet>(9 - i)), t0));

  std::vector<announce_packet> out;
  std::vector<std::pair<duration, octet>> released;
  while (gate.next_deadline() != instant::max()) {
    const auto now = gate.next_deadline();
    REQUIRE(now < t0 + 2min);
    if (const auto a = gate.on_time(now, out))
      released.emplace_back(now - t0, a->hops);
  }
  CHECK(released == std::vector<std::pair<duration, octet>>{{20s, 7}, {30s, 8}, {40s, 9}});
  CHECK_FALSE(gate.bursts().announces);
  CHECK(out.empty());
}

TEST_CASE("a flood of path requests starts and ends a burst of its own") {
  interface_gate gate(network(), {}, t0);
  gate.note_path_requests(t0, 20, 1020);
  CHECK(gate.bursts().path_requests);
  std::vector<announce_packet> out;
  auto now = t0;
  while (gate.next_deadline() != instant::max())
    gate.on_time(now = gate.next_deadline(), out);
  CHECK_FALSE(gate.bursts().path_requests);
  CHECK(now > t0 + 30s);
  CHECK(now < t0 + 1min);
}

TEST_CASE("a gate forgets old samples by itself") {
  interface_gate gate(network(), {}, t0);
  for (int i = 0; i < 40; ++i)
    gate.note_announces(t0 + i * 1s, 1, 200);
  CHECK(gate.status(t0 + 40s).announces_in_hz > 0.5);
  CHECK_FALSE(gate.bursts().announces);
  CHECK(gate.status(t0 + 1h).announces_in_hz == 0);
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(gate.bursts().announces);
    gate.note_announces(t0 + 1h + i * 10ms, 1, 200);
  }
  CHECK(gate.bursts().announces);
}

TEST_CASE("a listener sums the octets of its children, and their packets where they are peers") {
  gate_config peers;
  peers.counts_children = true;
  interface_gate listener(network(), {}, t0), radio(network(), peers, t0);
  gate_counters since;
  since.announces_in = {5, 1000};
  since.path_requests_out = {2, 102};
  for (auto* gate : {&listener, &radio})
    gate->note_child(since, t0);
  CHECK(listener.counters().announces_in.octets == 1000);
  CHECK(listener.counters().announces_in.packets == 0);
  CHECK(listener.counters().path_requests_out.octets == 102);
  CHECK(radio.counters().announces_in.packets == 5);
  CHECK(listener.status(t0 + 1s).announces_in_hz == 5);
  CHECK_FALSE(listener.bursts().announces);
}

TEST_CASE("the status of a gate tells everything that rnstatus shows") {
  gate_config config;
  config.ingress.held_announces_max = 1;
  interface_gate gate(network(), config, t0);
  CHECK_FALSE(gate.status(t0).announce_queue);
  gate.note_announces(t0, 4, 800);
  gate.note_path_requests(t0, 4, 204);
  gate.hold(heard(1, 1), t0);
  gate.hold(heard(2, 1), t0);
  gate.note_violation(violation::protocol);
  gate.note_violation(violation::ifac);
  gate.note_violation(violation::ifac);
  for (int i = 0; i < 3; ++i)
    gate.note_violation(violation::packet_filter);
  const auto s = gate.status(t0 + 2s);
  CHECK(s.held_announces == 1);
  CHECK(s.hold_refused == 1);
  CHECK(s.announces_in_hz == 2);
  CHECK(s.path_requests_in_hz == 2);
  CHECK(s.announces_out_hz == 0);
  CHECK(*s.announce_burst_activated == t0);
  CHECK(*s.path_request_burst_activated == t0);
  CHECK(s.counters.announces_in.packets == 4);
  CHECK(s.counters.path_requests_in.octets == 204);
  CHECK(s.protocol_violations == 1);
  CHECK(s.ifac_violations == 2);
  CHECK(s.packet_filter_hits == 3);
}
