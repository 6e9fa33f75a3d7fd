#include "transport/announce_check.hpp"

#include "transport/crypto/keys.hpp"
#include "transport/destination_name.hpp"

#include <array>

namespace plexus {

expected<verified_announce> verify_announce(const packet_view& packet) {
  if (packet.header.type() != packet_type::announce)
    return unexpected(parse_error::bad_value);
  if (packet.whole.size() > wire::mtu)
    return unexpected(parse_error::oversized);
  const auto content = announce::parse(packet.data, packet.header.has_context_flag());
  if (!content)
    return unexpected(content.error());
  const auto destination = rename<destination_hash>(packet.header.destination);
  const auto owner = hash_identity(content->key);
  if (hash_destination(content->name, owner) != destination)
    return unexpected(parse_error::hash_mismatch);
  std::array<octet, destination_hash::size + wire::mtu> signed_data;
  content->write_signed_data(destination, signed_data.data());
  if (!verify(octets(signed_data).first(content->signed_size()), content->proof, signing_key_of(content->key)))
    return unexpected(parse_error::bad_signature);
  return verified_announce(*content, destination, owner);
}

}  // namespace plexus
