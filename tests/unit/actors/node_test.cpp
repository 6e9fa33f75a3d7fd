#include "actors/node.hpp"

#include "messages/announce.hpp"
#include "tests/unit/actors/stream_rig.hpp"
#include "tests/unit/catch.hpp"
#include "transport/destination_name.hpp"
#include "transport/identity.hpp"

#include <caf/all.hpp>

#include <arpa/inet.h>
#include <ctime>
#include <future>
#include <netinet/in.h>
#include <poll.h>

using namespace plexus;
using namespace plexus::test;
using namespace std::chrono_literals;

namespace {

const transport_id us = *transport_id::from_hex("000102030405060708090a0b0c0d0eff");

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A port that was free a moment ago.
std::uint16_t free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(descriptor);
  return ntohs(address.sin_port);
}

/// A program at the far end of a TCP connection.
class client {
public:
  explicit client(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const auto address = loopback(port);
    REQUIRE(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~client() { ::close(descriptor_); }

  void send(octets stream) const {
    while (!stream.empty()) {
      const auto taken = ::send(descriptor_, stream.data(), stream.size(), MSG_NOSIGNAL);
      REQUIRE(taken > 0);
      stream = stream.subspan(static_cast<std::size_t>(taken));
    }
  }
  /// Reads what is there and counts the packets for `destination`. False: the connection is over.
  bool read() {
    octet buffer[65536];
    const auto got = ::recv(descriptor_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got <= 0)
      return got < 0 && (errno == EAGAIN || errno == EINTR);
    append(stream_, octets(buffer, static_cast<std::size_t>(got)));
    const auto done = deframer_.take(
        stream_,
        [&](mutable_octets frame) {
          const auto packet = parse_packet(frame);
          if (packet && packet->header.type() == packet_type::data && packet->header.destination == destination)
            ++received;
        },
        [](std::size_t) {});
    stream_.erase(stream_.begin(), stream_.begin() + static_cast<std::ptrdiff_t>(done));
    return true;
  }

  address destination{};
  std::size_t received = 0;

private:
  int descriptor_;
  octet_string stream_;
  hdlc_deframer deframer_{{.frame_min = 1, .frame_max = 1 << 20, .waiting_max = 1 << 20}};
};

/// Makes a destination, and announces it.
octet_string announce_for(address& destination, std::uint64_t seed) {
  seeded_random random(seed);
  const auto owner = identity::generate(random);
  const auto name = hash_name("test.node");
  const auto hash = hash_destination(name, owner.hash());
  announce made;
  made.key = owner.key();
  made.name = name;
  made.blob = make_random_blob(random_blob::from(owner.key().bytes()).bytes().first(5),
                               static_cast<std::uint64_t>(std::time(nullptr)));
  made.proof = owner.sign(made.signed_data(hash));
  destination = rename<address>(hash);
  packet_header header;
  header.flags = make_flags(packet_type::announce, destination_type::single);
  header.destination = destination;
  return framed(encode_packet(header, made.encode()));
}

interface_config listener_config(const std::string& name, std::uint16_t port) {
  interface_config config;
  config.name = name;
  config.type = "TCPServerInterface";
  config.enabled = true;
  config.ingress_control = false;
  tcp_server_settings server;
  server.listen.address = "127.0.0.1";
  server.listen.port = port;
  config.settings = server;
  return config;
}

struct rig {
  std::uint16_t port_a = free_port(), port_b = free_port();
  std::atomic<bool> failed{false};
  std::unique_ptr<node> running;

  rig() {
    node_setup setup;
    setup.config.reticulum.enable_transport = true;
    setup.config.reticulum.share_instance = false;
    setup.config.metrics.enabled = false;
    setup.config.plexus.shards = 2;
    setup.config.plexus.io_threads = 2;
    setup.config.interfaces = {listener_config("A", port_a), listener_config("B", port_b)};
    setup.identity = us;
    setup.hash_secret = 7;
    setup.failed = [this] { failed = true; };
    running = std::make_unique<node>(std::move(setup));
    running->start_interfaces();
  }

  std::vector<interface_report> statuses() {
    caf::scoped_actor self{running->system()};
    interfaces_report_ptr all;
    self->request(running->interfaces(), 20s, status_atom::value)
        .receive([&](const interfaces_report_ptr& list) { all = list; }, [](const caf::error&) {});
    REQUIRE(all);
    return all->interfaces;
  }
  bool knows(const address& destination) {
    caf::scoped_actor self{running->system()};
    bool known = false;
    for (const auto& shard : running->shards())
      self->request(shard, 20s, find_atom::value, rename<destination_hash>(destination))
          .receive([&](const std::optional<path_summary>& path) { known = known || path.has_value(); },
                   [](const caf::error&) {});
    return known;
  }
};

octet_string numbered(const address& destination, std::uint64_t number) {
  octet_string data(173, 0x42);
  std::memcpy(data.data(), &number, sizeof number);
  return framed(data_packet(us, destination, data));
}

}  // namespace

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
      if (status.facts.name == "TCPServerInterface[A/127.0.0.1:" + std::to_string(r.port_a) + "]")
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

TEST_CASE("an address that cannot be listened on is named at the start") {
  rig r;
  caf::scoped_actor self{r.running->system()};
  std::string problem;
  self->request(r.running->interfaces(), 20s,
                add_interface{std::make_shared<interface_config>(listener_config("again", r.port_a))})
      .receive([&](const std::string& text) { problem = text; }, [](const caf::error&) {});
  CHECK(problem.find("127.0.0.1 port " + std::to_string(r.port_a)) != std::string::npos);
}
