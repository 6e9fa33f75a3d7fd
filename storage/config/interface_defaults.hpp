// What follows from a configuration: values that the reference derives rather than reads.
// Source: rns-1.5.7 sections 1.9, 6.2 and 8.1; Interface.py: optimise_mtu; Reticulum.py: interface_post_init.
#pragma once

#include "messages/interface.hpp"
#include "storage/config/interface_config.hpp"
#include "storage/config/node_config.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace plexus {

/// How an interface's largest packet comes about.
enum class mtu_rule : octet {
  autoconfigure,  ///< from the bitrate; takes part in link MTU discovery
  fixed,          ///< given; takes part in link MTU discovery
  plain,          ///< given; links over it use 500
};

struct type_defaults {
  std::uint64_t bitrate = 62500;  ///< bit/s, the guess where nothing is configured
  std::uint32_t ifac_size = 16;   ///< octets
  mtu_rule rule = mtu_rule::plain;
  std::uint32_t hw_mtu = 500;  ///< octets; without meaning for autoconfigure
  friend bool operator==(const type_defaults&, const type_defaults&) = default;
};

/// Section 8.1's row for a type of interface; the base class' values for a type that is not in it.
type_defaults defaults_of_type(std::string_view type);

/// Octets of the largest packet at a bitrate; 0 below 62500 bit/s: none.
std::uint32_t hw_mtu_at(std::uint64_t bitrate);

/// What the interface uses in the end.
struct link_properties {
  std::uint64_t bitrate = 0;    ///< bit/s
  std::uint32_t hw_mtu = 0;     ///< octets, 0: none
  bool mtu_negotiable = false;  ///< takes part in link MTU discovery
  std::uint32_t ifac_size = 0;  ///< octets; 0 without network name and passphrase
  friend bool operator==(const link_properties&, const link_properties&) = default;
};
link_properties link_properties_of(const interface_config& config);

/// The limit on announces that come in; no limit has target 0.
announce_rate_limit announce_rate_of(const interface_config& config, const reticulum_config& node);

/// Ingress and egress control with nothing left open.
struct burst_limits {
  bool ingress_control = true;
  bool egress_control = false;
  std::uint32_t held_announces_max = 256;
  duration hold = std::chrono::seconds{15};
  double announce_frequency_new = 3;      ///< Hz
  double announce_frequency = 10;         ///< Hz
  double path_request_frequency_new = 3;  ///< Hz
  double path_request_frequency = 8;      ///< Hz
  duration new_time = std::chrono::hours{2};
  duration penalty = std::chrono::seconds{15};
  duration held_release_interval = std::chrono::seconds{5};
  double egress_frequency = 5;  ///< path requests in Hz
  friend bool operator==(const burst_limits&, const burst_limits&) = default;
};
/// The interface's own value, else the node's unless that is 0, else the default.
burst_limits burst_limits_of(const interface_config& config, const reticulum_config& node);

inline std::int32_t gravity_of(const interface_config& config, const reticulum_config& node) {
  return config.gravity.value_or(node.default_gravity);
}

}  // namespace plexus
