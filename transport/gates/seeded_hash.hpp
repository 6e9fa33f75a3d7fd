// Hash for tables whose keys strangers choose: without the secret nobody can aim keys at one bucket.
#pragma once

#include "messages/tagged_bytes.hpp"

#include <cstdint>
#include <cstring>

namespace plexus {

namespace detail {

/// High and low half of the 128-bit product, folded.
inline std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) {
  __extension__ using wide = unsigned __int128;
  const auto product = static_cast<wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}
inline std::uint64_t load_64(const octet* from) {
  std::uint64_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

}  // namespace detail

/// All octets of a 16-octet address, mixed with a secret that is drawn once for the process.
struct seeded_hash {
  std::uint64_t secret = 0;

  template <class Tag>
  std::size_t operator()(const tagged_bytes<Tag, 16>& key) const {
    return mix(detail::load_64(key.data()), detail::load_64(key.data() + 8));
  }
  std::uint64_t mix(std::uint64_t a, std::uint64_t b) const {
    const auto inner = detail::fold_multiply(a ^ secret ^ 0xa0761d6478bd642fULL, b ^ secret ^ 0xe7037ed1a0b428dbULL);
    return detail::fold_multiply(inner ^ secret, 0x8ebc6af09c88c6e3ULL);
  }
};

}  // namespace plexus
