#include "actors/supervision/restart_policy.hpp"

#include "tests/unit/catch.hpp"

using namespace plexus;
using namespace std::chrono_literals;

namespace {

constexpr instant t0{};
constexpr restart_limits limits{.restarts_max = 3, .window = 60s, .backoff_first = 10ms, .backoff_max = 30ms};

}  // namespace

TEST_CASE("a child that dies is started again, each time after a longer wait, up to a limit") {
  restart_policy policy{limits};
  CHECK(policy.on_death(t0) == 10ms);
  CHECK(policy.on_death(t0 + 1s) == 20ms);
  CHECK(policy.on_death(t0 + 2s) == 30ms);
  CHECK(policy.restarts() == 3);
}

TEST_CASE("too many deaths in a window are not answered with a restart") {
  restart_policy policy{limits};
  for (int i = 0; i < 3; ++i)
    REQUIRE(policy.on_death(t0 + i * 1s));
  CHECK_FALSE(policy.on_death(t0 + 59s));
  CHECK(policy.restarts() == 3);
}

TEST_CASE("deaths are forgotten after a window") {
  restart_policy policy{limits};
  for (int i = 0; i < 3; ++i)
    REQUIRE(policy.on_death(t0));
  CHECK(policy.on_death(t0 + 60s) == 10ms);
}
