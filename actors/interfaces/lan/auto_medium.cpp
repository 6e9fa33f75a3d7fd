#include "actors/interfaces/lan/auto_medium.hpp"

#include "actors/clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace plexus {
namespace {

namespace asio = boost::asio;

/// Tokens are 32 octets, and what follows them is not looked at.
constexpr std::size_t token_datagram_max = 1024;
/// Tokens of one socket in one go, before the thread's other sockets get their turn.
constexpr int tokens_per_turn = 64;

ip6_octets address_of(const sockaddr_storage& source) {
  ip6_octets ip;
  std::memcpy(ip.data(), &reinterpret_cast<const sockaddr_in6&>(source).sin6_addr, ip.size());
  return ip;
}

std::string shown(const network_device& device, std::uint16_t port) {
  return "[" + to_text(device.address) + "%" + device.name + "] UDP port " + std::to_string(port);
}

void set(int descriptor, int level, int option, int value) {
  ::setsockopt(descriptor, level, option, &value, sizeof value);
}

datagram_socket_ptr open_data(const network_device& device, const auto_interface_settings& settings, io_thread& home) {
  const int descriptor = open_datagram_socket(AF_INET6, settings.fwmark);
  bind_or_close(descriptor, ip6_address(device.address, settings.data_port, device.index),
                shown(device, settings.data_port));
  return std::make_shared<datagram_socket>(home, AF_INET6, descriptor);
}

datagram_socket_ptr open_unicast(const network_device& device, const auto_interface_settings& settings,
                                 io_thread& home) {
  const auto port = static_cast<std::uint16_t>(settings.discovery_port + 1);
  const int descriptor = open_datagram_socket(AF_INET6, settings.fwmark);
  set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
  set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
  set(descriptor, IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(device.index));
  bind_or_close(descriptor, ip6_address(device.address, port, device.index), shown(device, port));
  return std::make_shared<datagram_socket>(home, AF_INET6, descriptor);
}

datagram_socket_ptr open_multicast(const network_device& device, const auto_interface_settings& settings,
                                   io_thread& home) {
  const auto group = multicast_address(settings.group_id, settings.scope, settings.permanent_address);
  const int descriptor = open_datagram_socket(AF_INET6, settings.fwmark);
  set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
  set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
  ipv6_mreq membership{};
  std::memcpy(&membership.ipv6mr_multiaddr, group.data(), group.size());
  membership.ipv6mr_interface = device.index;
  ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_JOIN_GROUP, &membership, sizeof membership);
  const auto scope = settings.scope == multicast_scope::link ? device.index : 0;
  bind_or_close(descriptor, ip6_address(group, settings.discovery_port, scope),
                "multicast group [" + to_text(group) + "] on " + device.name);
  return std::make_shared<datagram_socket>(home, AF_INET6, descriptor);
}

}  // namespace

device_sockets open_device_sockets(const network_device& device, const auto_interface_settings& settings,
                                   io_thread& home) {
  return {device, open_data(device, settings, home), open_multicast(device, settings, home),
          open_unicast(device, settings, home)};
}

std::size_t auto_medium::address_hash::operator()(const ip6_octets& ip) const {
  return XXH3_64bits(ip.data(), ip.size());
}

void auto_medium::admit(const datagram_lane_ptr& lane) {
  asio::post(home_.context(), [self = shared_from_this(), lane] { self->lanes_[lane->peer] = lane; });
}

void auto_medium::dismiss(const datagram_lane_ptr& lane, std::function<void()> gone) {
  asio::post(home_.context(), [self = shared_from_this(), lane, gone = std::move(gone)] {
    const auto found = self->lanes_.find(lane->peer);
    if (found != self->lanes_.end() && found->second == lane)
      self->lanes_.erase(found);
    gone();
  });
}

packet_sorter* auto_medium::lane_of(const sockaddr_storage& source, octets datagram) {
  const auto found = lanes_.find(address_of(source));
  if (found == lanes_.end())
    return nullptr;
  const auto time = now();
  if (recent_.heard_before(XXH3_64bits_withSeed(datagram.data(), datagram.size(), secret_), time))
    return nullptr;
  found->second->heard->store(time.time_since_epoch().count(), std::memory_order_relaxed);
  return &found->second->packets;
}

void auto_medium::listen(device_sockets sockets, token_sink sink) {
  auto reader = std::make_shared<datagram_reader>(
      sockets.data, datagram_max_, [self = shared_from_this()](const sockaddr_storage& source, octets datagram) {
        return self->lane_of(source, datagram);
      });
  reader->start();
  for (const auto& socket : {sockets.multicast, sockets.unicast})
    asio::co_spawn(home_.context(), listen_for_tokens(socket, settings_.group_id, sink), asio::detached);
  const auto name = sockets.device.name;
  devices_[name] = {std::move(sockets), std::move(reader)};
}

asio::awaitable<void> auto_medium::listen_for_tokens(datagram_socket_ptr socket, std::string group_id,
                                                     token_sink sink) {
  std::array<octet, token_datagram_max> datagram;
  boost::system::error_code error;
  for (;;) {
    co_await socket->socket().async_wait(datagram_socket::socket_type::wait_read,
                                         asio::redirect_error(asio::use_awaitable, error));
    if (error)
      co_return;
    for (int i = 0; i < tokens_per_turn; ++i) {
      sockaddr_storage source{};
      socklen_t size = sizeof source;
      const auto got = ::recvfrom(socket->descriptor(), datagram.data(), datagram.size(), MSG_DONTWAIT,
                                  reinterpret_cast<sockaddr*>(&source), &size);
      if (got < 0)
        break;
      const auto from = address_of(source);
      if (is_token_of({datagram.data(), static_cast<std::size_t>(got)}, group_id, from))
        sink(from, reinterpret_cast<const sockaddr_in6&>(source).sin6_scope_id);
    }
    socket->home().drain();
  }
}

void auto_medium::abandon(const std::string& device) {
  const auto found = devices_.find(device);
  if (found == devices_.end())
    return;
  found->second.reader->stop([] {});
  asio::post(home_.context(), [sockets = found->second.sockets] {
    boost::system::error_code ignored;
    sockets.multicast->socket().cancel(ignored);
    sockets.unicast->socket().cancel(ignored);
  });
  devices_.erase(found);
}

void auto_medium::close(std::function<void()> gone) {
  while (!devices_.empty())
    abandon(devices_.begin()->first);
  // Behind the cancelled operations' handlers, which the posts above made ready.
  asio::post(home_.context(), [self = shared_from_this(), gone = std::move(gone)]() mutable {
    asio::post(self->home_.context(), std::move(gone));
  });
}

datagram_socket_ptr auto_medium::data_socket(const std::string& device) const {
  const auto found = devices_.find(device);
  return found == devices_.end() ? nullptr : found->second.sockets.data;
}

void auto_medium::send_token(const network_device& device, const socket_address& to) const {
  const auto found = devices_.find(device.name);
  if (found == devices_.end())
    return;
  const auto token = token_of(settings_.group_id, device.address);
  const datagram_socket::outgoing datagram{token.bytes(), {}};
  found->second.sockets.unicast->send({&datagram, 1}, to);  // what is lost is made good by the next one
}

void auto_medium::announce(const network_device& device) const {
  const auto group = multicast_address(settings_.group_id, settings_.scope, settings_.permanent_address);
  send_token(device,
             ip6_address(group, settings_.discovery_port, settings_.scope == multicast_scope::link ? device.index : 0));
}

void auto_medium::greet(const ip6_octets& peer, const network_device& device) const {
  send_token(device, ip6_address(peer, static_cast<std::uint16_t>(settings_.discovery_port + 1), device.index));
}

}  // namespace plexus
