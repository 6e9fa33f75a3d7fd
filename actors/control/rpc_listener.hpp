// The socket of the management protocol: authenticates, takes one call, hands it to the control actor, sends the
// answer.
//
// Each connection is a coroutine with a limit on its time, so nobody who is slow or silent keeps others waiting. The
// number of connections is bounded; when there are too many, the oldest that has not shown the key yet is closed.
// Source: rns-1.5.7 section 7.2; Reticulum.py: rpc_loop.
#pragma once

#include "actors/control/control_actor.hpp"
#include "actors/io/io_thread.hpp"

#include <chrono>
#include <memory>

namespace plexus {

struct rpc_listener_settings {
  octet_string key;  ///< what callers have to prove that they have
  std::size_t sessions_max = 64;
  std::chrono::milliseconds handshake_timeout{10'000};  ///< from the first octet to the end of the call
  std::chrono::milliseconds answer_timeout{90'000};     ///< an attached interface may need a while
  std::chrono::milliseconds write_timeout{30'000};
};

class rpc_listener {
public:
  /// Takes over the listening socket `descriptor`. `home` outlives the object.
  rpc_listener(io_thread& home, int descriptor, const rpc_listener_settings& settings, control_actor control);
  /// Closes the socket and all connections.
  ~rpc_listener();
  rpc_listener(const rpc_listener&) = delete;
  rpc_listener& operator=(const rpc_listener&) = delete;

private:
  class server;
  std::shared_ptr<server> server_;
};

}  // namespace plexus
