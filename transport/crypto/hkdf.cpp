#include "transport/crypto/hkdf.hpp"

#include "transport/crypto/hmac.hpp"

#include <algorithm>
#include <array>

namespace plexus {

void hkdf(mutable_octets out, octets input, octets salt, octets context) {
  // HMAC pads its key with zeros, so an empty salt and the reference's 32 zero octets are the same key.
  auto pseudorandom_key = hmac_sha256(salt, input);
  const hmac_sha256_key key(pseudorandom_key);
  wipe(pseudorandom_key);
  sha256_digest block{};
  octets previous;
  for (octet counter = 1; !out.empty(); ++counter) {
    block = key.sign({previous, context, {&counter, 1}});
    previous = block;
    const auto size = std::min(out.size(), block.size());
    std::copy_n(block.begin(), size, out.begin());
    out = out.subspan(size);
  }
  wipe(block);
}

octet_string hkdf(std::size_t size, octets input, octets salt, octets context) {
  octet_string out(size);
  hkdf(mutable_octets(out), input, salt, context);
  return out;
}

}  // namespace plexus
