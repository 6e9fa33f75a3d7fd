#include "transport/discovery/reachable_address.hpp"

#include "tests/unit/transport/discovery/recorded.hpp"

using namespace plexus;
using namespace plexus::test;

TEST_CASE("addresses and host names are those of the reference") {
  for (const auto& one : recorded_discovery()["addresses"]) {
    const auto text = one[0].get<std::string>();
    INFO(text);
    CHECK(is_ip_address(text) == one[1].get<bool>());
    CHECK(is_host_name(text) == one[2].get<bool>());
    CHECK(is_reachable_address(text) == (one[1].get<bool>() || one[2].get<bool>()));
    CHECK(is_out_of_reach(text) == one[3].get<bool>());
  }
}

TEST_CASE("no text, a line end and an invisible zone are no address") {
  for (const std::string text : {"", "host\n", "1.2.3.4\n", "fe80::1%a\nb", "fe80::1%a b", "::1 "})
    CHECK_FALSE(is_reachable_address(text));
}

TEST_CASE("an IPv6 address has the octets that it names") {
  CHECK(parse_ipv6_address("1:203::ffff:10.20.30.40%eth0") ==
        std::array<octet, 16>{0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 20, 30, 40});
}
