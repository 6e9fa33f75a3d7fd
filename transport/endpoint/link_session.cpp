#include "transport/endpoint/link_session.hpp"

#include "transport/crypto/sha256.hpp"

namespace plexus {
namespace {

packet_header header_of(const link_id& link, packet_type type, packet_context context) {
  packet_header header;
  header.flags = make_flags(type, destination_type::link);
  header.destination = rename<address>(link);
  header.context = context;
  return header;
}

}  // namespace

expected<octet_string> link_session::open(octets sealed) {
  if (!key_)
    return unexpected(parse_error::bad_authentication);
  return key_->decrypt(sealed);
}

packet_hash link_session::send(instant now, packet_context context, octets plaintext, link_output& out) {
  const auto sealed = seal(plaintext);
  out.packets.push_back(frame(packet_type::data, context, sealed));
  note_sent(now, context, sealed.size());
  return hash_packet(out.packets.back());
}

void link_session::send_plain(instant now, packet_type type, packet_context context, octets data, link_output& out) {
  out.packets.push_back(frame(type, context, data));
  note_sent(now, context, data.size());
}

octet_string link_session::frame(packet_type type, packet_context context, octets data) const {
  return encode_packet(header_of(id_, type, context), data);
}

void link_session::note_sent(instant now, packet_context context, std::size_t size) {
  last_outbound = now;
  if (context == packet_context::keepalive)
    last_keepalive = now;
  else
    last_data = now;
  ++traffic.packets_sent;
  traffic.octets_sent += size;
}

packet_hash hash_link_packet(const link_id& link, packet_type type, packet_context context, octets data) {
  return hash_packet(encode_packet(header_of(link, type, context), data));
}

}  // namespace plexus
