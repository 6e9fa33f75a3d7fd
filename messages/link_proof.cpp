#include "messages/link_proof.hpp"

#include "messages/cursor.hpp"

namespace plexus {
namespace {

expected<void> append_signalling(octet_string& to, const std::optional<link_signalling>& signalling) {
  if (!signalling)
    return {};
  const auto signalled = signalling->encode();
  if (!signalled)
    return unexpected(signalled.error());
  append(to, *signalled);
  return {};
}

}  // namespace

expected<link_proof> link_proof::parse(octets data) {
  if (data.size() < plain_size)
    return unexpected(parse_error::truncated);
  if (data.size() > signalled_size)
    return unexpected(parse_error::oversized);
  if (data.size() != plain_size && data.size() != signalled_size)
    return unexpected(parse_error::bad_value);
  field_reader fields(data);
  link_proof proof;
  proof.proof = fields.take<signature>();
  proof.key = fields.take<x25519_public>();
  if (!fields.rest().empty())
    proof.signalling = fields.take<link_signalling>();
  return proof;
}

expected<octet_string> link_proof::encode() const {
  octet_string data;
  data.reserve(signalled_size);
  append(data, proof.bytes());
  append(data, key.bytes());
  if (const auto done = append_signalling(data, signalling); !done)
    return unexpected(done.error());
  return data;
}

expected<octet_string> link_proof::signed_data(const link_id& link, const ed25519_public& destination_key) const {
  octet_string data;
  data.reserve(link_id::size + x25519_public::size + ed25519_public::size + link_signalling::size);
  append(data, link.bytes());
  append(data, key.bytes());
  append(data, destination_key.bytes());
  if (const auto done = append_signalling(data, signalling); !done)
    return unexpected(done.error());
  return data;
}

}  // namespace plexus
