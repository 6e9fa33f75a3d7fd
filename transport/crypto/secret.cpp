#include "transport/crypto/secret.hpp"

#include <sodium.h>

namespace plexus {

void wipe(mutable_octets value) {
  sodium_memzero(value.data(), value.size());
}

}  // namespace plexus
