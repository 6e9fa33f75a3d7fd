// A connected stream socket, or a pair of pipes to a program. Its reader lives on the connection's I/O thread; the
// interface actor, wherever it runs, sends and shuts down through the descriptor. The descriptor closes with the last
// owner, so neither can hit another's.
#pragma once

#include "actors/io/io_thread.hpp"
#include "messages/octets.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace plexus {

class connection {
public:
  using socket_type = boost::asio::generic::stream_protocol::socket;

  /// `socket` belongs to the context of `home`. `peer` is what the interface's name says of the far side, without port.
  connection(io_thread& home, socket_type socket, std::string peer = {}, std::uint16_t port = 0);
  /// Two ends of pipes that do not block: octets come from `output` and go to `input`. `end` is called by shut(), on
  /// any thread, and makes the far side let go of its ends.
  connection(io_thread& home, socket_type output, socket_type input, std::function<void()> end);
  ~connection();

  io_thread& home() { return home_; }
  /// Only on the home thread.
  socket_type& socket() { return socket_; }
  /// What to wait on before sending goes on; only on the home thread.
  socket_type& write_socket() { return pipe_ ? pipe_->input : socket_; }
  const std::string& peer() const { return peer_; }
  std::uint16_t port() const { return port_; }

  /// Octets read without blocking: 0 at the end of the stream, negative with errno set otherwise. Home thread.
  std::ptrdiff_t receive(mutable_octets into);
  /// Octets that the socket took without blocking: 0 when it is full, negative when it is broken.
  std::ptrdiff_t send(octets framed);
  /// Ends the connection in both directions; the reader hears of it. Any thread.
  void shut();

private:
  struct pipe_input {
    socket_type input;
    int descriptor;
    std::function<void()> end;
  };

  io_thread& home_;
  socket_type socket_;
  int descriptor_;
  std::string peer_;
  std::uint16_t port_ = 0;
  std::optional<pipe_input> pipe_;  ///< set for pipes, whose other end `socket_` is
};

}  // namespace plexus
