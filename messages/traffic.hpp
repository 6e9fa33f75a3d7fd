// Packets on their way through the node. Batches, not packets, are messages: a reader gives each shard one
// packet_batch with its share of what one read brought, a shard gives each egress interface one egress_batch.
//
// Octets are never copied between the reader's slab and the egress interface's send buffer: a batch owns a reference to
// the slab, its packets are views into it. Everything here is immutable once it was sent.
#pragma once

#include "messages/instant.hpp"
#include "messages/interface.hpp"
#include "messages/octets.hpp"
#include "messages/packet.hpp"

#include <array>
#include <cstring>
#include <memory>
#include <vector>

namespace plexus {

/// Classes of traffic, best served first, each with a guaranteed share (rns-1.5.7 section 1.16).
enum class traffic_class : octet { data = 0, announce = 1, path_request = 2, limited = 3 };
inline constexpr std::size_t traffic_classes = 4;

/// Memory that packets are views into. The last reference gives it back to whoever made it.
using slab_ref = std::shared_ptr<const void>;

/// A packet as a reader hands it to a shard: unframed, unescaped, access code removed, header checked by parse rules.
struct inbound_packet {
  const octet* data = nullptr;  ///< the whole packet, header first
  std::uint32_t size = 0;       ///< octets
  traffic_class kind = traffic_class::data;
  /// What the duplicate filter compares: the first 8 octets of `hash`, or for link packets a keyed 64-bit fingerprint
  /// over the hashable part, which never shows on the wire.
  std::uint64_t fingerprint = 0;
  packet_hash hash{};  ///< SHA-256 over the hashable part; left zero for link packets that are only passed on

  octets whole() const { return {data, size}; }
  octet flags() const { return data[0]; }
  octet hops() const { return data[1]; }
  bool has_transport() const { return data[0] & wire::header_2_flag; }
  /// The 16 octets of the destination field.
  const octet* destination() const { return data + (has_transport() ? 18 : 2); }
  packet_context context() const { return static_cast<packet_context>(destination()[address::size]); }
};

/// Signal of the radio that heard a packet, where it says so.
struct signal_quality {
  std::optional<float> rssi;     ///< dBm
  std::optional<float> snr;      ///< dB
  std::optional<float> quality;  ///< percent
};

struct packet_batch {
  interface_id from{};
  slab_ref memory;
  std::vector<inbound_packet> packets;  ///< in the order they came in
  signal_quality signal{};
  /// When the read that brought it ended, on one batch in many; the epoch on the others, which are not timed.
  instant read_at{};
};
using packet_batch_ptr = std::shared_ptr<const packet_batch>;

/// Why a packet leaves, as far as the egress interface treats it differently.
enum class transmit_kind : octet {
  data,                    ///< links, data, proofs, link requests
  announce,                ///< an announce for just this interface: path responses, copies to local clients
  path_request,            ///< our own or a client's request; never held back by the announce cap
  recursive_path_request,  ///< passed on for somebody else: subject to egress control and announce cap
};

/// One packet for one interface: a rewritten header and a view of the data behind it.
struct transmit {
  std::array<octet, wire::header_2_size> header{};
  octet header_size = 0;
  transmit_kind kind = transmit_kind::data;
  std::uint32_t body_size = 0;  ///< octets
  const octet* body = nullptr;  ///< lives in a slab of the batch

  octets head() const { return {header.data(), header_size}; }
  octets tail() const { return {body, body_size}; }
  std::size_t size() const { return header_size + std::size_t{body_size}; }
};

struct egress_batch {
  interface_id to{};
  std::vector<slab_ref> memory;  ///< keeps the bodies alive
  std::vector<transmit> packets;
  instant read_at{};  ///< of a batch that packets came in with, when it is timed
};
using egress_batch_ptr = std::shared_ptr<const egress_batch>;

/// An announce that goes to every interface whose mode and cap let it pass; each interface decides for itself
/// (rns-1.5.7 section 1.8).
struct announce_transmit {
  std::shared_ptr<const octet_string> packet;   ///< whole, unmasked; hop octet as sent
  std::shared_ptr<const octet_string> outside;  ///< sent instead over interfaces to other nodes; null: the same
  destination_hash destination{};
  octet hops = 0;
  std::uint64_t emitted = 0;  ///< Unix seconds in the announce's random blob
  bool local = false;         ///< the destination lives in this very process
  bool origin_known = false;  ///< the interface of the current path exists
  interface_mode origin_mode = interface_mode::full;
  std::optional<bool> origin_announces_to_internal;
};
struct announce_round {
  std::vector<announce_transmit> announces;  ///< fewest hops first
};
using announce_round_ptr = std::shared_ptr<const announce_round>;

}  // namespace plexus
