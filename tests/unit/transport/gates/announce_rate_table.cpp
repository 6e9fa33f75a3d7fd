#include "transport/gates/announce_rate_table.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/transport/gates/recorded.hpp"

using namespace plexus;
using plexus::test::numbered;
using namespace std::chrono_literals;

namespace {
const instant t0{1h};
const auto hourly = announce_rate_limit{1h, 0s, 2};
}  // namespace

TEST_CASE("a destination that announces too often is blocked after its grace and until its time is over") {
  announce_rate_table table(8, 1);
  CHECK_FALSE(table.on_announce(numbered(1), hourly, t0));
  CHECK_FALSE(table.on_announce(numbered(1), hourly, t0 + 1min));
  CHECK_FALSE(table.on_announce(numbered(1), hourly, t0 + 2min));
  CHECK(table.on_announce(numbered(1), hourly, t0 + 3min));
  const auto line = table.find(numbered(1));
  CHECK(line->violations == 3);
  CHECK(line->last == t0 + 2min);
  CHECK(*line->blocked_until == t0 + 2min + 1h);
  CHECK(table.on_announce(numbered(1), hourly, t0 + 2min + 1h));
  CHECK_FALSE(table.on_announce(numbered(1), hourly, t0 + 2min + 1h + 1ns));
  CHECK(table.find(numbered(1))->violations == 2);
}

TEST_CASE("the penalty prolongs the block") {
  announce_rate_table table(8, 1);
  const announce_rate_limit strict{1h, 30min, 0};
  table.on_announce(numbered(1), strict, t0);
  CHECK(table.on_announce(numbered(1), strict, t0 + 59min));
  CHECK(*table.find(numbered(1))->blocked_until == t0 + 90min);
}

TEST_CASE("slow announces pay violations back, down to none") {
  announce_rate_table table(8, 1);
  table.on_announce(numbered(1), hourly, t0);
  table.on_announce(numbered(1), hourly, t0 + 1min);
  CHECK(table.find(numbered(1))->violations == 1);
  table.on_announce(numbered(1), hourly, t0 + 2h);
  CHECK(table.find(numbered(1))->violations == 0);
  table.on_announce(numbered(1), hourly, t0 + 4h);
  CHECK(table.find(numbered(1))->violations == 0);
}

TEST_CASE("without a target nothing is limited or noted") {
  announce_rate_table table(8, 1);
  for (int i = 0; i < 10; ++i)
    CHECK_FALSE(table.on_announce(numbered(1), {}, t0));
  CHECK(table.size() == 0);
}

TEST_CASE("the last 16 announces are kept") {
  announce_rate_table table(8, 1);
  for (int i = 0; i < 20; ++i)
    table.on_announce(numbered(1), hourly, t0 + i * 1s);
  const auto heard = table.find(numbered(1))->heard;
  REQUIRE(heard.size() == 16);
  CHECK(heard.front() == t0 + 4s);
  CHECK(heard.back() == t0 + 19s);
}

TEST_CASE("a full rate table forgets the destination not heard for the longest time") {
  announce_rate_table table(100, 1);
  for (unsigned i = 0; i < 100; ++i)
    table.on_announce(numbered(i), hourly, t0);
  table.on_announce(numbered(0), hourly, t0 + 1s);
  table.on_announce(numbered(100), hourly, t0 + 2s);
  CHECK(table.size() == 100);
  CHECK_FALSE(table.find(numbered(1)));
  CHECK(table.find(numbered(0)));
  CHECK(table.all().back().destination == numbered(100));
}
