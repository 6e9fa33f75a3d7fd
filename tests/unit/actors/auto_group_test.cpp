#include "actors/interfaces/lan/auto_group.hpp"

#include "tests/unit/catch.hpp"

#include <arpa/inet.h>

using namespace plexus;

namespace {

ip6_octets address_from(const char* text) {
  ip6_octets ip;
  REQUIRE(::inet_pton(AF_INET6, text, ip.data()) == 1);
  return ip;
}

}  // namespace

TEST_CASE("the multicast address of a group is the reference's") {
  CHECK(to_text(multicast_address("reticulum", multicast_scope::link, false)) ==
        "ff12:0:d70b:fb1c:16e4:5e39:485e:31e1");
  CHECK(to_text(multicast_address("test group", multicast_scope::link, false)) ==
        "ff12:0:daf3:97c9:12e2:664e:4b2a:95f6");
  CHECK(to_text(multicast_address("r\u00e9seau", multicast_scope::link, false)) ==
        "ff12:0:1c46:850f:331b:22fd:7af5:5a27");
}

TEST_CASE("type and scope of a group are digits of its address") {
  const auto first_word = [](multicast_scope scope, bool permanent) {
    return to_text(multicast_address("reticulum", scope, permanent)).substr(0, 4);
  };
  CHECK(first_word(multicast_scope::link, true) == "ff02");
  CHECK(first_word(multicast_scope::admin, false) == "ff14");
  CHECK(first_word(multicast_scope::site, false) == "ff15");
  CHECK(first_word(multicast_scope::organisation, true) == "ff08");
  CHECK(first_word(multicast_scope::global, false) == "ff1e");
}

TEST_CASE("the discovery token is the reference's") {
  const auto ip = address_from("fe80::5054:ff:fe12:3456");
  CHECK(to_hex(token_of("reticulum", ip).bytes()) ==
        "4483cd4af544deff80c6886006d361db453ef067316c40701502ae26e748f1fa");
  CHECK(to_hex(token_of("r\u00e9seau", ip).bytes()) ==
        "ede57f1f555af57e22b3e504bcaf19c5f8e6f9b363a019128cfb6f5e692ba23b");
}

TEST_CASE("a token names its group and its source, and what follows it is not looked at") {
  const auto ip = address_from("fe80::5054:ff:fe12:3456");
  const auto token = token_of("reticulum", ip);
  octet_string datagram(token.bytes().begin(), token.bytes().end());
  CHECK(is_token_of(datagram, "reticulum", ip));
  CHECK_FALSE(is_token_of(datagram, "other", ip));
  CHECK_FALSE(is_token_of(datagram, "reticulum", address_from("fe80::1")));
  datagram.push_back(1);
  CHECK(is_token_of(datagram, "reticulum", ip));
  for (std::size_t size = 0; size < discovery_token::size; ++size)
    CHECK_FALSE(is_token_of(octets(datagram).first(size), "reticulum", ip));
}
