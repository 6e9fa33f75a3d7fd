#include "transport/crypto/hmac.hpp"

#include <sodium.h>

#include <array>
#include <type_traits>

namespace plexus {
namespace {

constexpr std::size_t block_size = 64;

}  // namespace

hmac_sha256_key::hmac_sha256_key(octets key) {
  std::array<octet, block_size> block{};
  if (key.size() > block_size) {
    const auto digest = sha256(key);
    std::copy(digest.begin(), digest.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  for (auto& o : block)
    o ^= 0x36;
  inner_ = sha256_midstate(block);
  for (auto& o : block)
    o ^= 0x36 ^ 0x5c;
  outer_ = sha256_midstate(block);
  wipe(block);
}

hmac_sha256_key::~hmac_sha256_key() {
  static_assert(std::is_trivially_copyable_v<sha256_midstate>);
  wipe({reinterpret_cast<octet*>(&inner_), sizeof inner_});
  wipe({reinterpret_cast<octet*>(&outer_), sizeof outer_});
}

sha256_digest hmac_sha256_key::sign(std::initializer_list<octets> parts) const {
  const auto inner = inner_.finish(parts);
  return outer_.finish({inner});
}

sha256_digest hmac_sha256(octets key, octets message) {
  return hmac_sha256_key(key).sign({message});
}

bool equal_in_constant_time(octets a, octets b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace plexus
