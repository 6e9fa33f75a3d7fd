// The words that everything on a link shares: states, reasons, strategies, and the refusals of a link.
// Numbers are the reference's, as its status values show in interfaces of applications.
// Source: Link.py, Resource.py, Destination.py; rns-1.5.7 sections 2.1, 3 and 5.1.
#pragma once

#include "messages/addresses.hpp"
#include "messages/expected.hpp"
#include "messages/instant.hpp"

#include <compare>
#include <cstdint>
#include <string_view>

namespace plexus {

enum class link_state : octet { pending = 0, handshake = 1, active = 2, stale = 3, closed = 4 };
enum class link_role : octet { initiator, responder };
enum class teardown_reason : octet { timeout = 1, initiator_closed = 2, destination_closed = 3 };

/// What becomes of a resource that the far side advertises and that is neither request nor response.
enum class resource_strategy : octet { accept_none = 0, accept_app = 1, accept_all = 2 };
/// Who is told that a packet arrived.
enum class proof_strategy : octet { none = 0x21, app = 0x22, all = 0x23 };

enum class resource_status : octet {
  none = 0,
  queued = 1,
  advertised = 2,
  transferring = 3,
  awaiting_proof = 4,
  assembling = 5,
  complete = 6,
  failed = 7,
  corrupt = 8,
  rejected = 9,
};

/// Why a link does not do what the application asks.
enum class link_error : octet {
  not_active,     ///< not established, or closed
  too_large,      ///< more than the link, the format or the peer takes
  too_many,       ///< a table of the link is full
  not_initiator,  ///< only the initiator may identify
  unknown,        ///< no such resource or request
  window_full,    ///< the channel waits for proofs
};
std::string_view to_string(link_error error);

using request_id = tagged_bytes<struct request_id_tag, 16>;
/// First 16 octets of SHA-256 over the path's text.
using path_hash = tagged_bytes<struct path_hash_tag, 16>;
using resource_hash = tagged_bytes<struct resource_hash_tag, 32>;
/// SHA-256 over a segment's payload and resource hash.
using segment_proof = tagged_bytes<struct segment_proof_tag, 32>;
/// First 4 octets of SHA-256 over a part and the resource's random octets.
using map_hash = tagged_bytes<struct map_hash_tag, 4>;
using map_random = tagged_bytes<struct map_random_tag, 4>;

/// Names a whole logical resource, all its segments, within one link and one process. Never shows on the wire.
struct resource_id {
  std::uint64_t value = 0;  ///< 0 names none
  friend constexpr auto operator<=>(const resource_id&, const resource_id&) = default;
};

path_hash hash_path(std::string_view path);

}  // namespace plexus
