// The state of a node as the call `interface_stats` reports it.
//
// The reference leaves out keys that an interface type does not have, and older daemons know fewer of them; `keyed`
// tells a missing key from one whose value is nil. Defaults are what a current daemon of no particular interface type
// reports. Source: Reticulum.py: get_interface_stats; rns-1.5.7 section 7.4.
#pragma once

#include "messages/expected.hpp"
#include "messages/interface.hpp"
#include "transport/control/number.hpp"
#include "transport/control/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace plexus {

/// A member that may be missing from the map altogether, or be nil.
template <class T>
struct keyed {
  bool present = false;
  std::optional<T> content;

  keyed() = default;
  keyed(T v) : present(true), content(std::move(v)) {}
  keyed(std::nullopt_t) : present(true) {}
  /// There and not nil.
  explicit operator bool() const { return content.has_value(); }
  const T& operator*() const { return *content; }
  T value_or(T other) const { return content.value_or(std::move(other)); }
  friend bool operator==(const keyed&, const keyed&) = default;
};

/// One interface. Counters are octets or frames since start.
struct interface_status {
  std::optional<std::int64_t> clients;                       ///< listeners: connections; otherwise nil
  keyed<std::string> parent_interface_name;                  ///< on spawned interfaces
  keyed<octet_string> parent_interface_hash;                 ///< on spawned interfaces, 32 octets
  keyed<bool> i2p_connectable;                               ///< I2P
  keyed<std::string> i2p_b32;                                ///< I2P
  keyed<std::string> tunnelstate;                            ///< I2P
  keyed<number> airtime_short, airtime_long;                 ///< RNode: percent
  keyed<number> channel_load_short, channel_load_long;       ///< RNode: percent
  keyed<number> noise_floor, interference;                   ///< RNode: dBm
  keyed<number> cpu_temp;                                    ///< RNode, Weave: degrees Celsius
  keyed<number> cpu_load, mem_load;                          ///< Weave: percent
  keyed<number> interference_last_ts;                        ///< RNode: Unix seconds
  keyed<number> interference_last_dbm;                       ///< RNode
  keyed<std::string> switch_id, via_switch_id, endpoint_id;  ///< Weave: hexadecimal with colons
  keyed<std::string> battery_state;                          ///< RNode with a battery
  keyed<number> battery_percent;                             ///< RNode
  keyed<number> bitrate = std::nullopt;                      ///< bit/s
  number rxs, txs;                                           ///< bit/s
  keyed<number> arxs{0}, atxs{0}, prxs{0}, ptxs{0};  ///< bit/s of announces (a) and path requests (p); since 1.5
  keyed<std::int64_t> peers;                         ///< Auto, Weave
  std::optional<octet_string> ifac_signature;        ///< 64 octets
  std::optional<std::int64_t> ifac_size;             ///< octets
  std::optional<std::string> ifac_netname;
  std::optional<std::string> autoconnect_source;    ///< hexadecimal
  keyed<std::int64_t> announce_queue;               ///< announces waiting, once there ever was a queue
  keyed<std::int64_t> blocked_ips;                  ///< Backbone listener
  keyed<std::vector<std::string>> blocked_ip_list;  ///< Backbone listener
  std::string name;                                 ///< as displayed: `TCPInterface[name/host:port]`
  std::string short_name;                           ///< section name in the configuration file
  octet_string hash;                                ///< 32 octets
  std::string type;                                 ///< the reference's class name
  keyed<std::int64_t> mtu = std::nullopt;           ///< octets; since 1.5
  std::uint64_t rxb = 0, txb = 0;                   ///< octets
  keyed<std::uint64_t> arxb{0u}, atxb{0u};          ///< octets of announces; since 1.5, as all up to txbuffered
  keyed<std::uint64_t> arxc{0u}, atxc{0u};          ///< announces
  keyed<std::uint64_t> prxb{0u}, ptxb{0u};          ///< octets of path requests
  keyed<std::uint64_t> prxc{0u}, ptxc{0u};          ///< path requests
  keyed<std::uint64_t> txdrp{0u}, txdrb{0u};        ///< frames and octets dropped on output
  keyed<bool> txstalled{false};                     ///< the far side does not read
  keyed<std::uint64_t> txbuffered{0u};              ///< octets waiting for output
  std::optional<number> incoming_announce_frequency, outgoing_announce_frequency;  ///< Hz
  std::optional<number> incoming_pr_frequency, outgoing_pr_frequency;              ///< Hz
  std::optional<number> announce_rate_target, announce_rate_penalty;               ///< seconds
  std::optional<number> announce_rate_grace;                                       ///< violations forgiven
  std::optional<std::int64_t> held_announces = 0;
  bool burst_active = false;
  number burst_activated;                          ///< Unix seconds
  keyed<std::int64_t> burst_count = std::nullopt;  ///< children in a burst, on a Backbone listener; since 1.5
  bool pr_burst_active = false;
  number pr_burst_activated;                          ///< Unix seconds
  keyed<std::int64_t> pr_burst_count = std::nullopt;  ///< since 1.5
  bool status = false;                                ///< online
  std::int64_t mode = 1;                              ///< as interface_mode
  std::optional<number> gravity;
  std::optional<bool> announces_to_internal;
  keyed<std::uint64_t> protocol_violations{0u}, ifac_violations{0u}, packet_filter_hits{0u};  ///< since 1.5

  friend bool operator==(const interface_status&, const interface_status&) = default;
};

/// Which interfaces count in the totals: those without a parent, but not the shared instance.
struct node_status {
  std::vector<interface_status> interfaces;
  std::uint64_t rxb = 0, txb = 0;                    ///< octets
  number rxs, txs;                                   ///< bit/s
  keyed<std::uint64_t> arxb{0u}, atxb{0u};           ///< octets; since 1.5, as all up to ilqpressure
  keyed<number> arxs{0}, atxs{0}, arxf{0}, atxf{0};  ///< bit/s and Hz
  keyed<std::uint64_t> prxb{0u}, ptxb{0u};           ///< octets
  keyed<number> prxs{0}, ptxs{0}, prxf{0}, ptxf{0};  ///< bit/s and Hz
  keyed<number> rxpps{0}, txpps{0};                  ///< packets of the last second
  keyed<std::uint64_t> rxqt{0u}, rxqd{0u}, rxqa{0u}, rxqp{0u}, rxqil{0u};       ///< packets waiting
  keyed<std::uint64_t> rxqtd{0u}, rxqdd{0u}, rxqad{0u}, rxqpd{0u}, rxqild{0u};  ///< packets dropped from full queues
  keyed<number> tqpressure{0}, dqpressure{0}, aqpressure{0}, pqpressure{0}, ilqpressure{0};  ///< waiting / length
  keyed<number> txq = std::nullopt;                                                          ///< always nil so far
  keyed<octet_string> transport_id;     ///< 16 octets, with transport on; so for all up to probe_responder
  keyed<octet_string> network_id;       ///< 16 octets
  keyed<number> transport_uptime;       ///< seconds
  keyed<octet_string> probe_responder;  ///< 16 octets
  std::optional<std::uint64_t> rss;     ///< octets of memory resident

  friend bool operator==(const node_status&, const node_status&) = default;
};

/// Maps with the keys in the order of the reference; its clients index them by name only.
value encode(const interface_status& status);
value encode(const node_status& status);

/// Unknown keys are ignored, missing ones leave `keyed` members absent and others at their defaults. `bad_value`: no
/// map, an interface without a name, or a known key of another kind.
expected<interface_status> parse_interface_status(const value& from);
expected<node_status> parse_node_status(const value& from);

}  // namespace plexus
