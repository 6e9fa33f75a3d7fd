#include "transport/discovery/announce_turns.hpp"

#include "tests/unit/catch.hpp"

using namespace plexus;
using namespace std::chrono_literals;

TEST_CASE("each turn announces the interface that waits longest, when its interval is over") {
  announce_turns turns;
  const std::vector<announce_interval> both{{"a", 5min}, {"b", 10min}};
  const instant start{};
  CHECK(turns.next(start, both) == "a");
  CHECK(turns.next(start + 1min, both) == "b");
  CHECK(turns.next(start + 5min, both) == std::nullopt);
  CHECK(turns.next(start + 5min + 1ns, both) == "a");
  CHECK(turns.next(start + 11min, both) == "a");
  CHECK(turns.next(start + 12min, both) == "b");
}

TEST_CASE("an interface that went away and came back is announced at once") {
  announce_turns turns;
  const instant start{};
  CHECK(turns.next(start, {{"a", 5min}}) == "a");
  CHECK(turns.next(start + 1min, {}) == std::nullopt);
  CHECK(turns.next(start + 2min, {{"a", 5min}}) == "a");
}

TEST_CASE("without interfaces there is nothing to announce") {
  announce_turns turns;
  CHECK(turns.next({}, {}) == std::nullopt);
}
