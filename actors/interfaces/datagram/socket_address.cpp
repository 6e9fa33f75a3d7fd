#include "actors/interfaces/datagram/socket_address.hpp"

#include <arpa/inet.h>
#include <memory>
#include <netdb.h>
#include <stdexcept>

namespace plexus {

std::uint16_t socket_address::port() const {
  return family() == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(storage).sin6_port)
                              : ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port);
}

socket_address ip6_address(const ip6_octets& ip, std::uint16_t port, unsigned scope) {
  socket_address result;
  auto& in6 = reinterpret_cast<sockaddr_in6&>(result.storage);
  in6.sin6_family = AF_INET6;
  in6.sin6_port = htons(port);
  in6.sin6_scope_id = scope;
  std::memcpy(&in6.sin6_addr, ip.data(), ip.size());
  result.size = sizeof in6;
  return result;
}

socket_address resolve_datagram_address(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0)
    throw std::runtime_error("no address for " + host + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  const auto* chosen = found;
  while (chosen && chosen->ai_family != AF_INET)
    chosen = chosen->ai_next;
  if (!chosen)
    chosen = found;
  socket_address result;
  std::memcpy(&result.storage, chosen->ai_addr, chosen->ai_addrlen);
  result.size = chosen->ai_addrlen;
  return result;
}

std::string to_text(const ip6_octets& ip) {
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(AF_INET6, ip.data(), text, sizeof text);
  return text;
}

}  // namespace plexus
