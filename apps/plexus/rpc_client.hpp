// Asks a running daemon, ours or the reference's, over its management socket. One connection a call; blocks, with a
// time-out for the whole call. For the tools; the daemon serves the same protocol from its actors.
// Source: Reticulum.py: get_rpc_client; rns-1.5.7 section 7.
#pragma once

#include "messages/expected.hpp"
#include "transport/control/requests.hpp"
#include "transport/control/rpc_message.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

namespace plexus {

/// The abstract Unix socket `\0rns/<instance>/rpc`.
struct rpc_unix_endpoint {
  std::string instance = "default";
};
/// 127.0.0.1; where `shared_instance_type = tcp`.
struct rpc_tcp_endpoint {
  std::uint16_t port = 37429;
};

enum class rpc_failure : unsigned char {
  unreachable,  ///< nobody listens
  timed_out,    ///< no whole answer in time
  rejected,     ///< the handshake failed: another key
  closed,       ///< the daemon does not know the call, or ended
  unreadable,   ///< an answer that is no value
};
std::string_view to_string(rpc_failure failure);

class rpc_client {
public:
  struct options {
    std::variant<rpc_unix_endpoint, rpc_tcp_endpoint> endpoint;
    octet_string key;                            ///< `rpc_key`, or rpc_key_of_identity()
    std::chrono::milliseconds timeout{20000};    ///< of a call; attach and reload may take the daemon seconds
    rpc_dialect dialect = rpc_dialect::msgpack;  ///< daemons up to the 1.0 line want pickle
  };

  explicit rpc_client(options how) : how_(std::move(how)) {}

  expected<value, rpc_failure> call(const rpc::request& request) const { return call(rpc::encode(request)); }
  expected<value, rpc_failure> call(const value& request) const;

private:
  options how_;
};

}  // namespace plexus
