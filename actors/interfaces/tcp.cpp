#include "actors/interfaces/tcp.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace plexus {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

void set_option(int descriptor, int level, int option, int value) {
  ::setsockopt(descriptor, level, option, &value, sizeof value);
}

std::string numeric(const sockaddr& from) {
  char text[INET6_ADDRSTRLEN] = {};
  if (from.sa_family == AF_INET)
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(from).sin_addr, text, sizeof text);
  else
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(from).sin6_addr, text, sizeof text);
  return text;
}

std::string address_of_device(const std::string& device, bool prefer_ipv6) {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0)
    throw std::system_error(errno, std::generic_category(), "addresses of network devices");
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(all, &::freeifaddrs);
  std::string v4, v6;
  for (const auto* a = all; a; a = a->ifa_next) {
    if (!a->ifa_addr || device != a->ifa_name)
      continue;
    if (a->ifa_addr->sa_family == AF_INET && v4.empty())
      v4 = numeric(*a->ifa_addr);
    if (a->ifa_addr->sa_family == AF_INET6 && v6.empty()) {
      v6 = numeric(*a->ifa_addr);
      if (reinterpret_cast<const sockaddr_in6*>(a->ifa_addr)->sin6_scope_id != 0)
        v6 += "%" + device;
    }
  }
  const auto& found = v6.empty() || (!prefer_ipv6 && !v4.empty()) ? v4 : v6;
  if (found.empty())
    throw std::runtime_error("network device " + device + " does not exist or has no address");
  return found;
}

/// The addresses of a name, preferred family first, otherwise in the resolver's order.
std::vector<tcp::endpoint> ordered(const tcp::resolver::results_type& results, bool prefer_ipv6) {
  std::vector<tcp::endpoint> endpoints;
  for (const auto& entry : results)
    endpoints.push_back(entry.endpoint());
  std::stable_partition(endpoints.begin(), endpoints.end(),
                        [&](const auto& e) { return e.address().is_v6() == prefer_ipv6; });
  return endpoints;
}

[[noreturn]] void fail(int descriptor, const char* what, const listen_address& at) {
  const int error = errno;
  if (descriptor >= 0)
    ::close(descriptor);
  throw std::system_error(error, std::generic_category(),
                          std::string(what) + " " + at.host + " port " + std::to_string(at.port));
}

asio::awaitable<void> connect(io_thread& home, connect_target target, stream_actor owner) {
  boost::system::error_code error;
  asio::steady_timer timer(home.context());
  tcp::resolver resolver(home.context());
  const auto results = co_await resolver.async_resolve(target.target.host, std::to_string(target.target.port),
                                                       asio::redirect_error(asio::use_awaitable, error));
  std::vector<tcp::endpoint> endpoints;
  if (!error)
    endpoints = ordered(results, target.target.prefer_ipv6);
  for (const auto& endpoint : endpoints) {
    auto socket = std::make_shared<tcp::socket>(home.context());
    socket->open(endpoint.protocol(), error);
    if (error)
      continue;
    if (target.target.fwmark)
      set_option(socket->native_handle(), SOL_SOCKET, SO_MARK, static_cast<int>(*target.target.fwmark));
    timer.expires_after(target.timeout);
    timer.async_wait([socket](const boost::system::error_code& cancelled) {
      boost::system::error_code ignored;
      if (!cancelled)
        socket->close(ignored);
    });
    co_await socket->async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
    timer.cancel();
    if (error || !socket->is_open())
      continue;
    set_stream_options(socket->native_handle(), target.keepalive);
    home.send(owner, std::make_shared<connection>(home, connection::socket_type(std::move(*socket)),
                                                  endpoint.address().to_string(), endpoint.port()));
    home.drain();
    co_return;
  }
  home.send(owner, connect_failed{error ? error.message() : "no address"});
  home.drain();
}

}  // namespace

void set_stream_options(int descriptor, const keepalive_options& keepalive) {
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, keepalive.idle);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, keepalive.interval);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, keepalive.count);
  set_option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, keepalive.user_timeout);
}

listen_address resolve_listen_address(const listen_settings& settings) {
  if (settings.device)
    return {address_of_device(*settings.device, settings.prefer_ipv6), settings.port};
  asio::io_context context;
  const auto results =
      tcp::resolver(context).resolve(settings.address, std::to_string(settings.port), tcp::resolver::passive);
  const auto endpoints = ordered(results, settings.prefer_ipv6);
  if (endpoints.empty())
    throw std::runtime_error("no address for " + settings.address);
  return {endpoints.front().address().to_string(), settings.port};
}

int open_listener(const listen_address& at, std::optional<std::uint32_t> fwmark) {
  const tcp::endpoint endpoint(asio::ip::make_address(at.host), at.port);
  const int descriptor = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0)
    fail(descriptor, "cannot open a socket for", at);
  set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
  if (fwmark)
    set_option(descriptor, SOL_SOCKET, SO_MARK, static_cast<int>(*fwmark));
  if (::bind(descriptor, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0)
    fail(descriptor, "cannot listen on", at);
  if (::listen(descriptor, SOMAXCONN) != 0)
    fail(descriptor, "cannot listen on", at);
  return descriptor;
}

void start_connecting(io_thread& home, const connect_target& target, stream_actor owner) {
  asio::co_spawn(home.context(), connect(home, target, std::move(owner)), asio::detached);
}

}  // namespace plexus
