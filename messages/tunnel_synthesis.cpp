#include "messages/tunnel_synthesis.hpp"

#include "messages/cursor.hpp"

namespace plexus {

expected<tunnel_synthesis> tunnel_synthesis::parse(octets data) {
  if (data.size() != size)
    return unexpected(data.size() < size ? parse_error::truncated : parse_error::oversized);
  field_reader fields(data);
  tunnel_synthesis t;
  t.key = fields.take<public_key>();
  t.sender_interface = fields.take<interface_hash>();
  t.nonce = fields.take<tunnel_nonce>();
  t.proof = fields.take<signature>();
  return t;
}

octet_string tunnel_synthesis::encode() const {
  octet_string data;
  data.reserve(size);
  append(data, key.bytes());
  append(data, sender_interface.bytes());
  append(data, nonce.bytes());
  append(data, proof.bytes());
  return data;
}

}  // namespace plexus
