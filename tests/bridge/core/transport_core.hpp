// A transport node without a medium: the library's router, interfaces that are queues, destinations, listeners for
// announces, and the blackhole list with its files. Its clock is the system's; before each command time catches up.
#pragma once

#include "storage/state/state_directory.hpp"
#include "tests/bridge/support.hpp"
#include "transport/control/blackhole_list.hpp"
#include "transport/endpoint/local_destination.hpp"
#include "transport/ifac.hpp"
#include "transport/router/router.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace plexus::bridge {

/// Applied to interfaces that are attached without settings of their own.
struct interface_knobs {
  announce_rate_limit rate{};
  double announce_share = announce_cap::share_default;
  std::uint64_t bitrate = 10'000'000;
};

struct mock_interface {
  interface_facts facts;
  std::string short_name;
  std::unique_ptr<const access_codes> access;
  std::deque<octet_string> sent;
};

struct held_destination {
  local_destination destination;
  std::vector<octet_string> delivered;
};

struct announce_listener {
  std::optional<std::string> aspect_filter;
  bool wants_path_responses = false;
  bool wants_packet_hash = false;
  json calls = json::array();
};

class transport_core {
public:
  transport_core(std::shared_ptr<const identity> self, bool transport_enabled, const interface_knobs& knobs);

  const identity& self() const { return *self_; }
  router& routes() { return router_; }
  const router_config& config() const { return config_; }
  const interface_knobs& knobs() const { return knobs_; }
  blackhole_list& blackholes() { return blackholes_; }
  /// Whose published lists are taken over.
  std::vector<identity_hash>& blackhole_sources() { return blackhole_sources_; }
  state_directory& files() { return files_; }

  instant now() const;
  const clocks& wall() const { return wall_; }
  /// Lets everything happen that was due since the last call.
  void catch_up();
  /// Takes what the router has sent, delivered and learned to whom it is for.
  void collect();

  std::string attach(interface_facts facts, std::string short_name, std::unique_ptr<const access_codes> access,
                     const gate_config& gate);
  void detach(const std::string& id);
  void set_mode(const std::string& id, interface_mode mode);
  /// One packet off the medium.
  void hear(interface_id from, octets packet);
  /// The packets that were heard, newest last, and how many there ever were.
  struct heard_packet {
    std::uint64_t number = 0;
    double unix_seconds = 0;
    octet_string packet;
    std::string interface;
  };
  const std::deque<heard_packet>& heard() const { return heard_; }
  std::uint64_t heard_total() const { return heard_total_; }
  /// Throws command_error for an unknown one.
  mock_interface& interface(const std::string& id);
  const std::map<std::string, mock_interface>& interfaces() const { return interfaces_; }
  /// The name that attach gave it; nothing for an interface that never was.
  std::optional<std::string> name_of(interface_id id) const;

  destination_hash add(local_destination destination);
  /// Null for one that is not ours.
  held_destination* find(const destination_hash& hash);
  std::string listen(announce_listener listener);
  const announce_listener& listener(const std::string& id) const;

  /// Asked first, before destinations: whether it took what was delivered.
  std::function<bool(const local_delivery&, const packet_view&)> on_delivery;
  /// Told of every valid announce.
  std::function<void(const announce_learned&)> on_learned;
  /// Whether proofs of single packets name the packet.
  proof_form proofs = proof_form::implicit_form;

  /// After a change of the list: the router must know. `saved`: the node's own file, too.
  void publish_blackholes(bool saved);

private:
  void deliver(const local_delivery& delivery);
  void answer_path_request(const local_delivery& delivery, octets asked_for);
  void tell_listeners(const announce_learned& learned);

  std::shared_ptr<const identity> self_;
  router_config config_;
  interface_knobs knobs_;
  clocks wall_;
  instant caught_up_;
  router router_;
  blackhole_list blackholes_;
  std::vector<identity_hash> blackhole_sources_;
  state_directory files_;
  std::map<std::string, mock_interface> interfaces_;
  std::map<destination_hash, held_destination> destinations_;
  std::map<std::string, announce_listener> listeners_;
  std::deque<heard_packet> heard_;
  std::uint64_t heard_total_ = 0;
};

}  // namespace plexus::bridge
