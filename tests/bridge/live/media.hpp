// The media of live nodes: TCP on the loopback, and pairs of FIFOs.
#pragma once

#include <cstdint>
#include <string>

namespace plexus::bridge {

/// Descriptors of all of them do not block, and close on exec. All throw command_error.
int listen_tcp(std::uint16_t port);
std::uint16_t port_of(int listener);
/// -1 when nobody waits.
int accept_tcp(int listener);
/// -1 when nobody listens there.
int connect_tcp(const std::string& host, std::uint16_t port);
/// For reading and writing: neither end then waits for the other, nor ends with it.
int open_fifo(const std::string& path);

}  // namespace plexus::bridge
