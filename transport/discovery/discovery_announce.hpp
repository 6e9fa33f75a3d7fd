// The app data of a discovery announce: what is published, a stamp that paid for it, and a seal if only the members of
// a network may read it.
//
//   flags(1) map stamp(32)          in the open
//   flags(1) token(map stamp(32))   sealed for the network identity, without a ratchet
//
// Source: Discovery.py: get_interface_announce_data, received_announce; rns-1.5.7 section 9.
#pragma once

#include "transport/discovery/published_interface.hpp"
#include "transport/identity.hpp"
#include "transport/stamp.hpp"

#include <string_view>

namespace plexus {

/// Name of the destination that announces, of the network identity or, without one, of the node's.
inline constexpr std::string_view discovery_destination_name = "rnstransport.discovery.interface";

/// Zero bits that a stamp has, and must have, unless the configuration says otherwise.
inline constexpr unsigned discovery_stamp_cost = 16;
/// Rounds of its workblock.
inline constexpr unsigned discovery_stamp_rounds = 20;

/// What the stamp of a published interface is made over.
stamp_workblock discovery_workblock(octets map);

octet_string open_discovery_data(octets map, const stamp& work);
/// Error: bad_value when the network identity's key is one that nobody can share a secret with.
expected<octet_string> sealed_discovery_data(octets map, const stamp& work, const public_identity& network,
                                             random_source& random);

/// Why app data was not taken; counted.
enum class discovery_refusal : octet {
  too_short,   ///< no room for a map
  sealed,      ///< for a network whose identity this node has not
  weak_stamp,  ///< worth less than what is required
  malformed,   ///< the stamp is good, what it pays for makes no sense
};
std::string_view to_string(discovery_refusal refusal);

struct stamped_interface {
  published_interface offer;
  stamp work{};
  unsigned value = 0;  ///< zero bits of the stamp
};

/// The stamp is checked before anything in the map is looked at.
expected<stamped_interface, discovery_refusal> read_discovery_data(octets app_data, unsigned required_value,
                                                                   const identity* network);

}  // namespace plexus
