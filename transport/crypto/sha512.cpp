#include "transport/crypto/sha512.hpp"

#include <openssl/sha.h>

namespace plexus {

sha512_digest sha512(octets value) {
  sha512_digest digest;
  SHA512(value.data(), value.size(), digest.data());
  return digest;
}

}  // namespace plexus
