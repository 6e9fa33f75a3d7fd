// The padding of a last block: as many octets as are missing, each of that value; a whole block where none is missing.
// Source: PKCS7.py; RFC 5652 section 6.3.
#pragma once

#include "messages/expected.hpp"
#include "messages/octets.hpp"

#include <array>

namespace plexus::pkcs7 {

inline constexpr std::size_t block_size = 16;

/// The last block: `rest` and its padding. Requires rest.size() < block_size.
std::array<octet, block_size> last_block(octets rest);

/// The size without padding. Like the reference it reads the last octet only, and takes 0 for no padding at all.
/// Error: bad_value when there is no octet, or the padding is more than a block or than there is.
expected<std::size_t> unpadded_size(octets padded);

}  // namespace plexus::pkcs7
