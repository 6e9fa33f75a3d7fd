#include "transport/stamp.hpp"

#include "transport/control/value_msgpack.hpp"
#include "transport/crypto/hkdf.hpp"

#include <bit>
#include <cstring>

namespace plexus {
namespace {

unsigned leading_zeros(const sha256_digest& digest) {
  unsigned zeros = 0;
  for (const auto o : digest) {
    zeros += static_cast<unsigned>(std::countl_zero(o));
    if (o != 0)
      break;
  }
  return zeros;
}

}  // namespace

octet_string expand_workblock(octets material, unsigned rounds) {
  octet_string block(rounds * stamp_workblock::round_size);
  for (unsigned n = 0; n < rounds; ++n) {
    const auto number = to_msgpack(value(std::uint32_t{n}));
    const auto salt = sha256_of({material, number});
    const mutable_octets round(block.data() + n * stamp_workblock::round_size, stamp_workblock::round_size);
    hkdf(round, material, salt);
  }
  return block;
}

stamp_workblock::stamp_workblock(octets material, unsigned rounds) : hashed_(expand_workblock(material, rounds)) {}

expected<stamp_workblock> stamp_workblock::from_expanded(octets block) {
  if (block.size() % round_size != 0 || block.size() > std::size_t{65536} * round_size)
    return unexpected(parse_error::bad_value);
  return stamp_workblock(sha256_midstate(block));
}

unsigned stamp_workblock::value_of(const stamp& claimed) const {
  return leading_zeros(hashed_.finish({claimed.bytes()}));
}

std::optional<stamp> stamp_search::step(std::size_t tries) {
  std::uint64_t counter = 0;
  std::memcpy(&counter, next_.data(), sizeof counter);
  for (std::size_t i = 0; i < tries; ++i) {
    ++tried_;
    std::memcpy(next_.data(), &++counter, sizeof counter);
    if (workblock_.accepts(next_, cost_))
      return next_;
  }
  return std::nullopt;
}

}  // namespace plexus
