#include "actors/interfaces/lan/auto_group.hpp"

#include "transport/crypto/sha256.hpp"

#include <algorithm>
#include <string>

namespace plexus {
namespace {

octet scope_digit(multicast_scope scope) {
  switch (scope) {
    case multicast_scope::link:
      return 0x2;
    case multicast_scope::admin:
      return 0x4;
    case multicast_scope::site:
      return 0x5;
    case multicast_scope::organisation:
      return 0x8;
    case multicast_scope::global:
      return 0xe;
  }
  return 0x2;
}

}  // namespace

ip6_octets multicast_address(std::string_view group_id, multicast_scope scope, bool permanent) {
  const auto hash = sha256(as_octets(group_id));
  ip6_octets ip{0xff, static_cast<octet>((permanent ? 0x00 : 0x10) | scope_digit(scope))};
  std::copy_n(hash.data() + 2, 12, ip.data() + 4);
  return ip;
}

discovery_token token_of(std::string_view group_id, const ip6_octets& ip) {
  return discovery_token(sha256(as_octets(std::string(group_id) + to_text(ip))));
}

bool is_token_of(octets datagram, std::string_view group_id, const ip6_octets& source) {
  const auto expected = token_of(group_id, source);
  return datagram.size() >= discovery_token::size &&
         std::equal(datagram.begin(), datagram.begin() + discovery_token::size, expected.data());
}

}  // namespace plexus
