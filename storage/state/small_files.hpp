// The formats of the reference's small files: one value each, or raw octets.
// Source: rns-1.5.7 section 5.3; Identity.py: _remember_ratchet, to_file; Transport.py: cache, persist_blackhole,
// save_packet_hashlist.
#pragma once

#include "messages/addresses.hpp"
#include "storage/state/packed.hpp"

#include <optional>
#include <string>
#include <vector>

namespace plexus {

/// X25519 private key (32) and Ed25519 seed (32), as storage/transport_identity and storage/identities/<app> hold it.
using private_key = tagged_bytes<struct private_key_tag, 64>;

octet_string encode_private_key(const private_key& key);
/// Errors: truncated, oversized.
expected<private_key> parse_private_key(octets file);

/// storage/packet_hashlist.raw: hashes of 32 octets back to back.
octet_string encode_packet_hashes(const std::vector<packet_hash>& hashes);
/// A last hash that is cut short is left out, as by the reference; so no octets are an error.
std::vector<packet_hash> parse_packet_hashes(octets file);

/// storage/ratchets/<destination>: {"ratchet": public key(32), "received": time}
struct ratchet_record {
  ratchet_key key{};
  unix_time received{};
  friend bool operator==(const ratchet_record&, const ratchet_record&) = default;
};
octet_string encode_ratchet(const ratchet_record& ratchet);
expected<ratchet_record> parse_ratchet(octets file);

/// storage/cache/announces/<packet hash>: [raw packet, interface name | nil]. The packet is as received, its hop octet
/// not yet counted up.
struct cached_announce {
  octet_string packet;
  std::optional<std::string> interface;  ///< the interface's textual name
  friend bool operator==(const cached_announce&, const cached_announce&) = default;
};
octet_string encode_cached_announce(octets packet, const std::optional<std::string>& interface);
expected<cached_announce> parse_cached_announce(octets file);

/// storage/blackhole/local and storage/blackhole/<source>:
/// { identity(16): {"source": identity(16), "until": time | nil, "reason": text | nil} }
struct blackhole_record {
  identity_hash identity{};
  std::optional<identity_hash> source;  ///< who says so; the reader replaces it by whose file it is
  std::optional<unix_time> until;       ///< unset: for good
  std::optional<std::string> reason;
  friend bool operator==(const blackhole_record&, const blackhole_record&) = default;
};
octet_string encode_blackhole(const std::vector<blackhole_record>& entries);
expected<parsed_table<blackhole_record>> parse_blackhole(octets file);

}  // namespace plexus
