// What routing has to know of an interface. Medium, framing and airtime stay with the interface itself.
// Source: rns-1.5.7 sections 6.2 and 8.1.
#pragma once

#include "messages/addresses.hpp"
#include "messages/instant.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace plexus {

/// Names one life of one interface. The slot is an index into dense arrays and is used again; the generation tells the
/// lives apart, so that an entry which names a connection that is gone never means its successor.
struct interface_id {
  std::uint32_t value = 0;  ///< 0 names no interface

  static constexpr std::uint32_t slots_max = 1u << 16;
  static constexpr interface_id make(std::uint32_t slot, std::uint32_t generation) {
    return {generation << 16 | (slot & 0xffff)};
  }
  constexpr std::uint32_t slot() const { return value & 0xffff; }
  constexpr std::uint32_t generation() const { return value >> 16; }
  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(const interface_id&, const interface_id&) = default;
};

enum class interface_mode : octet {
  full = 1,
  point_to_point = 2,
  access_point = 3,
  roaming = 4,
  boundary = 5,
  gateway = 6,
  internal = 7,
};

/// What stands at the far side.
enum class interface_role : octet {
  network,          ///< other nodes
  local_client,     ///< one program attached to our shared instance
  shared_instance,  ///< the shared instance that we ourselves are a client of
};

/// Limits on how often an announce of one destination is passed on. Zero target: no limit.
struct announce_rate_limit {
  duration target{};
  duration penalty{};
  std::uint32_t grace = 0;  ///< violations forgiven
};

/// Immutable; a change is a new value under the same id.
struct interface_facts {
  interface_id id{};
  interface_id parent{};  ///< the listener that spawned it, or none
  interface_hash hash{};  ///< SHA-256 of `name`
  std::string name;       ///< as the reference's str(): `TCPInterface[name/host:port]`
  interface_role role = interface_role::network;
  interface_mode mode = interface_mode::full;
  bool online = false;
  bool outgoing = true;           ///< may transmit; false for listeners
  bool mtu_negotiable = false;    ///< AUTOCONFIGURE or FIXED: hw_mtu takes part in link MTU discovery
  std::uint32_t hw_mtu = 500;     ///< octets; 0: none
  std::uint64_t bitrate = 62500;  ///< bit/s; 0: unknown
  std::uint32_t ifac_size = 0;    ///< octets; 0: no interface access code
  std::int32_t gravity = 0;
  bool recursive_path_requests = false;
  bool announces_from_internal = true;
  std::optional<bool> announces_to_internal;
  bool ingress_control = true;
  announce_rate_limit announce_rate{};
  bool pushes_back = true;  ///< what it carries can be held back at the sender (TCP, Unix), so nothing need be dropped
};

}  // namespace plexus
