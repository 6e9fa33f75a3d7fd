// The sockets of an AutoInterface, three for each network device, and who their datagrams belong to.
//
//   data        [link-local]:data_port, to and from peers
//   multicast   [group]:discovery_port, tokens of everybody, our own too
//   unicast     [link-local]:discovery_port+1, tokens for us alone; tokens are also sent by it, so that their source is
//               the address that they speak of
//
// All devices of an interface live on one I/O thread, for one memory of duplicates and one list of peers.
// Source: rns-1.5.7 section 8.3; AutoInterface.py: __init__, final_init.
#pragma once

#include "actors/interfaces/datagram/datagram_interface.hpp"
#include "actors/interfaces/datagram/datagram_reader.hpp"
#include "actors/interfaces/lan/auto_group.hpp"
#include "actors/interfaces/lan/network_devices.hpp"
#include "actors/interfaces/lan/recent_datagrams.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace plexus {

struct device_sockets {
  network_device device;
  datagram_socket_ptr data, multicast, unicast;
};

/// Throws std::system_error, naming device and port.
device_sockets open_device_sockets(const network_device& device, const auto_interface_settings& settings,
                                   io_thread& home);

class auto_medium final : public datagram_medium, public std::enable_shared_from_this<auto_medium> {
public:
  /// A valid token: its source, and the index of the device that it came in over. On the home thread.
  using token_sink = std::function<void(const ip6_octets& source, unsigned device_index)>;

  auto_medium(io_thread& home, auto_interface_settings settings, std::size_t datagram_max, std::uint64_t secret)
      : home_(home), settings_(std::move(settings)), datagram_max_(datagram_max), secret_(secret) {}

  io_thread& home() override { return home_; }
  void admit(const datagram_lane_ptr& lane) override;
  void dismiss(const datagram_lane_ptr& lane, std::function<void()> gone) override;

  // Any thread, one at a time: the interface's actor.

  void listen(device_sockets sockets, token_sink sink);
  /// Closes a device's sockets.
  void abandon(const std::string& device);
  /// Closes all; `gone` is called on the home thread.
  void close(std::function<void()> gone);
  /// What sends to peers on that device, or null.
  datagram_socket_ptr data_socket(const std::string& device) const;

  void announce(const network_device& device) const;
  void greet(const ip6_octets& peer, const network_device& device) const;

private:
  struct open_device {
    device_sockets sockets;
    std::shared_ptr<datagram_reader> reader;
  };

  static boost::asio::awaitable<void> listen_for_tokens(datagram_socket_ptr socket, std::string group_id,
                                                        token_sink sink);
  /// On the home thread.
  packet_sorter* lane_of(const sockaddr_storage& source, octets datagram);
  void send_token(const network_device& device, const socket_address& to) const;

  struct address_hash {
    std::size_t operator()(const ip6_octets& ip) const;
  };

  io_thread& home_;
  auto_interface_settings settings_;
  std::size_t datagram_max_;
  std::uint64_t secret_;
  std::map<std::string, open_device> devices_;  ///< the actor's
  // The home thread's:
  std::unordered_map<ip6_octets, datagram_lane_ptr, address_hash> lanes_;
  recent_datagrams recent_;
};

}  // namespace plexus
