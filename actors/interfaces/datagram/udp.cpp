#include "actors/interfaces/datagram/udp.hpp"

#include "actors/interfaces/datagram/datagram_reader.hpp"

#include <boost/asio/post.hpp>

#include <arpa/inet.h>
#include <cerrno>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdexcept>
#include <system_error>

namespace plexus {
namespace {

/// Everything that comes in belongs to one interface.
class udp_medium final : public datagram_medium {
public:
  /// `socket` may be null: nothing comes in.
  udp_medium(io_thread& home, datagram_socket_ptr socket, std::size_t datagram_max)
      : home_(home), socket_(std::move(socket)), datagram_max_(datagram_max) {}

  io_thread& home() override { return home_; }

  void admit(const datagram_lane_ptr& lane) override {
    if (!socket_)
      return;
    reader_ = std::make_shared<datagram_reader>(std::exchange(socket_, nullptr), datagram_max_,
                                                [lane](const sockaddr_storage&, octets) { return &lane->packets; });
    reader_->start();
  }

  void dismiss(const datagram_lane_ptr&, std::function<void()> gone) override {
    if (reader_)
      std::exchange(reader_, nullptr)->stop(std::move(gone));
    else
      boost::asio::post(home_.context(), std::move(gone));
  }

private:
  io_thread& home_;
  datagram_socket_ptr socket_;
  std::size_t datagram_max_;
  std::shared_ptr<datagram_reader> reader_;
};

std::string broadcast_of_device(const std::string& device) {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0)
    throw std::system_error(errno, std::generic_category(), "addresses of network devices");
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(all, &::freeifaddrs);
  for (const auto* a = all; a; a = a->ifa_next) {
    if (!a->ifa_addr || a->ifa_addr->sa_family != AF_INET || device != a->ifa_name)
      continue;
    if (!(a->ifa_flags & IFF_BROADCAST) || !a->ifa_broadaddr)
      break;
    char text[INET_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(a->ifa_broadaddr)->sin_addr, text, sizeof text);
    return text;
  }
  throw std::runtime_error("network device " + device + " does not exist or has no IPv4 broadcast address");
}

datagram_socket_ptr open_receiver(const udp_settings& settings, io_thread& home) {
  if (!settings.listen_address || !settings.listen_port)
    return nullptr;
  const auto at = resolve_datagram_address(*settings.listen_address, *settings.listen_port);
  const int descriptor = open_datagram_socket(at.family(), settings.fwmark);
  bind_or_close(descriptor, at,
                host_in_name(*settings.listen_address) + " UDP port " + std::to_string(*settings.listen_port));
  return std::make_shared<datagram_socket>(home, at.family(), descriptor);
}

/// A socket of its own: the receiving one may be bound to a broadcast address, from which nothing can be sent.
datagram_socket_ptr open_sender(const udp_settings& settings, const socket_address& to, io_thread& home) {
  const int descriptor = open_datagram_socket(to.family(), settings.fwmark);
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
  return std::make_shared<datagram_socket>(home, to.family(), descriptor);
}

}  // namespace

udp_settings with_device_addresses(udp_settings settings) {
  if (!settings.device)
    return settings;
  if (!settings.listen_address)
    settings.listen_address = broadcast_of_device(*settings.device);
  if (!settings.forward_address)
    settings.forward_address = broadcast_of_device(*settings.device);
  return settings;
}

std::string udp_name(const std::string& name, const udp_settings& settings) {
  if (!settings.listen_address || !settings.listen_port)
    return "UDPInterface[" + name + "]";
  return "UDPInterface[" + name + "/" + host_in_name(*settings.listen_address) + ":" +
         std::to_string(*settings.listen_port) + "]";
}

interface_actor start_udp(caf::actor_system& system, const interface_settings& common, const udp_settings& settings,
                          const interface_registry& registry, io_pool& pool) {
  auto& home = pool.next();
  datagram_settings datagrams;
  datagrams.common = common;
  datagrams.medium =
      std::make_shared<udp_medium>(home, open_receiver(settings, home), common.facts.hw_mtu + common.facts.ifac_size);
  if (settings.forward_address && settings.forward_port) {
    datagrams.to = resolve_datagram_address(*settings.forward_address, *settings.forward_port);
    datagrams.socket = open_sender(settings, datagrams.to, home);
  }
  return spawn_datagram_interface(system, datagrams, registry);
}

}  // namespace plexus
