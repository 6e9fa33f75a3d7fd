#include "transport/endpoint/ratchet_ring.hpp"

#include "transport/control/value_msgpack.hpp"

namespace plexus {
namespace {

/// A list of 512 keys of 34 octets fits many times over.
constexpr value_limits file_limits{4, 1 << 17, 1 << 22};

}  // namespace

expected<ratchet_ring> ratchet_ring::parse(octets file, const public_identity& owner, std::size_t retained,
                                           duration interval) {
  const auto content = from_msgpack(file, file_limits);
  if (!content)
    return unexpected(content.error());
  const auto* signed_by = content->find("signature");
  const auto* packed = content->find("ratchets");
  const auto* signature_octets = signed_by ? signed_by->as_bytes() : nullptr;
  const auto* list_octets = packed ? packed->as_bytes() : nullptr;
  const auto claimed = signature_octets ? signature::from_exactly(*signature_octets) : std::nullopt;
  if (!claimed || !list_octets)
    return unexpected(parse_error::bad_value);
  if (!owner.validates(*list_octets, *claimed))
    return unexpected(parse_error::bad_signature);
  const auto list = from_msgpack(*list_octets, file_limits);
  if (!list)
    return unexpected(list.error());
  const auto* items = list->as_list();
  if (!items)
    return unexpected(parse_error::bad_value);
  ratchet_ring ring(retained, interval);
  for (const auto& item : *items) {
    const auto* octets_of_key = item.as_bytes();
    const auto key = octets_of_key ? x25519_secret::from_exactly(*octets_of_key) : std::nullopt;
    if (!key)
      return unexpected(parse_error::bad_value);
    if (ring.keys_.size() < retained)
      ring.keys_.push_back(*key);
  }
  return ring;
}

octet_string ratchet_ring::encode(const identity& owner) const {
  value::list items;
  for (const auto& key : keys_)
    items.emplace_back(key.bytes());
  const auto packed = to_msgpack(std::move(items));
  return to_msgpack(value::map{{"signature", octets(owner.sign(packed).bytes())}, {"ratchets", octets(packed)}});
}

bool ratchet_ring::rotate(instant now, random_source& random) {
  if (rotated_at_ && now <= *rotated_at_ + interval_)
    return false;
  rotated_at_ = now;
  keys_.insert(keys_.begin(), random.draw<x25519_secret>());
  retain(retained_);
  return true;
}

std::optional<ratchet_key> ratchet_ring::newest() const {
  if (keys_.empty())
    return std::nullopt;
  return public_ratchet(keys_.front());
}

void ratchet_ring::retain(std::size_t count) {
  retained_ = count;
  if (keys_.size() > count)
    keys_.resize(count);
}

}  // namespace plexus
