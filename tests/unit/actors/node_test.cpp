#include "actors/node.hpp"

#include "tests/unit/actors/node_rig.hpp"
#include "tests/unit/catch.hpp"

#include <caf/all.hpp>

#include <future>

using namespace plexus;
using namespace plexus::test;
using namespace std::chrono_literals;

TEST_CASE("a blast is relayed without loss, and a client that does not read slows nobody") {
  rig r;
  client source(r.port_a), reading(r.port_b), idle(r.port_b);
  reading.send(announce_for(reading.destination, 1));
  idle.send(announce_for(idle.destination, 2));
  REQUIRE(eventually([&] { return r.knows(reading.destination) && r.knows(idle.destination); }));

  constexpr std::size_t count = 60'000;  // 24 MB, well beyond all buffers on the way to the idle client
  octet_string stream;
  for (std::uint64_t i = 0; i < count; ++i) {
    append(stream, numbered(reading.destination, i));
    append(stream, numbered(idle.destination, i));
  }
  auto sending = std::async(std::launch::async, [&] { source.send(stream); });
  CHECK(eventually([&] { return reading.read() && reading.received == count; }, 60s));
  sending.get();
  std::uint64_t dropped = 0;
  for (const auto& status : r.statuses())
    dropped += status.transmit_dropped_packets;
  CHECK(dropped > 0);
}

TEST_CASE("connections come and go under their listener") {
  rig r;
  REQUIRE(eventually([&] { return r.statuses().size() == 2; }));
  {
    const client one(r.port_a), two(r.port_a);
    REQUIRE(eventually([&] { return r.statuses().size() == 4; }));
    std::size_t children = 0;
    for (const auto& status : r.statuses()) {
      children += status.facts.name.starts_with("TCPInterface[Client on A/127.0.0.1:");
      if (status.facts.name == "TCPServerInterface[A/127.0.0.1:" + std::to_string(std::uint16_t{r.port_a}) + "]")
        CHECK(status.clients == 2);
    }
    CHECK(children == 2);
  }
  CHECK(eventually([&] { return r.statuses().size() == 2; }));
}

TEST_CASE("a node that stops closes its connections") {
  rig r;
  client one(r.port_a);
  REQUIRE(eventually([&] { return r.statuses().size() == 3; }));
  r.running->stop(1s);
  CHECK(eventually([&] { return !one.read(); }));
  CHECK_FALSE(r.failed);
}

TEST_CASE("a shard that dies is started again and serves the same connections") {
  rig r;
  client source(r.port_a), sink(r.port_b);
  REQUIRE(eventually([&] { return r.statuses().size() == 4; }));
  const auto before = r.running->shards();
  for (const auto& shard : before)
    caf::anon_send_exit(shard, caf::exit_reason::kill);
  REQUIRE(eventually([&] {
    const auto after = r.running->shards();
    return after[0] != before[0] && after[1] != before[1];
  }));
  const auto announce = announce_for(sink.destination, 3);
  REQUIRE(eventually([&] {
    sink.send(announce);
    return r.knows(sink.destination);
  }));
  std::uint64_t number = 0;
  CHECK(eventually([&] {
    source.send(numbered(sink.destination, number++));
    return sink.read() && sink.received > 0;
  }));
  CHECK_FALSE(r.failed);
}

TEST_CASE("a connection that dies takes nothing else with it") {
  rig r;
  client one(r.port_a), two(r.port_a);
  REQUIRE(eventually([&] { return r.statuses().size() == 4; }));
  two.send(announce_for(two.destination, 4));
  REQUIRE(eventually([&] { return r.knows(two.destination); }));
  {
    const client passing(r.port_b);
    REQUIRE(eventually([&] { return r.statuses().size() == 5; }));
  }
  REQUIRE(eventually([&] { return r.statuses().size() == 4; }));
  std::uint64_t number = 0;
  CHECK(eventually([&] {
    one.send(numbered(two.destination, number++));
    return two.read() && two.received > 0;
  }));
}

TEST_CASE("a peer that takes nothing is cut off, and only that one") {
  rig r([](node_setup& setup) {
    setup.streams.drain_timeout = 300ms;
    setup.config.plexus.tx_buffer = 1 << 20;
  });
  client source(r.port_a), reading(r.port_b), idle(r.port_b);
  reading.send(announce_for(reading.destination, 1));
  idle.send(announce_for(idle.destination, 2));
  REQUIRE(eventually([&] { return r.knows(reading.destination) && r.knows(idle.destination); }));
  REQUIRE(r.statuses().size() == 5);

  constexpr std::size_t count = 60'000;  // 12 MB, beyond all buffers on the way
  octet_string stream;
  for (std::uint64_t i = 0; i < count; ++i)
    append(stream, numbered(idle.destination, i));
  source.send(stream);
  REQUIRE(eventually([&] { return r.statuses().size() == 4; }));
  CHECK(eventually([&] { return !idle.read(); }));
  CHECK(idle.received < count);
  CHECK(r.figures("B").counts.cut_off == 1);
  std::uint64_t number = 0;
  CHECK(eventually([&] {
    source.send(numbered(reading.destination, number++));
    return reading.read() && reading.received > 0;
  }));
}

TEST_CASE("an interface that connects tries until somebody listens, and again when its connection is lost") {
  const reserved_port there;
  rig r([&](node_setup& setup) {
    setup.streams.reconnect_wait = 20ms;
    setup.config.interfaces.push_back(connecting_config("Far", there));
  });
  client source(r.port_a);
  std::vector<address> heard;
  for (const int seed : {21, 22, 23}) {
    listening_socket far(there);
    client peer(far);
    peer.send(announce_for(peer.destination, static_cast<std::uint64_t>(seed)));
    REQUIRE(eventually([&] { return r.knows(peer.destination); }));
    std::uint64_t number = 0;
    CHECK(eventually([&] {
      source.send(numbered(peer.destination, number++));
      return peer.read() && peer.received > 0;
    }));
    heard.push_back(peer.destination);
  }
  CHECK(eventually(
      [&] { return !r.online("TCPInterface[Far/127.0.0.1:" + std::to_string(std::uint16_t{there}) + "]"); }));
  CHECK(r.figures("Far").counts.reconnects == 2);
  for (const auto& destination : heard)
    CHECK(r.knows(destination));  // the interface is the same: its paths wait with it
}

TEST_CASE("an interface with an access code takes and gives only packets that carry it") {
  rig r([](node_setup& setup) {
    setup.config.interfaces[0].network_name = "club";
    setup.config.interfaces[0].passphrase = "swordfish";
  });
  const access_codes codes(derive_access_key("club", "swordfish"), 16);
  const access_codes others(derive_access_key("club", "sword fish"), 16);
  client member(r.port_a), stranger(r.port_a), forger(r.port_a), outside(r.port_b);
  member.access = &codes;
  stranger.send(announce_for(stranger.destination, 31));
  forger.send(framed(others.apply(announce_packet_for(forger.destination, 32))));
  member.send(framed(codes.apply(announce_packet_for(member.destination, 33))));
  outside.send(announce_for(outside.destination, 34));
  outside.send(framed(codes.apply(announce_packet_for(outside.destination, 34))));
  const auto refused = [&](const std::string& section, drop_reason why) {
    return r.figures(section).counts.refused[static_cast<std::size_t>(why)];
  };
  REQUIRE(eventually([&] {
    return r.knows(member.destination) && r.knows(outside.destination) &&
           refused("A", drop_reason::ifac_missing) == 1 && refused("A", drop_reason::ifac_wrong) == 1 &&
           refused("B", drop_reason::ifac_unexpected) == 1;
  }));
  CHECK_FALSE(r.knows(stranger.destination));
  CHECK_FALSE(r.knows(forger.destination));

  const auto inward = numbered(member.destination, 1);
  outside.send(inward);
  CHECK(eventually([&] { return member.read() && member.received == 1; }));
  const octet_string text(100, 0x42);
  member.send(framed(codes.apply(data_packet(us, outside.destination, text))));
  CHECK(eventually([&] { return outside.read() && outside.received == 1; }));
}

TEST_CASE("an address that cannot be listened on is named at the start") {
  rig r;
  caf::scoped_actor self{r.running->system()};
  std::string problem;
  self->request(r.running->interfaces(), 20s,
                add_interface{std::make_shared<interface_config>(listener_config("again", r.port_a))})
      .receive([&](const std::string& text) { problem = text; }, [](const caf::error&) {});
  CHECK(problem.find("127.0.0.1 port " + std::to_string(std::uint16_t{r.port_a})) != std::string::npos);
}
