// The group that an AutoInterface belongs to: where its members look for each other, and how they prove membership.
// Source: rns-1.5.7 section 8.3; AutoInterface.py: __init__, discovery_handler.
#pragma once

#include "actors/interfaces/datagram/socket_address.hpp"
#include "messages/tagged_bytes.hpp"
#include "storage/config/interface_config.hpp"

#include <string_view>

namespace plexus {

/// ff, type and scope, one word of zero, octets 2 to 13 of the group's SHA-256.
ip6_octets multicast_address(std::string_view group_id, multicast_scope scope, bool permanent);

/// SHA-256 over the group and the text of the sender's link-local address, without scope.
using discovery_token = tagged_bytes<struct discovery_token_tag, 32>;
discovery_token token_of(std::string_view group_id, const ip6_octets& ip);

/// Whether a datagram begins with the token of its source.
bool is_token_of(octets datagram, std::string_view group_id, const ip6_octets& source);

}  // namespace plexus
