// What goes into a router shard and what comes out of it, besides packets.
#pragma once

#include "messages/addresses.hpp"
#include "messages/interface.hpp"
#include "messages/traffic.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

namespace plexus {

/// Fixed for the life of a shard. Capacities are for the whole node; each shard takes its part.
struct router_config {
  bool transport_enabled = true;
  transport_id identity{};     ///< our transport id on the wire
  octet local_hops_delta = 0;  ///< 0: off (rns-1.5.7 section 1.5)
  unsigned shard_index = 0;
  unsigned shard_count = 1;
  std::uint64_t hash_secret = 0;  ///< mixed into table hashes; the same for all shards and readers of a node
  std::uint64_t jitter_seed = 0;  ///< for rebroadcast windows and request tags
  std::size_t paths_max = 1u << 20;
  std::size_t links_max = 1u << 18;
  std::size_t reverse_max = 1u << 19;
  std::size_t packet_hashes_max = 1'000'000;
  std::size_t announces_pending_max = 1u << 16;  ///< announces waiting to be rebroadcast
  std::size_t queue_announces_max = 4096;        ///< of interfaces that cannot be held back, each class
  std::size_t queue_path_requests_max = 1024;
  std::size_t queue_limited_max = 64;
};

/// Which shard owns an address. Every reader and shard of a node answers alike.
inline unsigned shard_of(const octet* address_16, std::uint64_t secret, unsigned shard_count) {
  if (shard_count == 1)
    return 0;
  std::uint64_t h;
  std::memcpy(&h, address_16, sizeof h);
  h = (h ^ secret) * 0x9e3779b97f4a7c15ULL;
  return static_cast<unsigned>((h >> 32) * shard_count >> 32);
}

/// Why a packet went no further. Each reason is counted for the interface that it came from.
enum class drop_reason : octet {
  too_short,               ///< 2 octets or fewer
  too_long,                ///< over the interface's hardware MTU and access code
  malformed,               ///< header cut short, hop octet out of range, or no data
  ifac_missing,            ///< access code required, flag not set
  ifac_unexpected,         ///< flag set on an open interface
  ifac_wrong,              ///< access code does not match
  foreign_transport,       ///< addressed to another transport node
  plain_hops,              ///< PLAIN or GROUP packet from further than it may travel
  plain_announce,          ///< announce of a PLAIN or GROUP destination
  duplicate,               ///< heard before
  announce_oversized,      ///< more than 500 octets
  announce_invalid,        ///< signature, address or key do not match
  announce_blackholed,     ///< its identity is blocked
  announce_queue_full,     ///< from an interface that cannot be held back
  path_request_tagless,    ///< without a tag
  path_request_tag_cut,    ///< tag over 16 octets; goes on with the first 16
  path_request_duplicate,  ///< destination and tag seen before
  path_request_queue_full,
  path_request_limited,  ///< no discovery for an interface in burst
  limited_queue_full,
  no_path,                   ///< for us to transport, destination unknown
  interface_gone,            ///< the way on leads over an interface that is offline or gone
  link_unvalidated,          ///< link packet before the link's proof passed
  link_direction,            ///< hop count or interface do not fit the link
  link_proof_invalid,        ///< a link request proof whose signature is wrong
  link_request_unclampable,  ///< MTU signalling that cannot be re-encoded
  proof_unmatched,           ///< a proof for which no way back is known
  table_full,
  not_for_us,  ///< nothing here wants it
  count_
};
inline constexpr std::size_t drop_reasons = static_cast<std::size_t>(drop_reason::count_);
std::string_view to_string(drop_reason reason);
/// Counted as a protocol violation of the peer (rns-1.5.7 section 1.17).
bool is_protocol_violation(drop_reason reason);
bool is_ifac_violation(drop_reason reason);
/// Counted as a packet filter hit.
bool is_filter_hit(drop_reason reason);

using drop_counters = std::array<std::uint64_t, drop_reasons>;

/// What became of the announces that a shard took from its queue. One announce may count under several.
enum class announce_outcome : octet {
  accepted,      ///< valid, and the path is new or changed
  ignored,       ///< valid, but what is known is better
  local,         ///< valid, of a destination of this process
  held,          ///< valid, given to the gate of an interface in burst
  refused,       ///< oversized or malformed
  invalid,       ///< signature, address or key do not match
  blackholed,    ///< its identity is blocked
  rate_limited,  ///< accepted, but announced too often to be passed on
  rebroadcast,   ///< sent on, each time
  count_
};
inline constexpr std::size_t announce_outcomes = static_cast<std::size_t>(announce_outcome::count_);
std::string_view to_string(announce_outcome outcome);

/// Told by one shard to the owner of another address. Applied before the packet that caused it can be answered.
struct reverse_learned {
  address proved{};  ///< truncated hash of the packet that a proof may come for
  interface_id received_on{};
  interface_id sent_on{};
};
struct link_learned {
  link_id link{};
  destination_hash destination{};
  interface_id toward_destination{};
  interface_id toward_initiator{};
  octet hops_taken = 0;      ///< from the initiator to us
  octet hops_remaining = 0;  ///< from us to the destination
  instant proof_deadline{};
  bool signing_key_known = false;
  std::array<octet, 32> signing_key{};  ///< Ed25519 public key of the destination
};
/// A valid proof showed that the path has another length than we thought.
struct path_rebalanced {
  destination_hash destination{};
  octet hops = 0;
};
/// A link's proof did not come in time.
struct link_unproven {
  destination_hash destination{};
  interface_id toward_initiator{};
  octet hops_taken = 0;
};
struct tunnel_opened {
  tunnel_id tunnel{};
  interface_id interface{};
};
using shard_event = std::variant<link_learned, path_rebalanced, link_unproven, tunnel_opened>;

struct shard_events {
  std::vector<reverse_learned> reverses;
  std::vector<shard_event> others;
  bool empty() const { return reverses.empty() && others.empty(); }
};

/// A packet for a destination, link or receipt of this very process.
struct local_delivery {
  octet_string packet;  ///< whole; hop octet as received plus one
  packet_hash hash{};
  interface_id from{};
  octet hops = 0;  ///< from the sender to us
};

/// What an interface's gate has to know of what came in over it (ingress control, counters).
struct announces_heard {
  interface_id from{};
  std::uint32_t count = 0;
  std::uint64_t octets = 0;
};
struct path_requests_heard {
  interface_id from{};
  std::uint32_t count = 0;
  std::uint64_t octets = 0;
};
/// An announce of an unknown destination from an interface in burst: the gate keeps it for later.
struct announce_held {
  interface_id from{};
  destination_hash destination{};
  octet hops = 0;
  octet_string packet;
};

/// A valid announce, as announce listeners and the identity store want it.
struct announce_learned {
  destination_hash destination{};
  packet_hash hash{};
  octet_string packet;  ///< as received, hop octet not yet incremented
  interface_id from{};
  octet hops = 0;
  bool path_response = false;
  bool path_added = false;  ///< it changed the path table
};

/// Everything a shard wants done after an input. The caller carries it out, in the order events, packets, the rest, and
/// clears it before the next input. Reused from input to input, so that a packet costs no allocation.
class shard_output {
public:
  /// The list of packets for one interface; started at first use.
  egress_batch& to(interface_id id);
  void clear();
  bool empty() const;

  std::vector<std::unique_ptr<egress_batch>> egress;  ///< each interface at most once
  std::vector<announce_transmit> announces;           ///< for every interface whose rules let them pass, in this order
  std::vector<shard_events> events;                   ///< one for each shard; our own is always empty
  std::vector<local_delivery> deliveries;
  std::vector<announce_learned> learned;
  std::vector<announces_heard> announces_heard_on;
  std::vector<path_requests_heard> path_requests_heard_on;
  std::vector<announce_held> held;
  std::vector<tunnel_opened> tunnels_opened;

private:
  std::vector<egress_batch*> by_slot_;
  std::vector<std::uint32_t> touched_;
};

/// Whether an interface is in a burst of announces or path requests, as its gate last said.
struct burst_state {
  bool announces = false;
  bool path_requests = false;
};

}  // namespace plexus
