// What a configuration says of one interface: the keys that all types share, and those of its own type.
// Source: rns-1.5.7 sections 6.2 and 6.3; Reticulum.py: _synthesize_interface.
#pragma once

#include "messages/addresses.hpp"
#include "messages/interface.hpp"
#include "storage/config/section_reader.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace plexus {

/// Settings of ingress and egress control that a section gives; what it leaves out comes from [reticulum], then from
/// the defaults (rns-1.5.7 section 1.9). Frequencies in Hz, times in seconds.
struct burst_settings {
  std::optional<bool> egress_control;
  std::optional<std::uint32_t> held_announces_max;   ///< ic_max_held_announces
  std::optional<double> hold;                        ///< ic_burst_hold
  std::optional<double> announce_frequency_new;      ///< ic_burst_freq_new
  std::optional<double> announce_frequency;          ///< ic_burst_freq
  std::optional<double> path_request_frequency_new;  ///< ic_pr_burst_freq_new
  std::optional<double> path_request_frequency;      ///< ic_pr_burst_freq
  std::optional<double> new_time;                    ///< ic_new_time
  std::optional<double> penalty;                     ///< ic_burst_penalty
  std::optional<double> held_release_interval;       ///< ic_held_release_interval
  std::optional<double> egress_frequency;            ///< ec_pr_freq
  friend bool operator==(const burst_settings&, const burst_settings&) = default;
};

/// How an interface is published to other nodes (rns-1.5.7 section 9.1).
struct discovery_settings {
  std::chrono::minutes announce_interval{360};
  std::optional<std::int64_t> stamp_value;
  std::optional<std::string> name;
  bool encrypt = false;
  std::optional<std::string> reachable_on;  ///< address, or a program that prints one
  bool publish_ifac = false;
  std::optional<std::string> location_command;
  std::optional<double> latitude, longitude, height;
  std::optional<std::int64_t> frequency, bandwidth, modulation;
  std::optional<destination_hash> lxmf_address;
  friend bool operator==(const discovery_settings&, const discovery_settings&) = default;
};

enum class multicast_scope : octet { link, admin, site, organisation, global };

struct auto_interface_settings {
  std::string group_id = "reticulum";
  multicast_scope scope = multicast_scope::link;
  std::uint16_t discovery_port = 29716;
  bool permanent_address = false;  ///< multicast_address_type
  std::uint16_t data_port = 42671;
  std::vector<std::string> devices, ignored_devices;
  std::optional<std::uint32_t> fwmark;
  friend bool operator==(const auto_interface_settings&, const auto_interface_settings&) = default;
};

/// Where a listener binds. The first address of `device` where it is set, else `address`, which then is not empty.
struct listen_settings {
  std::optional<std::string> device;
  std::string address;
  std::uint16_t port = 0;
  bool prefer_ipv6 = false;
  std::optional<std::uint32_t> fwmark;
  friend bool operator==(const listen_settings&, const listen_settings&) = default;
};

/// Where a client connects to.
struct target_settings {
  std::string host;
  std::uint16_t port = 0;
  bool prefer_ipv6 = false;
  std::optional<std::uint32_t> reconnects_max;  ///< max_reconnect_tries; unset: without end
  std::optional<std::uint32_t> fwmark;
  friend bool operator==(const target_settings&, const target_settings&) = default;
};

struct tcp_server_settings {
  listen_settings listen;
  bool i2p_tunneled = false;
  friend bool operator==(const tcp_server_settings&, const tcp_server_settings&) = default;
};

struct tcp_client_settings {
  target_settings target;
  bool kiss_framing = false;
  bool i2p_tunneled = false;
  std::optional<std::uint32_t> fixed_mtu;  ///< octets, at least 500
  friend bool operator==(const tcp_client_settings&, const tcp_client_settings&) = default;
};

struct backbone_server_settings {
  listen_settings listen;
  bool block_fast_flapping = true;
  double flap_threshold = 20;      ///< seconds
  std::uint32_t flap_grace = 5;    ///< short connections forgiven
  double flap_block_time = 43200;  ///< seconds; the key is in minutes
  friend bool operator==(const backbone_server_settings&, const backbone_server_settings&) = default;
};

struct backbone_client_settings {
  target_settings target;
  friend bool operator==(const backbone_client_settings&, const backbone_client_settings&) = default;
};

/// Each side is there only with both its address and its port; an address may come from the broadcast of `device`.
struct udp_settings {
  std::optional<std::string> device;
  std::optional<std::string> listen_address, forward_address;
  std::optional<std::uint16_t> listen_port, forward_port;
  std::optional<std::uint32_t> fwmark;
  friend bool operator==(const udp_settings&, const udp_settings&) = default;
};

struct pipe_settings {
  std::string command;
  double respawn_delay = 5;  ///< seconds
  friend bool operator==(const pipe_settings&, const pipe_settings&) = default;
};

/// A type that this program does not run, or a disabled interface whose own keys cannot be used: its keys as they
/// stand, subsections' keys as `subsection.key`.
struct unavailable_settings {
  std::map<std::string, config_value> keys;
  friend bool operator==(const unavailable_settings&, const unavailable_settings&) = default;
};

using type_settings =
    std::variant<unavailable_settings, auto_interface_settings, tcp_server_settings, tcp_client_settings,
                 backbone_server_settings, backbone_client_settings, udp_settings, pipe_settings>;

struct interface_config {
  std::string name;
  std::string type;  ///< as written: `TCPServerInterface`
  int line = 0;      ///< of its header in the file
  bool enabled = false;
  interface_mode mode = interface_mode::full;  ///< after the rule for discoverable interfaces
  bool outgoing = true;
  std::optional<std::int32_t> gravity;
  std::optional<std::string> network_name, passphrase;
  std::optional<std::uint32_t> ifac_size;  ///< octets
  std::optional<std::uint64_t> bitrate;    ///< bit/s, at least 5
  double announce_cap = 0.02;              ///< share of the bitrate
  std::optional<std::uint32_t> announce_rate_target, announce_rate_grace, announce_rate_penalty;  ///< s, count, s
  bool ingress_control = true;
  burst_settings bursts;
  bool recursive_path_requests = false;
  bool announces_from_internal = true;
  std::optional<bool> announces_to_internal;
  bool bootstrap_only = false;
  bool ignore_config_warnings = false;
  std::optional<discovery_settings> discovery;  ///< set when `discoverable`
  /// Whose announce it was made from; set by automatic connection alone, never by a file.
  std::optional<identity_hash> autoconnect_source;
  type_settings settings;

  bool has_access_code() const { return network_name || passphrase; }
  friend bool operator==(const interface_config&, const interface_config&) = default;
};

enum class interface_reading {
  as_written,  ///< keys of the type are only checked if the interface is enabled
  attach,      ///< as if it were enabled (rns-1.5.7 section 7.5)
};

/// Reads one [[interface]]. Throws config_error for what cannot be converted or is missing.
interface_config read_interface(const config_section& section, interface_reading reading, config_warnings& warnings);

/// The mode that a name stands for, in any spelling of section 6.2 and any case; nothing for an unknown one.
std::optional<interface_mode> mode_from(std::string_view name);
std::string_view to_string(interface_mode mode);

/// Reads the ic_* and ec_* keys and egress_control.
burst_settings read_burst_settings(section_reader& reader);

}  // namespace plexus
