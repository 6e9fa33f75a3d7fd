// The inside of a router shard: its tables, and its procedures grouped by what they are about. Private to this folder.
#pragma once

#include "messages/announce.hpp"
#include "messages/path_request.hpp"
#include "transport/announce_check.hpp"
#include "transport/destination_name.hpp"
#include "transport/gates/announce_rate_table.hpp"
#include "transport/gates/announce_rules.hpp"
#include "transport/gates/path_acceptance.hpp"
#include "transport/gates/path_request_tables.hpp"
#include "transport/router/duplicate_filter.hpp"
#include "transport/router/flow_table.hpp"
#include "transport/router/hash_log.hpp"
#include "transport/router/jitter.hpp"
#include "transport/router/path_records.hpp"
#include "transport/router/pending_announces.hpp"
#include "transport/router/pending_links.hpp"
#include "transport/router/reverse_ring.hpp"
#include "transport/router/router_shard.hpp"
#include "transport/router/tunnel_table.hpp"

#include <deque>

namespace plexus {

/// What the data path reads of an interface, densely.
struct interface_line {
  interface_id id{};
  bool online = false;
  bool outgoing = false;
  bool local_client = false;
  bool shared_instance = false;
  bool mtu_negotiable = false;
  std::uint32_t hw_mtu = 0;

  bool usable() const { return online && outgoing; }
};

/// The rest of what a shard keeps for an interface.
struct interface_slot {
  interface_facts facts;
  burst_state burst;
  drop_counters drops{};
};

/// A packet that waits for its turn; the batch keeps its octets alive.
struct queued_packet {
  packet_batch_ptr batch;
  std::uint32_t index = 0;
};

/// A packet under decision.
struct arrival {
  const packet_batch& batch;
  const inbound_packet& packet;
  interface_id from{};
  octet hops = 0;  ///< from the sender to us; local sockets do not count
  bool from_local_client = false;

  octets data() const {
    return packet.whole().subspan(packet.has_transport() ? wire::header_2_size : wire::header_1_size);
  }
  destination_hash destination() const { return destination_hash::from({packet.destination(), address::size}); }
  packet_type type() const { return static_cast<packet_type>(packet.flags() & 3); }
  destination_type dest_type() const { return static_cast<destination_type>(packet.flags() >> 2 & 3); }
};

struct router_shard::state {
  state(const router_config& given, instant now, const clocks& given_wall);

  // forwarding.cpp: data goes by address
  void receive(const packet_batch_ptr& batch, instant now, shard_output& out);
  void take_data(const arrival& a, instant now, shard_output& out);
  bool passes_filter(const arrival& a, const flow_entry* flow);
  void forward_on_path(const arrival& a, flow_entry& path, instant now, shard_output& out);
  bool forward_proof(const arrival& a, instant now, shard_output& out);
  void broadcast_plain(const arrival& a, shard_output& out);
  void deliver(const arrival& a, shard_output& out) const;
  void remember(const inbound_packet& packet);
  void learn_reverse(const reverse_learned& learned, instant now, shard_output& out);
  octet hops_shown(const arrival& a, bool stays_local) const;
  void send(octet_string packet, interface_id only, instant now, shard_output& out);

  // links.cpp: links between others
  void forward_link_request(const arrival& a, flow_entry& path, const packet_header& header, instant now,
                            shard_output& out);
  void forward_on_link(const arrival& a, flow_entry& link, instant now, shard_output& out);
  void forward_link_proof(const arrival& a, flow_entry& link, instant now, shard_output& out);
  void learn_link(const link_learned& learned, instant now);
  void drop_overdue_links(instant now, shard_output& out);
  void on_link_unproven(const link_unproven& lost, instant now);
  void forget_link(const flow_entry& link);
  bool give_up_a_link();

  // announces.cpp
  void take_announce(const arrival& a, instant now, shard_output& out);
  void note_rebroadcast(const arrival& a, const destination_hash& destination, instant now);
  acceptance judge(const arrival& a, const flow_entry* path, const random_blob& blob, instant now) const;
  void add_path(const arrival& a, const verified_announce& announced, instant now, shard_output& out);
  void pass_on(const arrival& a, const destination_hash& destination, instant now);
  void tell_local_clients(const arrival& a, const octet_string& packet, shard_output& out);
  void rebroadcast_due(instant now, shard_output& out);
  octet hops_toward(interface_id to, octet hops) const;
  octet_string announce_packet(octets stored, octet hops, packet_context context) const;
  duration lifetime_over(interface_id heard_on) const;

  // path_requests.cpp
  void queue_path_request(const arrival& a, const packet_batch_ptr& batch, std::uint32_t index, instant now,
                          shard_output& out);
  void take_path_request(const arrival& a, bool limited, instant now, shard_output& out);
  void answer_path_request(const arrival& a, const path_request& asked, const flow_entry& path, instant now);
  void discover(const arrival& a, const path_request& asked, instant now, shard_output& out);
  void emit_path_request(const destination_hash& destination, octets tag, interface_id to, transmit_kind kind,
                         shard_output& out) const;
  void request_path(const destination_hash& destination, interface_id except, instant now, shard_output& out);
  duration discovery_timeout() const;

  // tunnels.cpp
  void take_tunnel_synthesis(const arrival& a, instant now, shard_output& out);
  void open_tunnel(const tunnel_opened& opened, instant now);

  // schedule.cpp
  void work(unsigned units, instant now, shard_output& out);
  bool work_one(traffic_class kind, instant now, shard_output& out);
  void enqueue(traffic_class kind, const packet_batch_ptr& batch, std::uint32_t index, const arrival& a);
  void tick(instant now, shard_output& out);
  void sweep(instant now);
  bool path_alive(const flow_entry& path, instant now) const;
  bool link_alive(const flow_entry& link, instant now) const;
  void forget_path(const flow_entry& path);

  arrival arrival_of(const packet_batch& batch, const inbound_packet& packet) const;
  const interface_line* line(interface_id id) const {
    const auto slot = id.slot();
    return slot < lines.size() && lines[slot].id == id ? &lines[slot] : nullptr;
  }
  const interface_facts* facts(interface_id id) const { return line(id) ? &slots[id.slot()].facts : nullptr; }
  bool is_local_client(interface_id id) const {
    const auto* l = line(id);
    return l && l->local_client;
  }
  bool is_shared_instance(interface_id id) const {
    const auto* l = line(id);
    return l && l->shared_instance;
  }
  void drop(const arrival& a, drop_reason reason) {
    ++counters.dropped[static_cast<std::size_t>(reason)];
    if (line(a.from))
      ++slots[a.from.slot()].drops[static_cast<std::size_t>(reason)];
  }
  void count(announce_outcome outcome) { ++counters.announces[static_cast<std::size_t>(outcome)]; }
  bool is_local(const destination_hash& destination) const {
    const auto* known = flows.find(destination.data());
    return known && known->kind == flow_kind::local;
  }
  /// Chance that depends on what it is for, not on how many shards draw from it.
  jitter chance_for(const destination_hash& destination, instant now) const {
    std::uint64_t part;
    std::memcpy(&part, destination.data() + 8, sizeof part);
    return jitter(config.jitter_seed ^ part ^ static_cast<std::uint64_t>(now.time_since_epoch().count()));
  }
  /// A live path to the destination, or null; one that is over is removed.
  flow_entry* path_to(const destination_hash& destination, instant now);
  unsigned owner_of(const octet* key) const { return shard_of(key, config.hash_secret, config.shard_count); }
  shard_events& events_for(unsigned shard, shard_output& out) const;
  /// Hands an event to the owner of the address, which may be this shard.
  void tell(const octet* key, shard_event event, instant now, shard_output& out);
  void apply(const shard_event& event, instant now, shard_output& out);

  /// The packet's data behind another header, for one interface. False if it cannot transmit.
  bool emit(const arrival& a, const packet_header& header, interface_id to, shard_output& out) const;
  /// A packet of our own making; the batch keeps it alive.
  bool emit_own(std::shared_ptr<const octet_string> packet, interface_id to, transmit_kind kind,
                shard_output& out) const;

  router_config config;
  clocks wall;

  std::vector<interface_line> lines;
  std::vector<interface_slot> slots;
  std::vector<interface_id> local_clients;
  std::shared_ptr<const std::unordered_set<identity_hash>> blackholed;

  flow_table flows;
  path_records records;
  pending_links unproven;
  duplicate_filter heard;
  hash_log hashes;
  reverse_ring reverses;
  pending_announces pending;
  announce_rate_table rates;
  path_request_tags tags;
  discovery_requests discoveries;
  inflight_path_requests inflight;
  asked_paths asked;
  path_request_queue rediscoveries;
  aged_table<interface_id> asked_of_clients;  ///< who wants a path response of one of our clients
  tunnel_table tunnels;

  std::array<std::deque<queued_packet>, traffic_classes> queues;
  std::size_t links_max;
  std::size_t paths = 0, links = 0, links_validated = 0;
  std::size_t turn = 0;  ///< class whose queue is served; kept, so that small portions of work are shared out, too
  unsigned turns_left = 0;
  std::size_t sweep_at = 0;
  instant swept_at{}, culled_at{};
  shard_status counters;
};

}  // namespace plexus
