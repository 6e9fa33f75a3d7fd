#include "transport/ifac.hpp"

#include "messages/packet.hpp"
#include "transport/crypto/hkdf.hpp"
#include "transport/crypto/hmac.hpp"
#include "transport/crypto/sha256.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace plexus {
namespace {

constexpr std::size_t clear_of_code = 2;  // flags and hops stand before the code

/// Source: Reticulum.py: IFAC_SALT.
constexpr std::array<octet, 32> salt{0xad, 0xf5, 0x4d, 0x88, 0x2c, 0x9a, 0x9b, 0x80, 0x77, 0x1e, 0xb4,
                                     0x99, 0x5d, 0x70, 0x2d, 0x4a, 0x3e, 0x73, 0x33, 0x91, 0xb2, 0xa0,
                                     0xf5, 0x3f, 0x41, 0x6d, 0x9f, 0x90, 0x7e, 0x55, 0xcf, 0xf8};

}  // namespace

access_key derive_access_key(std::optional<std::string_view> network_name, std::optional<std::string_view> passphrase) {
  octet_string origin;
  for (const auto& part : {network_name, passphrase})
    if (part)
      append(origin, sha256(as_octets(*part)));
  access_key key;
  hkdf(key.bytes(), sha256(origin), salt);
  return key;
}

access_codes::access_codes(const access_key& key, std::size_t code_size)
    : key_(key), signer_(identity_secret::from(key.bytes())), code_size_(code_size) {
  if (code_size < 1 || code_size > size_max)
    throw std::invalid_argument("an interface access code has 1 to 64 octets, not " + std::to_string(code_size));
}

octet_string access_codes::apply(octets head, octets body) const {
  octet_string plain;
  plain.reserve(head.size() + body.size());
  append(plain, head);
  append(plain, body);
  const auto code = signer_.sign(plain);
  octet_string packet(plain.size() + code_size_);
  auto out = std::copy_n(plain.begin(), clear_of_code, packet.begin());
  out = std::copy_n(code.data() + code.size - code_size_, code_size_, out);
  std::copy(plain.begin() + clear_of_code, plain.end(), out);
  mask(packet);
  packet[0] |= wire::ifac_flag;
  return packet;
}

expected<octet_string> access_codes::remove(octets masked) const {
  if (masked.size() <= clear_of_code + code_size_)
    return unexpected(parse_error::truncated);
  if (!(masked[0] & wire::ifac_flag))
    return unexpected(parse_error::bad_value);
  octet_string packet(masked.begin(), masked.end());
  mask(packet);
  packet[0] &= static_cast<octet>(~wire::ifac_flag);
  const auto code_begin = packet.begin() + clear_of_code;
  packet.erase(code_begin, code_begin + static_cast<std::ptrdiff_t>(code_size_));
  const auto wanted = signer_.sign(packet);
  if (!equal_in_constant_time(code_of(masked), wanted.bytes().last(code_size_)))
    return unexpected(parse_error::bad_authentication);
  return packet;
}

signature access_codes::status_signature() const {
  return signer_.sign(sha256(key_.bytes()));
}

void access_codes::mask(octet_string& packet) const {
  const auto stream = hkdf(packet.size(), code_of(packet), key_.bytes());
  for (std::size_t i = 0; i < packet.size(); ++i)
    if (i < clear_of_code || i >= clear_of_code + code_size_)
      packet[i] ^= stream[i];
}

}  // namespace plexus
