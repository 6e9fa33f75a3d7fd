// What may stand as the address of a published interface, and which of these a node connects to of itself.
// Source: Discovery.py: is_ip_address, is_hostname, is_ygg_ipv6, is_onion_address, is_invalid_ip_address.
#pragma once

#include "messages/octets.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace plexus {

/// Four decimal numbers without leading zeros.
bool is_ipv4_address(std::string_view text);

/// Octets of an IPv6 address, which may end in an IPv4 address and in a zone (%eth0), which is left out. The
/// reference takes any character in a zone, a line end too; here it must be visible.
std::optional<std::array<octet, 16>> parse_ipv6_address(std::string_view text);

inline bool is_ip_address(std::string_view text) {
  return is_ipv4_address(text) || parse_ipv6_address(text);
}

/// Labels of letters, digits and inner hyphens; the last is not a number. A dot may stand at the end.
bool is_host_name(std::string_view text);

inline bool is_reachable_address(std::string_view text) {
  return is_ip_address(text) || is_host_name(text);
}

/// Needs software of its own on this machine, or leads nowhere: Yggdrasil (200::/7), .onion, 127.0.0.1 and 0.0.0.0.
bool is_out_of_reach(std::string_view text);

}  // namespace plexus
