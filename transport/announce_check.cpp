#include "transport/announce_check.hpp"

#include "transport/crypto/keys.hpp"
#include "transport/destination_name.hpp"

#include <algorithm>
#include <array>

namespace plexus {
namespace {

bool says_the_same(const packet_view& packet, octets known_good) {
  const auto known = parse_packet(known_good);
  return known && known->header.destination == packet.header.destination &&
         known->header.has_context_flag() == packet.header.has_context_flag() &&
         std::equal(known->data.begin(), known->data.end(), packet.data.begin(), packet.data.end());
}

}  // namespace

expected<verified_announce> verify_announce(const packet_view& packet, octets known_good) {
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
  if (says_the_same(packet, known_good))
    return verified_announce(*content, destination, owner);
  std::array<octet, destination_hash::size + wire::mtu> signed_data;
  content->write_signed_data(destination, signed_data.data());
  if (!verify(octets(signed_data).first(content->signed_size()), content->proof, signing_key_of(content->key)))
    return unexpected(parse_error::bad_signature);
  return verified_announce(*content, destination, owner);
}

}  // namespace plexus
