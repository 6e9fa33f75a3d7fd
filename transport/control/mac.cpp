#include "transport/control/mac.hpp"

#include "transport/crypto/sha256.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace plexus {
namespace {

const EVP_MD* function_of(mac_digest digest) {
  switch (digest) {
    case mac_digest::md5:
      return EVP_md5();
    case mac_digest::sha256:
      return EVP_sha256();
    case mac_digest::sha384:
      return EVP_sha384();
    case mac_digest::sha3_256:
      return EVP_sha3_256();
    case mac_digest::sha3_384:
      return EVP_sha3_384();
  }
  return nullptr;
}

constexpr mac_digest digests[] = {mac_digest::md5, mac_digest::sha256, mac_digest::sha384, mac_digest::sha3_256,
                                  mac_digest::sha3_384};

}  // namespace

std::string_view to_string(mac_digest digest) {
  switch (digest) {
    case mac_digest::md5:
      return "md5";
    case mac_digest::sha256:
      return "sha256";
    case mac_digest::sha384:
      return "sha384";
    case mac_digest::sha3_256:
      return "sha3_256";
    case mac_digest::sha3_384:
      return "sha3_384";
  }
  return {};
}

std::optional<mac_digest> mac_digest_named(std::string_view name) {
  for (const auto digest : digests)
    if (to_string(digest) == name)
      return digest;
  return std::nullopt;
}

std::size_t size_of(mac_digest digest) {
  switch (digest) {
    case mac_digest::md5:
      return 16;
    case mac_digest::sha256:
    case mac_digest::sha3_256:
      return 32;
    case mac_digest::sha384:
    case mac_digest::sha3_384:
      return 48;
  }
  return 0;
}

octet_string mac(mac_digest digest, octets key, octets text) {
  octet_string code(size_of(digest));
  unsigned size = 0;
  const octet nothing = 0;
  const auto* start = key.empty() ? &nothing : key.data();
  if (HMAC(function_of(digest), start, static_cast<int>(key.size()), text.data(), text.size(), code.data(), &size) ==
          nullptr ||
      size != code.size())
    return {};
  return code;
}

octet_string rpc_key_of_identity(octets private_key) {
  const auto key = sha256(private_key);
  return {key.begin(), key.end()};
}

}  // namespace plexus
