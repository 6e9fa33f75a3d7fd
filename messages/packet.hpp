// A Reticulum packet: names laid over octets.
//
//   HEADER_1   flags(1) hops(1)                  destination(16) context(1) data
//   HEADER_2   flags(1) hops(1) transport_id(16) destination(16) context(1) data
//
//   flags      bit 7 IFAC, 6 header type, 5 context flag, 4 transport type, 3-2 destination type, 1-0 packet type
//
// Source: Reticulum specification, "Packet format"; Packet.py: pack, unpack. Limits: rns-1.5.7 section 5.4.
#pragma once

#include "messages/addresses.hpp"
#include "messages/expected.hpp"

namespace plexus {

enum class packet_type : octet { data = 0, announce = 1, link_request = 2, proof = 3 };
enum class destination_type : octet { single = 0, group = 1, plain = 2, link = 3 };
enum class header_type : octet { one = 0, two = 1 };
enum class transport_type : octet { broadcast = 0, transport = 1 };

/// The context octet selects a packet's role within its type.
enum class packet_context : octet {
  none = 0x00,
  resource = 0x01,
  resource_advertisement = 0x02,
  resource_request = 0x03,
  resource_hashmap_update = 0x04,
  resource_proof = 0x05,
  resource_initiator_cancel = 0x06,
  resource_receiver_cancel = 0x07,
  cache_request = 0x08,
  request = 0x09,
  response = 0x0a,
  path_response = 0x0b,
  command = 0x0c,
  command_status = 0x0d,
  channel = 0x0e,
  keepalive = 0xfa,
  link_identify = 0xfb,
  link_close = 0xfc,
  link_proof = 0xfd,
  link_rtt = 0xfe,
  link_request_proof = 0xff,
};

namespace wire {

inline constexpr octet ifac_flag = 0x80, header_2_flag = 0x40, context_flag = 0x20, transport_flag = 0x10;
inline constexpr octet low_flags = 0x0f;  ///< destination and packet type: what survives into the hashable part
inline constexpr std::size_t header_1_size = 19, header_2_size = 35;
inline constexpr octet hops_end = 128;  ///< hop octets from here on are malformed
/// Largest packet of the base protocol, in octets. Links may agree on more.
inline constexpr std::size_t mtu = 500;

}  // namespace wire

/// Everything before the data. `transport` is meaningful only with header_type::two.
struct packet_header {
  octet flags = 0;
  octet hops = 0;
  transport_id transport{};
  address destination{};
  packet_context context = packet_context::none;

  packet_type type() const { return static_cast<packet_type>(flags & 3); }
  destination_type dest_type() const { return static_cast<destination_type>(flags >> 2 & 3); }
  header_type header() const { return static_cast<header_type>(flags >> 6 & 1); }
  transport_type transport_kind() const { return static_cast<transport_type>(flags >> 4 & 1); }
  bool has_context_flag() const { return flags & wire::context_flag; }
  bool has_transport() const { return flags & wire::header_2_flag; }
  std::size_t size() const { return has_transport() ? wire::header_2_size : wire::header_1_size; }
};

constexpr octet make_flags(packet_type type, destination_type dest, header_type header = header_type::one,
                           transport_type transport = transport_type::broadcast, bool context_flag = false) {
  return static_cast<octet>(static_cast<octet>(header) << 6 | (context_flag ? wire::context_flag : 0) |
                            static_cast<octet>(transport) << 4 | static_cast<octet>(dest) << 2 |
                            static_cast<octet>(type));
}

struct packet_view {
  packet_header header;
  octets data;   ///< after the context octet; never empty
  octets whole;  ///< header and data
};

/// Reads an unmasked packet. Errors: truncated, bad_hops, no_data. The view looks into `packet`.
expected<packet_view> parse_packet(octets packet);

/// Writes the header at `out`, which must hold header.size() octets, and returns its size.
std::size_t write_header(const packet_header& header, octet* out);

/// Header and data as one string.
octet_string encode_packet(const packet_header& header, octets data);

}  // namespace plexus
