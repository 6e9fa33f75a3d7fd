// TCP as the reference uses it: socket options, addresses of devices, listening and connecting.
// Source: rns-1.5.7 section 8.2; TCPInterface.py: set_timeouts_linux, get_address_for_if.
#pragma once

#include "actors/interfaces/stream_interface.hpp"
#include "storage/config/interface_config.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace plexus {

/// When a silent peer counts as gone.
struct keepalive_options {
  int idle = 5, interval = 2, count = 12;  ///< seconds, seconds, probes
  int user_timeout = 24'000;               ///< milliseconds
};
inline constexpr keepalive_options keepalive_tcp{};
inline constexpr keepalive_options keepalive_i2p{.idle = 10, .interval = 9, .count = 5, .user_timeout = 45'000};

/// NODELAY and keepalive. What the kernel does not take is left as it is.
void set_stream_options(int descriptor, const keepalive_options& keepalive);

struct listen_address {
  std::string host;  ///< numeric
  std::uint16_t port = 0;
};
/// Where to listen: the first address of the device, or the address itself resolved. Throws std::runtime_error.
listen_address resolve_listen_address(const listen_settings& settings);

/// A bound and listening socket's descriptor. Throws std::system_error.
int open_listener(const listen_address& at, std::optional<std::uint32_t> fwmark);

struct connect_target {
  target_settings target;
  keepalive_options keepalive;
  duration timeout = std::chrono::seconds(5);  ///< Source: TCPInterface.INITIAL_CONNECT_TIMEOUT.
};
/// Tries the addresses of the target, those of the preferred family first, and sends `owner` the connection, or
/// connect_failed.
void start_connecting(io_thread& home, const connect_target& target, stream_actor owner);

}  // namespace plexus
