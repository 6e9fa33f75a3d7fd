// An address of a datagram socket, IPv4 or IPv6 with its scope, as the system has it.
#pragma once

#include "messages/octets.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>

namespace plexus {

/// The 16 octets of an IPv6 address.
using ip6_octets = std::array<octet, 16>;

struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
  std::uint16_t port() const;
};

socket_address ip6_address(const ip6_octets& ip, std::uint16_t port, unsigned scope);

/// The first address of a name or of numbers, IPv4 preferred as the reference binds and sends by IPv4 only. Throws
/// std::runtime_error naming the host.
socket_address resolve_datagram_address(const std::string& host, std::uint16_t port);

/// Text as Python's socket module gives it, without scope.
std::string to_text(const ip6_octets& ip);

}  // namespace plexus
