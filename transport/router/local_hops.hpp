// Hop counts of what this node and its clients send, as outsiders see them: with a delta configured, nobody can tell a
// destination of this node from one some hops behind it. Source: rns-1.5.7 section 1.5 (local_hops_delta);
// Transport.py: should_apply_delta, mangle_hops.
#pragma once

#include "messages/interface.hpp"
#include "messages/packet.hpp"

namespace plexus {

/// Whether a packet of so many hops shows the delta instead when it leaves over an interface of this role.
inline bool hides_hops(octet delta, octet hops, interface_role toward) {
  return delta != 0 && hops == 0 && toward == interface_role::network;
}

/// An announce of ours or of a client of ours for outsiders: under our transport id, from `delta` hops away.
/// An empty string if it is not a packet.
inline octet_string hide_hops(octets announce, const transport_id& ours, octet delta) {
  const auto packet = parse_packet(announce);
  if (!packet)
    return {};
  auto header = packet->header;
  if (!header.has_transport()) {
    header.flags |= wire::header_2_flag | wire::transport_flag;
    header.transport = ours;
  }
  header.hops = delta;
  return encode_packet(header, packet->data);
}

}  // namespace plexus
