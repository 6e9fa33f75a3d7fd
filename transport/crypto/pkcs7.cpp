#include "transport/crypto/pkcs7.hpp"

#include <algorithm>

namespace plexus::pkcs7 {

std::array<octet, block_size> last_block(octets rest) {
  std::array<octet, block_size> block;
  block.fill(static_cast<octet>(block_size - rest.size()));
  std::copy(rest.begin(), rest.end(), block.begin());
  return block;
}

expected<std::size_t> unpadded_size(octets padded) {
  if (padded.empty() || padded.back() > std::min(block_size, padded.size()))
    return unexpected(parse_error::bad_value);
  return padded.size() - padded.back();
}

}  // namespace plexus::pkcs7
