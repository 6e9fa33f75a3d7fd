// A datagram socket. Whoever reads it does so on its I/O thread; anybody may send. The descriptor closes with the last
// owner, so a late sender cannot hit another socket.
#pragma once

#include "actors/fwd.hpp"
#include "actors/interfaces/datagram/socket_address.hpp"
#include "actors/io/io_thread.hpp"
#include "messages/octets.hpp"

#include <boost/asio/generic/datagram_protocol.hpp>

#include <memory>
#include <optional>
#include <span>

namespace plexus {

class datagram_socket {
public:
  using socket_type = boost::asio::generic::datagram_protocol::socket;

  /// Takes over an open descriptor of that address family.
  datagram_socket(io_thread& home, int family, int descriptor);

  io_thread& home() { return home_; }
  /// Only on the home thread.
  socket_type& socket() { return socket_; }
  int descriptor() const { return descriptor_; }

  struct outgoing {
    octets head, body;
  };
  struct send_result {
    std::size_t taken = 0;  ///< datagrams that are done with, lost ones included
    std::size_t lost = 0;   ///< of them, those that the system refused
    std::size_t sent_octets = 0, lost_octets = 0;
    bool full = false;  ///< the rest has to wait until the socket is writable
  };
  /// As many as the socket takes without blocking. A datagram that cannot be sent at all is passed over.
  send_result send(std::span<const outgoing> datagrams, const socket_address& to);

private:
  io_thread& home_;
  socket_type socket_;
  int descriptor_;
};

/// A new non-blocking datagram socket. Throws std::system_error.
int open_datagram_socket(int family, std::optional<std::uint32_t> fwmark);
/// Throws std::system_error naming the address; closes the descriptor then.
void bind_or_close(int descriptor, const socket_address& to, const std::string& shown);

}  // namespace plexus
