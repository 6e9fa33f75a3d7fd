// HKDF with SHA-256 (RFC 5869), but for the block counter, which wraps to 0 after 255 blocks instead of ending there:
// access code masks on interfaces with a large MTU need more octets than the RFC gives.
// Source: HKDF.py; rns-1.5.7 section 0.
#pragma once

#include "messages/octets.hpp"

namespace plexus {

/// Fills `out`. An empty salt counts as 32 zero octets.
void hkdf(mutable_octets out, octets input, octets salt, octets context = {});

octet_string hkdf(std::size_t size, octets input, octets salt, octets context = {});

}  // namespace plexus
