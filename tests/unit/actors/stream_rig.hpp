// What the tests of streams share: a pair of connected sockets, framed packets, and waiting with a limit.
#pragma once

#include "actors/interfaces/connection.hpp"
#include "messages/packet.hpp"
#include "tests/unit/catch.hpp"
#include "transport/framing/hdlc.hpp"

#include <chrono>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace plexus::test {

/// Whether `done` became true in time; for what another thread is about to do.
template <class Done>
bool eventually(Done done, std::chrono::seconds limit = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::yield();
  }
  return true;
}

/// Two ends of a stream: one the node's, one the test's.
class stream_pair {
public:
  explicit stream_pair(io_thread& home) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    far_ = ends[1];
    link = std::make_shared<connection>(home, connection::socket_type(home.context(), {AF_UNIX, 0}, ends[0]));
  }
  ~stream_pair() { ::close(far_); }

  int far() const { return far_; }
  void write(octets value) const {
    REQUIRE(::send(far_, value.data(), value.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(value.size()));
  }
  /// What the far end holds now, at most `most` octets.
  octet_string read(std::size_t most) const {
    octet_string got(most);
    const auto size = ::recv(far_, got.data(), most, MSG_DONTWAIT);
    got.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return got;
  }

  connection_ptr link;

private:
  int far_;
};

inline octet_string framed(octets packet) {
  octet_string frame(hdlc_worst_size(packet.size()));
  frame.resize(static_cast<std::size_t>(append_frame(frame.data(), packet, {}) - frame.data()));
  return frame;
}

/// A data packet for `destination`, in HEADER_2 form for `transport`.
inline octet_string data_packet(const transport_id& transport, const address& destination, octets data) {
  packet_header header;
  header.flags = make_flags(packet_type::data, destination_type::single, header_type::two, transport_type::transport);
  header.transport = transport;
  header.destination = destination;
  return encode_packet(header, data);
}

}  // namespace plexus::test
