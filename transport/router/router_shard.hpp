// One shard of the router: everything the node knows of the addresses it owns, and what it does with their packets.
//
// Sans I/O. Packets, time and facts come in; packets, events and the next deadline come out in a shard_output. An
// address is a destination, a link or the truncated hash of a packet that waits for its proof; each belongs to one
// shard (shard_of), and what a shard learns about an address of another one leaves it as a shard_event.
//
//   receive      data is decided at once; announces and path requests, which cost signatures and memory, go into queues
//   work         takes from the queues, every class its share
//   on_events    what other shards learned for us
//   tick         what time brings: rebroadcasts, expiry, lost links
//
// One thread at a time. Source: rns-1.5.7 section 1; Transport.py.
#pragma once

#include "messages/latency_histogram.hpp"
#include "transport/router/router_types.hpp"

#include <memory>
#include <span>

namespace plexus {

/// Listed for rnpath and rnstatus.
struct path_summary {
  destination_hash destination{};
  transport_id next_hop{};
  interface_id heard_on{};
  octet hops = 0;
  instant learned_at{};
  instant expires_at{};
};

/// A path as it is saved and restored, with the announce that made it.
struct saved_path {
  destination_hash destination{};
  transport_id next_hop{};
  interface_id heard_on{};
  octet hops = 0;
  instant learned_at{};
  instant expires_at{};
  std::vector<random_blob> blobs;  ///< oldest first
  octet_string announce;           ///< raw, as received
};

/// A tunnel with the part of its paths that one shard owns. Which interface a path came over is that of the tunnel.
struct saved_tunnel {
  tunnel_id id{};
  interface_id interface{};  ///< none: the far side is away
  instant expires_at{};
  std::vector<saved_path> paths;
};

struct announce_rate_summary {
  destination_hash destination{};
  instant last{};
  std::uint32_t violations = 0;
  std::optional<instant> blocked_until;
  std::vector<instant> heard;
};

/// How much a shard's tables may hold. Paths and links share theirs.
struct shard_capacities {
  std::size_t paths_and_links = 0, reverses = 0, packet_hashes = 0, tunnels = 0, announces_pending = 0;
  std::size_t path_requests_pending = 0;
  /// Zero for a class that never waits. What can be held back at its sender may exceed it.
  std::array<std::size_t, traffic_classes> queued{};
};

struct shard_status {
  std::size_t paths = 0, links = 0, links_validated = 0, reverses = 0, announces_pending = 0, packet_hashes = 0;
  std::size_t path_requests_pending = 0, tunnels = 0;
  std::array<std::size_t, traffic_classes> queued{};
  std::array<std::uint64_t, traffic_classes> queue_dropped{};
  std::uint64_t forwarded_data = 0, forwarded_link_data = 0, announces_verified = 0, link_proofs_verified = 0;
  shard_capacities capacities;
  drop_counters dropped{};  ///< of all interfaces, those that are gone included
  std::array<std::uint64_t, announce_outcomes> announces{};
  std::uint64_t path_requests_answered = 0;  ///< by this node, from what it knew
  /// From a request that we sent, for ourselves or for others, to the announce that answered it.
  latency_histogram path_request_latency;
};

class router_shard {
public:
  router_shard(const router_config& config, instant now, const clocks& wall);
  ~router_shard();
  router_shard(const router_shard&) = delete;
  router_shard& operator=(const router_shard&) = delete;

  // What happened. `now` never runs backwards; the caller empties `out` before the next input.

  void receive(const packet_batch_ptr& batch, instant now, shard_output& out);
  /// Spends about `units` signature checks on queued announces and path requests.
  void work(unsigned units, instant now, shard_output& out);
  bool has_work() const;
  void on_events(const shard_events& events, instant now, shard_output& out);
  void tick(instant now, shard_output& out);
  /// When tick() wants to be called next.
  instant next_deadline() const;

  /// A new interface, or new facts about a known one.
  void on_interface(const interface_facts& facts, instant now);
  /// The interface is gone for good; what leads over it is void from now on.
  void on_interface_gone(interface_id id, instant now);
  void on_burst(interface_id id, burst_state state);
  void on_clock(const clocks& wall);

  // What others want done.

  /// Packets of ours (destination, link or receipt of this process) for an address that this shard owns. The packet is
  /// whole, hop octet 0; the path decides the interface, or `only` does. Source: Transport.py: outbound.
  void send(octet_string packet, interface_id only, instant now, shard_output& out);
  /// From now on packets to this address are delivered in this process.
  void add_local(const address& local);
  void remove_local(const address& local);
  /// Asks the network for a path. `asker` none: for ourselves.
  void request_path(const destination_hash& destination, instant now, shard_output& out);
  bool drop_path(const destination_hash& destination);
  std::size_t drop_paths_via(const transport_id& next_hop);
  void set_blackholed(std::shared_ptr<const std::unordered_set<identity_hash>> identities, instant now);
  /// False if a better path is known, the interface is gone or the announce does not verify by shape.
  bool restore(const saved_path& path, instant now);
  /// With no interface: the far side has to come back. False if the tunnel is known, over, or one too many.
  bool restore(const saved_tunnel& tunnel, instant now);

  // What is known.

  /// Whether packets to this address are delivered in this process.
  bool is_local(const address& local) const;
  std::optional<path_summary> find_path(const destination_hash& destination, instant now) const;
  /// The announce that made the path to the destination, raw; empty without one.
  octet_string announce_of(const destination_hash& destination) const;
  std::vector<path_summary> paths(octet hops_max, instant now) const;
  /// Paths in slot order from `cursor` on, at most `most`; the cursor of the rest, or nothing at the end.
  std::optional<std::size_t> save_some(std::size_t cursor, std::size_t most, instant now,
                                       std::vector<saved_path>& into) const;
  /// Tunnels from `cursor` on, until so many tunnels and paths of them are there; a tunnel may come in several parts.
  /// The cursor of the rest, or nothing at the end.
  std::optional<std::size_t> save_tunnels(std::size_t cursor, std::size_t most, std::vector<saved_tunnel>& into) const;
  std::vector<announce_rate_summary> announce_rates() const;
  std::vector<packet_hash> recent_hashes(std::size_t most) const;
  void remember_hashes(std::span<const packet_hash> hashes);
  shard_status status() const;
  /// Drops by reason for packets from one interface.
  drop_counters drops_of(interface_id id) const;

private:
  struct state;
  std::unique_ptr<state> s_;
};

}  // namespace plexus
