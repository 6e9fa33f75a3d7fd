#include "actors/interfaces/flap_blocker.hpp"

#include "tests/unit/catch.hpp"

using namespace plexus;
using namespace std::chrono_literals;

namespace {

constexpr instant t0{1000s};
constexpr flap_limits limits{20s, 5, 12h};

void flap(flap_blocker& blocker, const std::string& from, int times, instant now) {
  for (int i = 0; i < times; ++i)
    blocker.on_ended(from, 1s, limits, now);
}

}  // namespace

TEST_CASE("five short connections are forgiven, the sixth blocks the address") {
  flap_blocker blocker;
  flap(blocker, "192.0.2.1", 5, t0);
  CHECK_FALSE(blocker.is_blocked("192.0.2.1", limits, t0));
  flap(blocker, "192.0.2.1", 1, t0);
  CHECK(blocker.is_blocked("192.0.2.1", limits, t0));
  CHECK_FALSE(blocker.is_blocked("192.0.2.2", limits, t0));
  CHECK(blocker.blocked(limits, t0) == std::vector<std::string>{"192.0.2.1"});
}

TEST_CASE("a connection that lived as long as the threshold is no flap") {
  flap_blocker blocker;
  for (int i = 0; i < 10; ++i)
    blocker.on_ended("192.0.2.1", 20s, limits, t0);
  CHECK(blocker.size() == 0);
  for (int i = 0; i < 6; ++i)
    blocker.on_ended("192.0.2.1", 20s - 1ns, limits, t0);
  CHECK(blocker.is_blocked("192.0.2.1", limits, t0));
}

TEST_CASE("an address is blocked until the block time after its last flap") {
  flap_blocker blocker;
  flap(blocker, "192.0.2.1", 6, t0);
  flap(blocker, "192.0.2.1", 1, t0 + 1h);
  CHECK(blocker.is_blocked("192.0.2.1", limits, t0 + 13h));
  CHECK_FALSE(blocker.is_blocked("192.0.2.1", limits, t0 + 13h + 1ns));
  CHECK(blocker.size() == 0);
}

TEST_CASE("flaps are shared by all listeners, and each judges them by its own limits") {
  flap_blocker blocker;
  flap(blocker, "192.0.2.1", 4, t0);
  CHECK_FALSE(blocker.is_blocked("192.0.2.1", limits, t0));
  CHECK(blocker.is_blocked("192.0.2.1", {20s, 3, 12h}, t0));
}

TEST_CASE("when too many addresses flap the one that has been quiet for longest is forgotten") {
  flap_blocker blocker;
  flap(blocker, "quiet", 6, t0);
  flap(blocker, "busy", 6, t0);
  for (std::size_t i = 2; i < flap_blocker::addresses_max; ++i)
    flap(blocker, std::to_string(i), 1, t0 + 1s);
  flap(blocker, "busy", 1, t0 + 2s);
  flap(blocker, "one more", 1, t0 + 3s);
  CHECK(blocker.size() == flap_blocker::addresses_max);
  CHECK_FALSE(blocker.is_blocked("quiet", limits, t0 + 3s));
  CHECK(blocker.is_blocked("busy", limits, t0 + 3s));
}
