// The formulas of a link: how long to wait, how often to speak, how much fits into a packet.
// Source: Link.py; rns-1.5.7 sections 2.1, 2.2 and 2.5.
#pragma once

#include "messages/instant.hpp"
#include "messages/packet.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace plexus::link_timing {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr seconds timeout_per_hop{6};
inline constexpr seconds keepalive_max{360}, keepalive_min{5};
inline constexpr double keepalive_max_rtt = 1.75;  ///< seconds; a longer round trip gets keepalive_max
inline constexpr int stale_factor = 2;
/// rtt·4 + 5 s by the formula, but the reference's watchdog never sleeps longer than this.
inline constexpr seconds stale_grace{5};
inline constexpr int traffic_timeout_factor = 6;
inline constexpr milliseconds traffic_timeout_min{5};
inline constexpr milliseconds response_grace{11250};
/// The reference looks at its receipts once a second, so a proof that is late by that much still counts; and a message
/// of a channel is sent again half a second after its time-out on average. Without them a peer that is busy for some
/// milliseconds would look dead on a link whose round trip is shorter.
inline constexpr seconds receipt_check_interval{1};
inline constexpr milliseconds channel_check_delay{500};
/// A round trip that a peer may claim; anything above is cut to it, as keepalive and timeouts have upper bounds.
inline constexpr seconds round_trip_max{600};
inline constexpr int hops_unknown = 128;

/// `bitrate` in bit/s of the interface toward the destination, 0 when unknown.
inline duration first_hop_timeout(std::uint64_t bitrate) {
  const auto transmission = bitrate ? 500.0 * 8 / static_cast<double>(bitrate) : 0.0;
  return from_seconds(transmission) + timeout_per_hop;
}
inline duration initiator_timeout(duration first_hop, int hops) {
  return first_hop + timeout_per_hop * std::max(1, hops);
}
inline duration responder_timeout(int hops) {
  return timeout_per_hop * std::max(1, hops) + keepalive_max;
}
inline duration keepalive_interval(duration rtt) {
  const auto scaled = from_seconds(seconds_of(rtt) * (seconds_of(keepalive_max) / keepalive_max_rtt));
  return std::clamp<duration>(scaled, keepalive_min, keepalive_max);
}
inline duration receipt_timeout(duration rtt) {
  return std::max<duration>(rtt * traffic_timeout_factor, traffic_timeout_min) + receipt_check_interval;
}
inline duration request_timeout(duration rtt) {
  return rtt * traffic_timeout_factor + response_grace;
}
/// For a packet to a destination, not over a link.
inline duration packet_timeout(duration first_hop, int hops) {
  return first_hop + timeout_per_hop * hops;
}

/// Smallest MTU with which a link can identify: 19 octets of header and a token of 128 octets. What asks for less is
/// no link request of a Reticulum node.
inline constexpr std::uint32_t mtu_min = 211;

/// Plaintext octets that fit into one encrypted packet of a link. Requires mtu >= mtu_min.
inline std::size_t mdu_of(std::uint32_t mtu) {
  return (mtu - 1 - wire::header_1_size - 48) / 16 * 16 - 1;
}
/// Octets of a resource's part. Requires mtu >= mtu_min.
inline std::size_t part_size_of(std::uint32_t mtu) {
  return mtu - wire::header_2_size - 1;
}

}  // namespace plexus::link_timing
