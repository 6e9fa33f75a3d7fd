// The network devices that an AutoInterface may use: those with a link-local IPv6 address.
#pragma once

#include "actors/interfaces/datagram/socket_address.hpp"

#include <string>
#include <vector>

namespace plexus {

struct network_device {
  std::string name;
  unsigned index = 0;    ///< the scope of its link-local addresses
  ip6_octets address{};  ///< link-local
  friend bool operator==(const network_device&, const network_device&) = default;
};

/// Each link-local address of the machine, in the system's order; a device may have several. Throws std::system_error.
std::vector<network_device> link_local_addresses();

/// Those of `all` that the configuration lets pass: `allowed` if it names any, without `ignored`.
/// Source: rns-1.5.7 section 8.3; AutoInterface.ALL_IGNORE_IFS.
std::vector<network_device> usable_devices(std::vector<network_device> all, const std::vector<std::string>& allowed,
                                           const std::vector<std::string>& ignored);

}  // namespace plexus
