#include "messages/packet.hpp"

namespace plexus {

expected<packet_view> parse_packet(octets packet) {
  if (packet.size() < 2)
    return unexpected(parse_error::truncated);
  packet_header h;
  h.flags = packet[0];
  h.hops = packet[1];
  if (h.hops >= wire::hops_end)
    return unexpected(parse_error::bad_hops);
  const auto size = h.size();
  if (packet.size() < size)
    return unexpected(parse_error::truncated);
  if (packet.size() == size)
    return unexpected(parse_error::no_data);
  auto rest = packet.subspan(2);
  if (h.has_transport()) {
    h.transport = transport_id::from(rest);
    rest = rest.subspan(transport_id::size);
  }
  h.destination = address::from(rest);
  h.context = static_cast<packet_context>(rest[address::size]);
  return packet_view{h, packet.subspan(size), packet};
}

std::size_t write_header(const packet_header& header, octet* out) {
  octet* p = out;
  *p++ = header.flags;
  *p++ = header.hops;
  if (header.has_transport())
    p = std::copy(header.transport.data(), header.transport.data() + transport_id::size, p);
  p = std::copy(header.destination.data(), header.destination.data() + address::size, p);
  *p++ = static_cast<octet>(header.context);
  return static_cast<std::size_t>(p - out);
}

octet_string encode_packet(const packet_header& header, octets data) {
  octet_string packet(header.size() + data.size());
  const auto size = write_header(header, packet.data());
  std::copy(data.begin(), data.end(), packet.begin() + static_cast<std::ptrdiff_t>(size));
  return packet;
}

}  // namespace plexus
