// A whole router in one place: shards, one intake and one gate for each interface, and the errands between them that
// actors run with messages. Sans I/O; for the simulator and for tests.
//
//   receive   intake -> owning shards -> work until their queues are empty
//   tick      what time brings to shards and gates
//   sent()    what left by each interface, access code applied, until clear()
//
// One thread at a time. An input is carried out completely, events between shards included, before the call returns.
#pragma once

#include "transport/gates/interface_gate.hpp"
#include "transport/router/intake.hpp"
#include "transport/router/router_shard.hpp"

#include <deque>
#include <map>

namespace plexus {

struct sent_packet {
  interface_id to{};
  octet_string packet;  ///< whole, as the interface frames it
};

class router {
public:
  /// `config.shard_count` shards. `config.shard_index` is not looked at.
  router(const router_config& config, instant now, const clocks& wall);

  /// A new interface, or new facts about a known one. `access` outlives the interface; null: no access codes.
  void set_interface(const interface_facts& facts, instant now, const gate_config& gate = {},
                     const access_codes* access = nullptr);
  void remove_interface(interface_id id, instant now);
  void set_blackholed(std::shared_ptr<const std::unordered_set<identity_hash>> identities, instant now);

  /// One packet off the medium, unframed. `now` never runs backwards.
  void receive(interface_id from, octets frame, instant now);
  /// Several that came in one read, in one batch for each shard.
  void receive(interface_id from, std::span<const octets> frames, instant now);
  void tick(instant now);
  /// When tick() wants to be called next.
  instant next_deadline() const;

  /// A packet of this process, hop octet 0; see router_shard::send.
  void send(octet_string packet, interface_id only, instant now);
  /// An announce of a destination of this process, for every interface whose rules let it pass.
  void announce(octet_string packet, instant now);
  void add_local(const address& local);
  void remove_local(const address& local);
  void request_path(const destination_hash& destination, instant now);
  bool drop_path(const destination_hash& destination);

  std::optional<path_summary> find_path(const destination_hash& destination, instant now) const;
  /// All paths, by destination.
  std::vector<path_summary> paths(instant now) const;
  /// Sums over the shards.
  shard_status status() const;
  /// Drops of intake and shards.
  drop_counters drops_of(interface_id id) const;
  interface_gate& gate_of(interface_id id) { return ports_.at(id.value).gate; }
  router_shard& shard(unsigned index) { return *shards_[index]; }

  const std::vector<sent_packet>& sent() const { return sent_; }
  const std::vector<local_delivery>& deliveries() const { return deliveries_; }
  const std::vector<announce_learned>& learned() const { return learned_; }
  /// Forgets what was sent, delivered and learned.
  void clear();

private:
  struct port {
    interface_facts facts;
    interface_gate gate;
    const access_codes* access = nullptr;
    intake entrance;
    intake released;  ///< for what was held behind the access code
    burst_state bursts{};
    drop_counters drops{};
  };

  router_shard& owner_of(const octet* key) { return *shards_[shard_of(key, config_.hash_secret, config_.shard_count)]; }
  void take(port& from, const intake& way_in, std::span<const octets> frames, std::optional<traffic_class> as,
            instant now);
  /// Empties out_, then does what it asked for, and what that asks for in turn.
  void settle(instant now);
  void carry_out(instant now);
  void transmit(port& to, octets head, octets body);
  void announce_due(instant now);
  void publish_bursts(port& p);
  void on_gate_time(port& p, instant now);

  router_config config_;
  std::vector<std::unique_ptr<router_shard>> shards_;
  std::map<std::uint32_t, port> ports_;
  shard_output out_;
  std::deque<std::pair<unsigned, shard_events>> events_;
  announce_round round_;
  std::vector<sent_packet> sent_;
  std::vector<local_delivery> deliveries_;
  std::vector<announce_learned> learned_;
};

}  // namespace plexus
