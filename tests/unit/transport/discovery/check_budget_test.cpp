#include "transport/discovery/check_budget.hpp"

#include <catch2/catch.hpp>

using namespace plexus;
using namespace std::chrono_literals;

TEST_CASE("a budget is spent at once and comes back with time, but never more than a second of it") {
  check_budget budget(10);
  const auto spend = [&](instant now) {
    int taken = 0;
    while (budget.take(now))
      ++taken;
    return taken;
  };
  const instant start{1h};
  CHECK(spend(start) == 10);
  CHECK(spend(start + 300ms) == 3);
  CHECK(spend(start + 1h) == 10);
}
