// A Reticulum node of the simulation: a router, and one program on it that announces a destination, sends packets,
// opens links and answers whatever comes.
#pragma once

#include "chaos/simulator/ledger.hpp"
#include "chaos/simulator/medium.hpp"
#include "transport/endpoint/local_destination.hpp"
#include "transport/router/router.hpp"

#include <functional>

namespace plexus::chaos {

struct node_traits {
  bool transport = true;
  unsigned shards = 1;
  std::size_t paths_max = 4096, links_max = 1024, announces_pending_max = 4096;
  bool ingress_control = true;
  double announce_share = announce_cap::share_default;
};

/// What others know of a node whose announce they heard.
struct contact {
  std::size_t node = 0;
  public_identity owner;
  destination_hash destination{};
};

class node {
public:
  /// Octets on their way to a medium.
  using transmitter = std::function<void(std::size_t medium, octets packet)>;

  node(std::size_t index, const node_traits& traits, std::uint64_t seed, ledger& book, transmitter transmit);

  // Life. What it owns for ever is its identity; everything else starts empty.

  void start(instant now);
  void stop();
  bool alive() const { return router_ != nullptr; }
  unsigned life() const { return life_; }

  void attach(std::size_t medium, const chaos::medium& to, interface_mode mode, instant now);
  void detach(std::size_t medium, instant now);
  bool attached_to(std::size_t medium) const { return ports_.contains(medium); }

  /// Why the packet went no further, if it did not.
  std::optional<drop_reason> receive(std::size_t medium, octets packet, instant now);
  void on_time(instant now);
  instant next_deadline() const;

  // What its program does. Each returns false where it cannot.

  void announce(instant now);
  /// A packet of so many octets of content.
  bool send_packet(const contact& to, std::size_t size, instant now);
  bool open_link(const contact& to, instant now);
  bool send_on_link(const link_id& over, const contact& to, std::size_t size, instant now);
  bool send_resource(const link_id& over, const contact& to, std::size_t size, instant now);
  void close_link(const link_id& id, instant now);
  void request_path(const contact& to, instant now);
  void forget_path(const contact& to) { router_->drop_path(to.destination); }

  std::size_t index() const { return index_; }
  const node_traits& traits() const { return traits_; }
  contact card() const { return {index_, identity_->open(), destination_.hash()}; }
  const transport_id& transport() const { return transport_; }
  std::optional<path_summary> path_to(const contact& to, instant now) const;
  /// The medium of an interface, if it is attached.
  std::optional<std::size_t> medium_of(interface_id id) const;
  link* find_link(const link_id& id) const;
  std::vector<link_id> links() const;
  /// Throws `violation` when a table holds more than it may.
  void check_bounds();
  /// Throws `violation` when anything is left that should have gone by itself.
  void check_idle();

private:
  struct port {
    interface_id id{};
    std::uint32_t mtu_for_links = wire::mtu;
    std::uint64_t bitrate = 0;
  };
  struct line {
    std::unique_ptr<link> end;
    std::map<packet_hash, std::uint64_t> unproved;
    std::map<std::uint64_t, std::uint64_t> resources;  // messages, by resource
    std::map<std::uint64_t, octet_string> arriving;    // by resource
  };

  void flush(instant now);
  void deliver(const local_delivery& delivery, instant now);
  void on_path_request(const local_delivery& delivery, const packet_view& packet, instant now);
  void on_link_request(const local_delivery& delivery, const packet_view& packet, instant now);
  void on_link_packet(const local_delivery& delivery, packet_view packet, instant now);
  void on_packet(const local_delivery& delivery, const packet_view& packet, instant now);
  void on_proof(const packet_view& packet);
  void drive(const link_id& id, link_output& out, instant now);
  void note(line& l, const link_event& event);
  void drop_closed();

  std::size_t index_;
  node_traits traits_;
  seeded_random random_;
  std::uint64_t hash_secret_;
  std::shared_ptr<const identity> identity_;
  transport_id transport_;
  local_destination destination_;
  ledger& book_;
  transmitter transmit_;

  std::unique_ptr<router> router_;
  unsigned life_ = 0;
  std::uint64_t last_emission_ = 0;
  std::uint32_t next_generation_ = 1;
  std::map<std::size_t, port> ports_;          // by medium
  std::map<interface_id, std::size_t> media_;  // by interface
  std::map<link_id, line> links_;
  std::map<address, std::pair<packet_hash, std::uint64_t>> unproved_;  // packets, by the address of their proof
  std::map<address, ed25519_public> provers_;
};

}  // namespace plexus::chaos
