// A small HTTP server for monitoring: GET and HEAD, answers as text, keep-alive.
//
// Everything a stranger can do is bounded: connections at a time, octets of a request, time for each step. When all
// connections are taken the one that waited longest gives way, so nobody can lock others out by doing nothing.
#pragma once

#include "actors/io/io_thread.hpp"
#include "actors/metrics/http_request.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace plexus {

struct http_limits {
  std::size_t connections_max = 32;
  std::uint32_t header_max = 8192;  ///< octets of a request before its body; requests have none
  duration receive_timeout = std::chrono::seconds(15);
  duration send_timeout = std::chrono::seconds(10);
  /// A request that is not answered by then is answered with 503.
  duration answer_timeout = std::chrono::seconds(8);
};

class http_server {
public:
  /// Called on the thread `home` for each request.
  using handler = std::function<void(http_request_ptr)>;

  /// Takes over the listening socket. `home` outlives the server.
  http_server(io_thread& home, int descriptor, bool ipv6, handler on_request, const http_limits& limits = {});
  /// Ends listening and all connections.
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

private:
  class listener;
  std::shared_ptr<listener> listener_;
};

}  // namespace plexus
