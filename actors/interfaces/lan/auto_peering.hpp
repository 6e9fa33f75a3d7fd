// Who is on the LAN: when to say that we are, to whom, and who has gone.
//
//   each device    a token to the group each 1.6 s; our own come back, and if they do not the network is in trouble
//   each peer      its token or data keep it alive for 22 s; ours goes to it directly each 5.2 s, which helps where
//                  multicast reaches only one way
//
// Sans I/O; `now` never runs backwards. Whoever owns it carries out the actions and calls on_time() at next_deadline().
// Source: rns-1.5.7 section 8.3; AutoInterface.py: discovery_handler, add_peer, peer_jobs.
#pragma once

#include "actors/interfaces/lan/network_devices.hpp"
#include "messages/instant.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace plexus {

enum class carrier_change { echo_missing, lost, recovered };

/// What an input leads to, in the order of the members.
struct auto_actions {
  std::vector<network_device> abandoned;  ///< close its sockets
  std::vector<network_device> adopted;    ///< open sockets, by its address
  struct peer {
    ip6_octets address{};
    network_device on;
  };
  std::vector<peer> found, lost;
  std::vector<network_device> announce;  ///< send the token to the group
  std::vector<peer> greet;               ///< send the token to the peer
  std::vector<std::pair<std::string, carrier_change>> carriers;
};

class auto_peering {
public:
  static constexpr duration announce_interval = std::chrono::milliseconds(1600);
  static constexpr duration greet_interval = std::chrono::milliseconds(5200);
  static constexpr duration peer_timeout = std::chrono::seconds(22);
  static constexpr duration job_interval = std::chrono::seconds(4);
  static constexpr duration echo_timeout = std::chrono::milliseconds(6500);
  /// Tokens that come in sooner after the start are not looked at.
  static constexpr duration start_wait = std::chrono::milliseconds(1920);
  /// Further neighbours are not taken in.
  static constexpr std::size_t peers_max = 4096;

  explicit auto_peering(instant started) : started_(started), job_at_(started + job_interval) {}

  /// The usable devices as they are now; at the start, and at each job. An address that a device keeps is kept.
  void on_devices(instant now, const std::vector<network_device>& usable, auto_actions& out);
  /// Sockets could not be opened; the device is tried again at the next job.
  void on_adoption_failed(const network_device& device) { devices_.erase(device.name); }
  /// A valid token came in over the device of that index.
  void on_token(instant now, const ip6_octets& source, unsigned device_index, auto_actions& out);
  /// A datagram of the peer came in at that time.
  void on_heard(const ip6_octets& peer, instant at);
  /// The peer's interface has ended by itself: forgotten until it is heard again.
  void on_peer_ended(const ip6_octets& peer) { peers_.erase(peer); }
  /// Whether the devices are to be looked at, after which on_devices() follows.
  bool is_job_due(instant now) const { return now >= job_at_; }
  void on_time(instant now, auto_actions& out);
  instant next_deadline() const;

  std::size_t peers() const { return peers_.size(); }

private:
  struct device_state {
    network_device device;
    instant announce_at{}, echo_at{};
    bool echoed = false, told_missing = false;
    std::optional<bool> timed_out;
  };
  struct peer_state {
    std::string device;
    instant heard_at{}, greeted_at{};
  };

  void check_echo(instant now, device_state& of, auto_actions& out);
  void drop_silent(instant now, auto_actions& out);
  const device_state* device_of(unsigned index) const;

  instant started_, job_at_;
  std::map<std::string, device_state> devices_;
  std::map<ip6_octets, peer_state> peers_;
};

}  // namespace plexus
