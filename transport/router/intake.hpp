// Stage one of a packet's way in, done by whoever reads the interface: what can be said of a packet without any table.
// Length, access code, header, class, the part of the filter that needs no memory, hash or fingerprint, and the owner.
//
// Source: rns-1.5.7 sections 1.3 (steps 1 to 4 and 7) and 1.4. One intake for each interface; one thread at a time.
#pragma once

#include "messages/expected.hpp"
#include "transport/router/router_types.hpp"

namespace plexus {

class access_codes;

struct intake_config {
  transport_id identity{};  ///< our transport id
  std::uint64_t hash_secret = 0;
  unsigned shard_count = 1;
  std::uint32_t packet_size_max =
      500;  ///< octets after the access code is gone; the interface's hardware MTU; 0: no limit
  const access_codes* access = nullptr;  ///< outlives the intake; none: an open interface
  bool from_local_client = false;        ///< exempt from the hop rule of PLAIN and GROUP packets
};

struct taken_packet {
  inbound_packet packet;
  unsigned shard = 0;
};

/// What the duplicate filter compares of a packet on a link: a keyed hash over the part that no relay changes. Requires
/// a packet with a whole header.
std::uint64_t fingerprint_on_link(octets packet, std::uint64_t hash_secret);

class intake {
public:
  explicit intake(const intake_config& config) : config_(config) {}

  /// `frame` is one packet as it came off the medium, unframed and unescaped; it may be unmasked in place, and the
  /// result looks into it.
  expected<taken_packet, drop_reason> take(mutable_octets frame) const;

  void set_packet_size_max(std::uint32_t size) { config_.packet_size_max = size; }

private:
  intake_config config_;
};

}  // namespace plexus
