#include "transport/discovery/discovery_announce.hpp"

namespace plexus {
namespace {

/// The reference also names a flag for signed data, which it neither sets nor looks at.
constexpr octet flag_sealed = 0x02;

octet_string joined(octets map, const stamp& work) {
  octet_string out(map.begin(), map.end());
  append(out, work.bytes());
  return out;
}

octet_string flagged(octet flags, octets rest) {
  octet_string out{flags};
  append(out, rest);
  return out;
}

}  // namespace

stamp_workblock discovery_workblock(octets map) {
  return {sha256(map), discovery_stamp_rounds};
}

octet_string open_discovery_data(octets map, const stamp& work) {
  return flagged(0, joined(map, work));
}

expected<octet_string> sealed_discovery_data(octets map, const stamp& work, const public_identity& network,
                                             random_source& random) {
  const auto sealed = network.encrypt(joined(map, work), random);
  if (!sealed)
    return unexpected(sealed.error());
  return flagged(flag_sealed, *sealed);
}

std::string_view to_string(discovery_refusal refusal) {
  switch (refusal) {
    case discovery_refusal::too_short:
      return "too short";
    case discovery_refusal::sealed:
      return "sealed for another network";
    case discovery_refusal::weak_stamp:
      return "its stamp is worth too little";
    case discovery_refusal::malformed:
      return "malformed";
  }
  return "malformed";
}

expected<stamped_interface, discovery_refusal> read_discovery_data(octets app_data, unsigned required_value,
                                                                   const identity* network) {
  if (app_data.size() <= stamp::size + 1)
    return unexpected(discovery_refusal::too_short);
  auto payload = app_data.subspan(1);
  octet_string opened;
  if (app_data[0] & flag_sealed) {
    auto plaintext = network ? network->decrypt(payload) : unexpected(parse_error::bad_authentication);
    if (!plaintext)
      return unexpected(discovery_refusal::sealed);
    opened = std::move(plaintext->plaintext);
    payload = opened;
  }
  if (payload.size() < stamp::size)
    return unexpected(discovery_refusal::too_short);
  const auto map = payload.first(payload.size() - stamp::size);
  stamped_interface out;
  out.work = stamp::from(payload.last(stamp::size));
  out.value = discovery_workblock(map).value_of(out.work);
  if (out.value < required_value)
    return unexpected(discovery_refusal::weak_stamp);
  auto offer = parse_published(map);
  if (!offer)
    return unexpected(discovery_refusal::malformed);
  out.offer = std::move(*offer);
  return out;
}

}  // namespace plexus
