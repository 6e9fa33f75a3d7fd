// OpenSSL 3 calls its low-level hash functions deprecated; its generic interface is too slow for every packet.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "transport/crypto/sha256.hpp"

#include "messages/packet.hpp"

#include <openssl/sha.h>

#include <algorithm>

namespace plexus {
namespace {

sha256_digest finish_context(SHA256_CTX& context) {
  sha256_digest digest;
  SHA256_Final(digest.data(), &context);
  return digest;
}

}  // namespace

sha256_digest sha256(octets value) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, value.data(), value.size());
  return finish_context(context);
}

sha256_digest sha256_of(std::span<const octets> parts) {
  SHA256_CTX context;
  SHA256_Init(&context);
  for (const auto part : parts)
    SHA256_Update(&context, part.data(), part.size());
  return finish_context(context);
}

packet_hash hash_packet(octets whole_packet) {
  const octet flags = whole_packet[0];
  const octet kept = flags & wire::low_flags;
  const auto rest = whole_packet.subspan(flags & wire::header_2_flag ? 2 + transport_id::size : 2);
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, &kept, 1);
  SHA256_Update(&context, rest.data(), rest.size());
  packet_hash hash;
  SHA256_Final(hash.data(), &context);
  return hash;
}

sha256_midstate::sha256_midstate(octets blocks) : bits_(static_cast<std::uint32_t>(blocks.size() * 8)) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, blocks.data(), blocks.size());
  std::copy_n(context.h, state_.size(), state_.begin());
}

sha256_digest sha256_midstate::finish(std::initializer_list<octets> parts) const {
  SHA256_CTX context;
  SHA256_Init(&context);
  std::copy(state_.begin(), state_.end(), context.h);
  context.Nl = bits_;
  for (const auto part : parts)
    SHA256_Update(&context, part.data(), part.size());
  return finish_context(context);
}

}  // namespace plexus
