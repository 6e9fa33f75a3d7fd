#include "actors/interfaces/transmitter.hpp"

#include "tests/unit/actors/stream_rig.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

using namespace plexus;
using namespace plexus::test;
using namespace std::chrono_literals;

namespace {

constexpr instant t0{};
constexpr transmit_limits limits{.size_max = 1 << 20};

struct rig {
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::unique_ptr<io_thread> thread = std::make_unique<io_thread>(system, "test");
  stream_pair pair{*thread};
  interface_gate gate{interface_facts{}, gate_config{}, t0};
  transmitter output{limits, stream_framing::hdlc, nullptr};
  slab_ref slab = std::make_shared<octet_string>(1000, 0x55);
  std::size_t sent = 0;

  rig() { output.connect(pair.link); }
  ~rig() {
    output.connect(nullptr);
    pair.link.reset();
    thread->stop();
  }

  egress_batch_ptr batch(std::size_t packets, transmit_kind kind = transmit_kind::data) {
    auto made = std::make_shared<egress_batch>();
    made->memory.push_back(slab);
    for (std::size_t i = 0; i < packets; ++i) {
      transmit packet;
      packet.kind = kind;
      packet.header_size = 19;
      packet.body = static_cast<const octet*>(static_cast<const octet_string*>(slab.get())->data());
      packet.body_size = 1000;
      made->packets.push_back(packet);
    }
    return made;
  }
  void send(instant now, std::size_t packets = 100) {
    REQUIRE(output.send(batch(packets), gate, now));
    sent += packets;
  }
  /// Reads until nothing comes any more, and counts the frames.
  std::size_t read_all(instant now) {
    std::size_t flags = 0;
    for (;;) {
      const auto got = pair.read(1 << 20);
      flags += static_cast<std::size_t>(std::count(got.begin(), got.end(), hdlc::flag));
      if (got.empty() && output.idle())
        return flags / 2;
      REQUIRE(output.on_writable(gate, now));
    }
  }
};

}  // namespace

TEST_CASE("a peer that is behind makes its sources wait, and gets everything") {
  rig r;
  while (!r.output.holds_sources())
    r.send(t0);
  const auto references = r.slab.use_count();
  r.send(t0);
  CHECK(r.slab.use_count() > references);
  CHECK(r.output.take_wish_to_write());
  CHECK(r.output.next_deadline() == t0 + peer_trust::patience);
  CHECK(r.read_all(t0 + 50ms) == r.sent);
  CHECK(r.output.counters().dropped_packets == 0);
  CHECK_FALSE(r.output.is_slow());
  CHECK(r.slab.use_count() == 1);
}

TEST_CASE("a peer that does not read lets its sources go after 100 ms, and loses what is too much") {
  rig r;
  while (!r.output.holds_sources())
    r.send(t0);
  REQUIRE(r.output.on_time(r.gate, t0 + peer_trust::patience));
  CHECK(r.output.is_slow());
  CHECK_FALSE(r.output.holds_sources());
  CHECK(r.slab.use_count() == 1);
  CHECK(r.output.stuck_since() <= t0);
  for (int i = 0; i < 100; ++i)
    r.send(t0 + 200ms);
  CHECK_FALSE(r.output.holds_sources());
  CHECK(r.output.counters().dropped_packets > 0);
  CHECK(r.output.waiting() <= limits.size_max + 1100);
  const auto dropped = r.output.counters().dropped_packets;
  CHECK(r.read_all(t0 + 300ms) == r.sent - dropped);
}

TEST_CASE("a slow peer is waited for again when it has caught up and its penalty is over") {
  peer_trust trust;
  trust.on_patience_over(t0);
  trust.on_caught_up(t0 + 999ms);
  CHECK_FALSE(trust.is_waited_for());
  trust.on_caught_up(t0 + 1s);
  CHECK(trust.is_waited_for());
  trust.on_patience_over(t0 + 2s);
  trust.on_caught_up(t0 + 3900ms);
  CHECK_FALSE(trust.is_waited_for());
  trust.on_caught_up(t0 + 4s);
  CHECK(trust.is_waited_for());
}

TEST_CASE("announces are given up before data") {
  rig r;
  while (!r.output.holds_sources())
    r.send(t0);
  REQUIRE(r.output.on_time(r.gate, t0 + peer_trust::patience));
  while (r.output.waiting() < limits.bulk_max())
    r.send(t0 + 200ms, 10);
  const auto dropped = r.output.counters().dropped_packets;
  REQUIRE(r.output.send({std::make_shared<octet_string>(200, 0x55)}, t0 + 200ms));
  CHECK(r.output.counters().dropped_packets == dropped + 1);
  r.send(t0 + 200ms, 1);
  CHECK(r.output.counters().dropped_packets == dropped + 1);
}

TEST_CASE("announces wait with what is held back, and go out behind it") {
  rig r;
  while (!r.output.holds_sources())
    r.send(t0);
  const std::vector<announce_packet> ten(10, std::make_shared<octet_string>(200, 0x55));
  const auto before = r.output.waiting();
  REQUIRE(r.output.send(ten, t0));
  CHECK(r.output.waiting() == before + 2000);
  CHECK(r.output.counters().dropped_packets == 0);
  CHECK(r.read_all(t0 + 50ms) == r.sent + 10);
  CHECK(r.output.waiting() == 0);
}

TEST_CASE("announces that wait with what is held back are bounded") {
  rig r;
  while (!r.output.holds_sources())
    r.send(t0);
  std::size_t offered = 0;
  for (; r.output.counters().dropped_packets == 0; offered += 100)
    REQUIRE(r.output.send(std::vector<announce_packet>(100, std::make_shared<octet_string>(500, 0x55)), t0));
  CHECK(r.output.waiting() <= limits.bulk_max());
  const auto dropped = r.output.counters().dropped_packets;
  CHECK(r.read_all(t0 + 50ms) == r.sent + offered - dropped);
}

TEST_CASE("without a connection everything is dropped and counted") {
  rig r;
  r.output.connect(nullptr);
  r.send(t0, 3);
  CHECK(r.output.counters().dropped_packets == 3);
  CHECK(r.output.counters().dropped_octets == 3 * 1019);
}

TEST_CASE("a broken connection is reported") {
  rig r;
  r.pair.link->shut();
  CHECK_FALSE(r.output.send(r.batch(1), r.gate, t0));
}
