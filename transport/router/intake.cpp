#include "transport/router/intake.hpp"

#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"
#include "transport/ifac.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace plexus {
namespace {

/// PLAIN and GROUP packets travel this many hops at most; compared with the octet as received.
constexpr octet plain_hops_max = 1;

}  // namespace

// The hashable part: flags that survive, then everything from the destination on.
std::uint64_t fingerprint_on_link(octets packet, std::uint64_t hash_secret) {
  const auto hashed = packet.subspan(packet[0] & wire::header_2_flag ? 2 + transport_id::size : 2);
  return XXH3_64bits_withSeed(hashed.data(), hashed.size(), hash_secret ^ (packet[0] & wire::low_flags));
}

expected<taken_packet, drop_reason> intake::take(mutable_octets frame) const {
  if (frame.size() <= 2)
    return unexpected(drop_reason::too_short);
  auto packet = frame;
  if (config_.access) {
    if (!(frame[0] & wire::ifac_flag))
      return unexpected(drop_reason::ifac_missing);
    const auto open = config_.access->remove(frame);
    if (!open)
      return unexpected(drop_reason::ifac_wrong);
    packet = frame.first(open->size());
    std::copy(open->begin(), open->end(), packet.begin());
  } else if (frame[0] & wire::ifac_flag) {
    return unexpected(drop_reason::ifac_unexpected);
  }
  if (config_.packet_size_max != 0 && packet.size() > config_.packet_size_max)
    return unexpected(drop_reason::too_long);

  taken_packet taken;
  auto& p = taken.packet;
  p.data = packet.data();
  p.size = static_cast<std::uint32_t>(packet.size());
  const std::size_t header_size = p.has_transport() ? wire::header_2_size : wire::header_1_size;
  if (p.size <= header_size || p.hops() >= wire::hops_end)
    return unexpected(drop_reason::malformed);

  const auto type = static_cast<packet_type>(p.flags() & 3);
  const auto destination = static_cast<destination_type>(p.flags() >> 2 & 3);
  if (type != packet_type::announce && p.has_transport() &&
      std::memcmp(p.data + 2, config_.identity.data(), transport_id::size) != 0)
    return unexpected(drop_reason::foreign_transport);
  if (destination == destination_type::plain || destination == destination_type::group) {
    if (type == packet_type::announce)
      return unexpected(drop_reason::plain_announce);
    if (p.hops() > plain_hops_max)
      return unexpected(drop_reason::plain_hops);
  }

  const octet* owner = p.destination();
  if (type == packet_type::announce) {
    p.kind = traffic_class::announce;
  } else if (type == packet_type::data && destination == destination_type::plain &&
             std::memcmp(owner, control::path_request.data(), address::size) == 0) {
    p.kind = traffic_class::path_request;
    if (p.size < header_size + address::size)
      return unexpected(drop_reason::not_for_us);
    owner = p.data + header_size;
  }
  if (destination == destination_type::link) {
    p.fingerprint = fingerprint_on_link(packet, config_.hash_secret);
  } else {
    p.hash = hash_packet(packet);
    std::memcpy(&p.fingerprint, p.hash.data(), sizeof p.fingerprint);
  }
  taken.shard = shard_of(owner, config_.hash_secret, config_.shard_count);
  return taken;
}

}  // namespace plexus
