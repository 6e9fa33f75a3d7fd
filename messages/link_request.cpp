#include "messages/link_request.hpp"

#include "messages/cursor.hpp"

namespace plexus {

expected<link_request> link_request::parse(octets data) {
  if (data.size() < keys_size)
    return unexpected(parse_error::truncated);
  if (data.size() > signalled_size)
    return unexpected(parse_error::oversized);
  if (data.size() != keys_size && data.size() != signalled_size)
    return unexpected(parse_error::bad_value);
  field_reader fields(data);
  link_request request;
  request.key = fields.take<x25519_public>();
  request.signing_key = fields.take<ed25519_public>();
  if (!fields.rest().empty())
    request.signalling = fields.take<link_signalling>();
  return request;
}

expected<octet_string> link_request::encode() const {
  octet_string data;
  data.reserve(signalled_size);
  append(data, key.bytes());
  append(data, signing_key.bytes());
  if (signalling) {
    const auto signalled = signalling->encode();
    if (!signalled)
      return unexpected(signalled.error());
    append(data, *signalled);
  }
  return data;
}

}  // namespace plexus
