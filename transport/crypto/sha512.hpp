// SHA-512, which the reference offers to applications beside SHA-256. The protocol itself meets it inside Ed25519
// alone, where libsodium brings its own. Source: FIPS 180-4; Hashes.py: sha512.
#pragma once

#include "messages/octets.hpp"

#include <array>

namespace plexus {

using sha512_digest = std::array<octet, 64>;

sha512_digest sha512(octets value);

}  // namespace plexus
