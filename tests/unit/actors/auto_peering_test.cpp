#include "actors/interfaces/lan/auto_peering.hpp"

#include "actors/interfaces/lan/recent_datagrams.hpp"
#include "tests/unit/catch.hpp"

#include <algorithm>

using namespace plexus;
using namespace std::chrono_literals;

namespace {

constexpr instant t0{1000s};

ip6_octets link_local(octet last) {
  ip6_octets ip{0xfe, 0x80};
  ip[15] = last;
  return ip;
}

ip6_octets neighbour(unsigned number) {
  auto ip = link_local(0);
  ip[8] = 0x77;
  ip[14] = static_cast<octet>(number >> 8);
  ip[15] = static_cast<octet>(number);
  return ip;
}

const network_device eth0{"eth0", 2, link_local(1)}, eth1{"eth1", 3, link_local(2)};

/// Peering with eth0, past the wait at the start.
struct lan {
  auto_peering peering{t0};
  instant now = t0;

  lan() {
    auto_actions out;
    peering.on_devices(now, {eth0}, out);
    now += auto_peering::start_wait;
  }
  auto_actions token(const ip6_octets& from, unsigned device = eth0.index) {
    auto_actions out;
    peering.on_token(now, from, device, out);
    return out;
  }
  /// All that is done until `end`, deadline by deadline.
  auto_actions pass(duration time, bool echoes = true) {
    auto_actions all;
    const auto end = now + time;
    while (peering.next_deadline() <= end) {
      now = std::max(now, peering.next_deadline());
      auto_actions out;
      peering.on_time(now, out);
      if (echoes && !out.announce.empty())
        peering.on_token(now, eth0.address, eth0.index, out);
      all.announce.insert(all.announce.end(), out.announce.begin(), out.announce.end());
      all.greet.insert(all.greet.end(), out.greet.begin(), out.greet.end());
      all.lost.insert(all.lost.end(), out.lost.begin(), out.lost.end());
      all.carriers.insert(all.carriers.end(), out.carriers.begin(), out.carriers.end());
    }
    now = end;
    return all;
  }
};

}  // namespace

TEST_CASE("each device tells the group of us at once and then each 1.6 seconds") {
  auto_peering peering(t0);
  auto_actions out;
  peering.on_devices(t0, {eth0, eth1}, out);
  CHECK(out.adopted == std::vector{eth0, eth1});
  peering.on_time(t0, out);
  CHECK(out.announce == std::vector{eth0, eth1});
  CHECK(peering.next_deadline() == t0 + 1600ms);
  out = {};
  peering.on_time(t0 + 1600ms - 1ns, out);
  CHECK(out.announce.empty());
  peering.on_time(t0 + 1600ms, out);
  CHECK(out.announce.size() == 2);
}

TEST_CASE("a token makes a neighbour, once, and none before the wait at the start is over") {
  auto_peering peering(t0);
  auto_actions out;
  peering.on_devices(t0, {eth0}, out);
  peering.on_token(t0 + 1920ms - 1ns, neighbour(1), eth0.index, out);
  CHECK(out.found.empty());
  peering.on_token(t0 + 1920ms, neighbour(1), eth0.index, out);
  REQUIRE(out.found.size() == 1);
  CHECK(out.found[0].address == neighbour(1));
  CHECK(out.found[0].on == eth0);
  peering.on_token(t0 + 2s, neighbour(1), eth0.index, out);
  CHECK(out.found.size() == 1);
  CHECK(peering.peers() == 1);
}

TEST_CASE("our own token makes no neighbour, nor does one from a device that is not ours") {
  lan net;
  CHECK(net.token(eth0.address).found.empty());
  CHECK(net.token(neighbour(1), 99).found.empty());
  CHECK(net.peering.peers() == 0);
}

TEST_CASE("a silent neighbour is let go after 22 seconds, at the next job") {
  lan net;
  net.token(neighbour(1));
  CHECK(net.pass(22s).lost.empty());
  const auto lost = net.pass(auto_peering::job_interval).lost;
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].address == neighbour(1));
  CHECK(net.peering.peers() == 0);
}

TEST_CASE("tokens and data keep a neighbour") {
  lan net;
  net.token(neighbour(1));
  net.token(neighbour(2));
  for (int i = 0; i < 10; ++i) {
    CHECK(net.pass(10s).lost.empty());
    net.token(neighbour(1));
    net.peering.on_heard(neighbour(2), net.now);
  }
  CHECK(net.peering.peers() == 2);
}

TEST_CASE("a neighbour is greeted directly each 5.2 seconds") {
  lan net;
  net.token(neighbour(1));
  CHECK(net.pass(5200ms - 1ns).greet.empty());
  const auto greet = net.pass(21s).greet;
  CHECK(greet.size() == 4);
  CHECK(greet.front().address == neighbour(1));
  CHECK(greet.front().on == eth0);
}

TEST_CASE("multicast that does not come back is told once, and so is its return") {
  lan net;
  net.pass(8s);
  const auto lost = net.pass(20s, false).carriers;
  CHECK(lost == std::vector<std::pair<std::string, carrier_change>>{{"eth0", carrier_change::lost}});
  const auto back = net.pass(20s).carriers;
  CHECK(back == std::vector<std::pair<std::string, carrier_change>>{{"eth0", carrier_change::recovered}});
}

TEST_CASE("multicast that never came back is told once") {
  lan net;
  const auto told = net.pass(60s, false).carriers;
  CHECK(std::count(told.begin(), told.end(),
                   std::pair<std::string, carrier_change>("eth0", carrier_change::echo_missing)) == 1);
}

TEST_CASE("a device that changes its address is opened anew, and its neighbours stay") {
  lan net;
  net.token(neighbour(1));
  auto_actions out;
  const network_device moved{"eth0", 2, link_local(9)};
  net.peering.on_devices(net.now, {moved}, out);
  CHECK(out.abandoned == std::vector{eth0});
  CHECK(out.adopted == std::vector{moved});
  CHECK(net.peering.peers() == 1);
}

TEST_CASE("of several addresses of a device the one in use is kept") {
  lan net;
  auto_actions out;
  const network_device second{"eth0", 2, link_local(9)};
  net.peering.on_devices(net.now, {second, eth0}, out);
  CHECK(out.adopted.empty());
  CHECK(out.abandoned.empty());
}

TEST_CASE("devices come and go") {
  lan net;
  auto_actions out;
  net.peering.on_devices(net.now, {eth0, eth1}, out);
  CHECK(out.adopted == std::vector{eth1});
  out = {};
  net.peering.on_devices(net.now, {eth1}, out);
  CHECK(out.abandoned == std::vector{eth0});
  CHECK(out.adopted.empty());
}

TEST_CASE("there are never more neighbours than the bound") {
  lan net;
  for (unsigned i = 0; i < auto_peering::peers_max; ++i)
    net.token(neighbour(i));
  CHECK(net.token(neighbour(auto_peering::peers_max)).found.empty());
  CHECK(net.peering.peers() == auto_peering::peers_max);
}

TEST_CASE("a datagram is known again for 0.75 seconds, or until 48 others came") {
  recent_datagrams recent;
  CHECK_FALSE(recent.heard_before(1, t0));
  CHECK(recent.heard_before(1, t0 + 750ms - 1ns));
  CHECK_FALSE(recent.heard_before(1, t0 + 750ms));
  for (std::uint64_t i = 0; i < recent_datagrams::capacity - 1; ++i)
    CHECK_FALSE(recent.heard_before(100 + i, t0 + 1s));
  CHECK(recent.heard_before(1, t0 + 1s));
  CHECK_FALSE(recent.heard_before(99, t0 + 1s));
  CHECK_FALSE(recent.heard_before(1, t0 + 1s));
}

TEST_CASE("the configuration says which devices are used") {
  const std::vector all{eth0, eth1, network_device{"lo0", 1, link_local(3)}};
  CHECK(usable_devices(all, {}, {}) == std::vector{eth0, eth1});
  CHECK(usable_devices(all, {"eth1"}, {}) == std::vector{eth1});
  CHECK(usable_devices(all, {}, {"eth1"}) == std::vector{eth0});
  CHECK(usable_devices(all, {"eth0", "eth1"}, {"eth0"}) == std::vector{eth1});
}
