#include "interface_bench.hpp"
#include "transport/framing/hdlc.hpp"

#include <cstddef>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace plexus;

namespace {

std::string own_instance_name() {
  return "plexus-test-" + std::to_string(::getpid());
}

octet_string framed(octets packet) {
  octet_string frame(hdlc_worst_size(packet.size()));
  frame.resize(static_cast<std::size_t>(append_frame(frame.data(), packet, {}) - frame.data()));
  return frame;
}

/// A program that attaches, with nothing but a socket.
class program {
public:
  explicit program(const std::string& place) : descriptor_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    place.copy(to.sun_path + 1, place.size());
    REQUIRE(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to),
                      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + place.size())) == 0);
    const timeval patience{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~program() { ::close(descriptor_); }
  void write(octets stream) const {
    while (!stream.empty()) {
      const auto sent = ::send(descriptor_, stream.data(), stream.size(), MSG_NOSIGNAL);
      REQUIRE(sent > 0);
      stream = stream.subspan(static_cast<std::size_t>(sent));
    }
  }
  octet_string read(std::size_t size) const {
    octet_string stream(size);
    REQUIRE(::recv(descriptor_, stream.data(), size, MSG_WAITALL) == static_cast<ssize_t>(size));
    return stream;
  }
  bool at_end() const {
    octet more;
    return ::recv(descriptor_, &more, 1, 0) == 0;
  }

private:
  int descriptor_;
};

struct local_bench : interface_bench {
  local_bench() { node.reticulum.instance_name = own_instance_name(); }
  interface_config config_of_instance() const { return shared_instance_config(); }
};

}  // namespace

TEST_CASE("a program attaches to the shared instance and exchanges packets with the node") {
  local_bench bench;
  bench.start(bench.config_of_instance());
  const auto server = bench.interfaces.next().facts;
  CHECK(server.name == "Shared Instance[rns/" + own_instance_name() + "]");
  CHECK_FALSE(server.outgoing);

  const program attached("rns/" + own_instance_name());
  const auto client = bench.interfaces.next();
  CHECK(client.facts.name == "LocalInterface[rns/" + own_instance_name() + "]");
  CHECK(client.facts.role == interface_role::local_client);
  CHECK(client.facts.parent == server.id);
  CHECK(client.facts.hw_mtu == 262144);
  CHECK(client.facts.mtu_negotiable);
  CHECK(client.facts.bitrate == 1'000'000'000);
  CHECK(client.facts.ifac_size == 0);

  attached.write(framed(some_packet(0x7e)));
  CHECK(bench.packets.next() == some_packet(0x7e));
  bench.transmit(client.actor, some_packet(0x7d));
  const auto expected = framed(some_packet(0x7d));
  CHECK(attached.read(expected.size()) == expected);
}

TEST_CASE("local frames of 20 to 262144 octets are packets, others are passed over") {
  local_bench bench;
  bench.run(bench.config_of_instance());
  const program attached("rns/" + own_instance_name());
  attached.write(framed(some_packet(1, 19)));
  attached.write(framed(some_packet(2, 20)));
  CHECK(bench.packets.next() == some_packet(2, 20));
  attached.write(framed(some_packet(3, 262145)));
  attached.write(framed(some_packet(4, 262144)));
  CHECK(bench.packets.next() == some_packet(4, 262144));
}

TEST_CASE("a shared instance that another program runs is named") {
  local_bench bench;
  bench.run(bench.config_of_instance());
  CHECK_THROWS_WITH(bench.start(bench.config_of_instance()),
                    Catch::Contains("shared instance \"" + own_instance_name() + "\""));
}

TEST_CASE("with the shared instance its programs are let go, and its place is free again") {
  local_bench bench;
  for (int i = 0; i < 5; ++i) {
    const auto server = bench.run(bench.config_of_instance());
    const program attached("rns/" + own_instance_name());
    bench.interfaces.next();
    bench.detach(server);
    CHECK(attached.at_end());
  }
}
