// The calls of the management protocol, one type each. A call is one map; one connection carries one call and one
// reply. Source: Reticulum.py: rpc_loop; rns-1.5.7 section 7.3.
#pragma once

#include "messages/addresses.hpp"
#include "messages/expected.hpp"
#include "transport/control/number.hpp"
#include "transport/control/value.hpp"

#include <optional>
#include <string>
#include <variant>

namespace plexus::rpc {

/// Reply: node_status::encode().
struct get_interface_stats {
  friend bool operator==(const get_interface_stats&, const get_interface_stats&) = default;
};
/// Reply: encode(std::vector<path_entry>).
struct get_path_table {
  std::optional<std::int64_t> hops_max;  ///< only paths of at most so many hops
  friend bool operator==(const get_path_table&, const get_path_table&) = default;
};
/// Reply: encode(std::vector<rate_entry>).
struct get_rate_table {
  friend bool operator==(const get_rate_table&, const get_rate_table&) = default;
};
/// Reply: 16 octets or nil.
struct get_next_hop {
  destination_hash destination;
  friend bool operator==(const get_next_hop&, const get_next_hop&) = default;
};
/// Reply: text, "None" when there is no path.
struct get_next_hop_interface {
  destination_hash destination;
  friend bool operator==(const get_next_hop_interface&, const get_next_hop_interface&) = default;
};
/// Reply: seconds.
struct get_first_hop_timeout {
  destination_hash destination;
  friend bool operator==(const get_first_hop_timeout&, const get_first_hop_timeout&) = default;
};

/// Figures of the node that need no argument.
enum class figure : octet {
  link_count,                ///< entries of the link table
  active_link_count,         ///< validated ones among them
  lowest_interface_bitrate,  ///< bit/s or nil
  medium_path_timeout,       ///< seconds, 0 when no bitrate is known
  profiling_results,         ///< nil unless something was profiled
};
struct get_figure {
  figure which;
  friend bool operator==(const get_figure&, const get_figure&) = default;
};

enum class reception : octet {
  rssi,  ///< dBm
  snr,   ///< dB
  q,     ///< link quality, percent
};
/// Reply: number, or nil when the packet is not remembered.
struct get_packet_reception {
  reception which;
  packet_hash packet;
  friend bool operator==(const get_packet_reception&, const get_packet_reception&) = default;
};

/// Reply: encode(blackhole_table).
struct get_blackholed_identities {
  friend bool operator==(const get_blackholed_identities&, const get_blackholed_identities&) = default;
};
/// Reply: bool.
struct get_is_blackholed {
  identity_hash identity;
  friend bool operator==(const get_is_blackholed&, const get_is_blackholed&) = default;
};

enum class interface_change : octet { attach, detach, reload };
/// Reply: true, false (not done) or nil (no such interface).
struct manage_interface {
  interface_change change;
  std::string name;  ///< section name in the configuration file
  friend bool operator==(const manage_interface&, const manage_interface&) = default;
};

/// Reply: bool, whether there was one.
struct drop_path {
  destination_hash destination;
  friend bool operator==(const drop_path&, const drop_path&) = default;
};
/// Reply: how many were dropped. The key of the transport instance is `destination_hash` on the wire.
struct drop_all_via {
  transport_id via;
  friend bool operator==(const drop_all_via&, const drop_all_via&) = default;
};
/// Reply: nil.
struct drop_announce_queues {
  friend bool operator==(const drop_announce_queues&, const drop_announce_queues&) = default;
};

/// Reply: true, nil (it is already) or false.
struct blackhole {
  identity_hash identity;
  std::optional<number> until;  ///< Unix seconds; nothing: for good
  std::optional<std::string> reason;
  friend bool operator==(const blackhole&, const blackhole&) = default;
};
/// Reply: true, nil (it was not) or false.
struct unblackhole {
  identity_hash identity;
  friend bool operator==(const unblackhole&, const unblackhole&) = default;
};

enum class destination_use : octet { used, retain, unretain };
/// Reply: bool.
struct mark_destination {
  destination_use use;
  destination_hash destination;
  friend bool operator==(const mark_destination&, const mark_destination&) = default;
};
/// Reply: bool.
struct retain_identity {
  identity_hash identity;
  friend bool operator==(const retain_identity&, const retain_identity&) = default;
};

using request = std::variant<get_interface_stats, get_path_table, get_rate_table, get_next_hop, get_next_hop_interface,
                             get_first_hop_timeout, get_figure, get_packet_reception, get_blackholed_identities,
                             get_is_blackholed, manage_interface, drop_path, drop_all_via, drop_announce_queues,
                             blackhole, unblackhole, mark_destination, retain_identity>;

/// Reads a call. `bad_value`: no map, no known call, a key that is missing or of the wrong kind or length; the server
/// then closes without a reply. Keys beyond those of the call are ignored. Where one map holds several calls, the first
/// in the order of the reference counts (it would answer each, but no client asks so).
expected<request> parse_request(const value& call);

value encode(const request& call);

}  // namespace plexus::rpc
