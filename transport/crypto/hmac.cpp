#include "transport/crypto/hmac.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <array>
#include <type_traits>

namespace plexus {
namespace {

constexpr std::size_t block_size = 64;

const EVP_MD* hash_named(std::string_view name) {
  if (name == "md5")
    return EVP_md5();
  if (name == "sha256")
    return EVP_sha256();
  if (name == "sha384")
    return EVP_sha384();
  if (name == "sha3_256")
    return EVP_sha3_256();
  if (name == "sha3_384")
    return EVP_sha3_384();
  return nullptr;
}

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

octet_string hmac_by_name(std::string_view hash, octets key, octets message) {
  const auto* md = hash_named(hash);
  if (!md)
    return {};
  octet_string mac(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  if (!HMAC(md, key.data(), static_cast<int>(key.size()), message.data(), message.size(), mac.data(), &size))
    return {};
  mac.resize(size);
  return mac;
}

bool equal_in_constant_time(octets a, octets b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace plexus
