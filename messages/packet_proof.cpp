#include "messages/packet_proof.hpp"

#include "messages/cursor.hpp"

namespace plexus {

expected<packet_proof> packet_proof::parse(octets data) {
  if (data.size() < implicit_size)
    return unexpected(parse_error::truncated);
  if (data.size() > explicit_size)
    return unexpected(parse_error::oversized);
  if (data.size() != implicit_size && data.size() != explicit_size)
    return unexpected(parse_error::bad_value);
  field_reader fields(data);
  packet_proof p;
  if (data.size() == explicit_size)
    p.proved = fields.take<packet_hash>();
  p.proof = fields.take<signature>();
  return p;
}

octet_string packet_proof::encode() const {
  octet_string data;
  data.reserve(explicit_size);
  if (proved)
    append(data, proved->bytes());
  append(data, proof.bytes());
  return data;
}

}  // namespace plexus
