// The whole configuration of a node, typed.
// Source: rns-1.5.7 section 6; Reticulum.py: __apply_config. [plexus] and [metrics] are this program's own; the
// reference looks at no section but logging, reticulum and interfaces.
#pragma once

#include "storage/config/interface_config.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plexus {

struct logging_config {
  std::optional<std::int64_t> level;  ///< 0 critical to 8 extreme; unset is 3 before the command line's -v and -q
  bool timestamps = true;
  friend bool operator==(const logging_config&, const logging_config&) = default;
};

enum class shared_instance_transport : octet { unset, tcp, unix_socket };

struct reticulum_config {
  bool share_instance = true;
  std::string instance_name = "default";
  shared_instance_transport shared_instance_type = shared_instance_transport::unset;
  std::uint16_t shared_instance_port = 37428;
  std::uint16_t instance_control_port = 37429;
  std::optional<octet_string> rpc_key;  ///< default derived from the node's identity
  bool enable_transport = false;
  /// Also set by a discoverable interface on a node without transport.
  bool static_transport_identity = false;
  bool local_hops_delta = false;
  std::optional<std::string> network_identity;  ///< path of an identity file, `~` not yet expanded
  bool link_mtu_discovery = true;
  bool use_implicit_proof = true;
  bool enable_remote_management = false;
  std::vector<identity_hash> remote_management_allowed;
  bool enable_interface_management = true;
  bool respond_to_probes = false;
  bool panic_on_interface_error = false;
  std::optional<std::uint64_t> force_shared_instance_bitrate;  ///< bit/s
  std::int32_t default_gravity = 0;
  std::uint32_t default_announce_rate_target = 3600;  ///< seconds
  std::uint32_t default_announce_rate_penalty = 0;    ///< seconds
  std::uint32_t default_announce_rate_grace = 5;
  burst_settings bursts;
  std::uint32_t data_queue_max = 1024;  ///< qlen_in_data, packets
  std::uint32_t announce_queue_max = 128;
  std::uint32_t path_request_queue_max = 128;
  std::uint32_t limited_queue_max = 8;
  bool discover_interfaces = false;
  std::optional<std::uint32_t> required_discovery_value;
  std::vector<identity_hash> interface_discovery_sources;
  std::uint32_t autoconnect_discovered_interfaces = 0;
  bool autoconnect_unverified_implementations = false;
  std::optional<interface_mode> autoconnect_interface_mode;
  std::optional<std::int32_t> autoconnect_interface_gravity;
  std::optional<bool> autoconnect_announces_to_internal;
  bool publish_blackhole = false;
  std::vector<identity_hash> blackhole_sources;
  double blackhole_update_interval = 3600;  ///< seconds; the key is in minutes, at least 2
  friend bool operator==(const reticulum_config&, const reticulum_config&) = default;
};

struct metrics_config {
  bool enabled = true;
  std::string address = "127.0.0.1";  ///< without brackets
  std::uint16_t port = 9477;
  friend bool operator==(const metrics_config&, const metrics_config&) = default;
};

struct plexus_config {
  std::uint32_t shards = 0;            ///< 0: one a core
  std::uint32_t io_threads = 0;        ///< 0: as many as suit the cores
  std::uint64_t tx_buffer = 4u << 20;  ///< octets that may wait for one interface (rns-1.5.7 section 8.7: tx_hwm)
  std::uint64_t max_paths = 1'000'000;
  std::uint64_t max_links = 262'144;
  friend bool operator==(const plexus_config&, const plexus_config&) = default;
};

struct node_config {
  logging_config logging;
  reticulum_config reticulum;
  metrics_config metrics;
  plexus_config plexus;
  std::vector<interface_config> interfaces;
  config_warnings warnings;  ///< all that is odd in the file, in its order

  /// The interfaces that are enabled, and of a type that this program does not run: one sentence, or empty.
  std::string unavailable_interfaces() const;
};

/// Throws config_error for what cannot be converted.
node_config read_node_config(const config_section& file);

/// Parses and reads in one.
node_config read_node_config(std::string_view text, const std::string& file);

/// The interface of that name as it stands in the file, read as if it were enabled; nothing if there is none.
std::optional<interface_config> find_interface(const config_section& file, std::string_view name,
                                               config_warnings& warnings);

}  // namespace plexus
