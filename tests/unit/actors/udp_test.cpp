#include "interface_bench.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace plexus;
using namespace std::chrono_literals;

namespace {

/// A plain socket on loopback.
class plain_socket {
public:
  plain_socket() : descriptor_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    const auto any = at(0);
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
    const timeval patience{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~plain_socket() { close(); }
  void close() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
    descriptor_ = -1;
  }
  std::uint16_t port() const {
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&bound), &size);
    return ntohs(bound.sin_port);
  }
  void send(octets datagram, std::uint16_t port) const {
    const auto to = at(port);
    REQUIRE(::sendto(descriptor_, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                     sizeof to) == static_cast<ssize_t>(datagram.size()));
  }
  octet_string receive() const {
    octet_string datagram(65536);
    const auto got = ::recv(descriptor_, datagram.data(), datagram.size(), 0);
    REQUIRE(got >= 0);
    datagram.resize(static_cast<std::size_t>(got));
    return datagram;
  }

private:
  static sockaddr_in at(std::uint16_t port) {
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    result.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return result;
  }
  int descriptor_;
};

std::uint16_t free_port() {
  return plain_socket().port();
}

interface_config udp_config(std::uint16_t listen, std::uint16_t forward) {
  udp_settings settings;
  settings.listen_address = settings.forward_address = "127.0.0.1";
  settings.listen_port = listen;
  settings.forward_port = forward;
  return config_of("UDPInterface", settings);
}

}  // namespace

TEST_CASE("a UDP interface carries one packet a datagram, both ways") {
  interface_bench bench;
  plain_socket peer;
  const auto port = free_port();
  const auto udp = bench.start(udp_config(port, peer.port()));
  const auto facts = bench.interfaces.next().facts;
  CHECK(facts.name == "UDPInterface[Test/127.0.0.1:" + std::to_string(port) + "]");
  CHECK(facts.hw_mtu == 1064);
  CHECK_FALSE(facts.pushes_back);

  peer.send(some_packet(1), port);
  CHECK(bench.packets.next() == some_packet(1));
  bench.transmit(udp, some_packet(2));
  CHECK(peer.receive() == some_packet(2));
  const auto status = bench.status(udp);
  CHECK(status->traffic.received_packets == 1);
  CHECK(status->traffic.received_octets == 40);
  CHECK(status->traffic.sent_packets == 1);
  CHECK(status->traffic.sent_octets == 40);
}

TEST_CASE("datagrams of up to 1064 octets are packets, empty and longer ones are not") {
  interface_bench bench;
  plain_socket peer;
  const auto port = free_port();
  const auto udp = bench.run(udp_config(port, peer.port()));
  peer.send({}, port);
  peer.send(some_packet(1, 1065), port);
  peer.send(some_packet(2, 9000), port);
  peer.send(some_packet(3, 1064), port);
  CHECK(bench.packets.next() == some_packet(3, 1064));
  CHECK(bench.status(udp)->refused[static_cast<std::size_t>(drop_reason::too_long)] == 2);
}

TEST_CASE("two UDP interfaces with the same access code understand each other, and a stranger neither") {
  interface_bench bench;
  plain_socket stranger;
  const auto one = free_port(), other = free_port();
  auto from = udp_config(one, other), to = udp_config(other, one);
  from.passphrase = to.passphrase = "sesame";
  to.name = "Other";
  const auto sender = bench.run(from);
  const auto receiver = bench.run(to);
  stranger.send(some_packet(1), other);
  bench.transmit(sender, some_packet(2, 1064));
  CHECK(bench.packets.next() == some_packet(2, 1064));
  CHECK(bench.status(receiver)->refused[static_cast<std::size_t>(drop_reason::ifac_missing)] == 1);
  CHECK(bench.status(sender)->traffic.sent_octets == 1064 + 16);
}

TEST_CASE("a burst of datagrams comes in whole and in order") {
  interface_bench bench;
  plain_socket peer;
  const auto port = free_port();
  const auto udp = bench.run(udp_config(port, peer.port()));
  for (int i = 0; i < 2000; ++i) {
    peer.send(some_packet(static_cast<octet>(i), 100), port);
    CHECK(bench.packets.next() == some_packet(static_cast<octet>(i), 100));
  }
}

TEST_CASE("a UDP interface that has ended has let go of its port") {
  interface_bench bench;
  const auto port = free_port();
  const auto config = udp_config(port, port);
  for (int i = 0; i < 20; ++i)
    bench.detach(bench.run(config));
}

TEST_CASE("a UDP port that is taken is told with the address") {
  interface_bench bench;
  plain_socket taken;
  CHECK_THROWS_WITH(bench.start(udp_config(taken.port(), 1)),
                    Catch::Contains("127.0.0.1") && Catch::Contains(std::to_string(taken.port())));
}
