#include "transport/discovery/discovery_table.hpp"

#include <catch2/catch.hpp>

using namespace plexus;

namespace {

discovered_interface heard(const std::string& name, double when, unsigned value = 16, bool transport = true) {
  discovered_interface record;
  record.offer.type = published_type::backbone;
  record.offer.transport = transport;
  record.offer.name = name;
  record.value = value;
  record.received = record.discovered = record.last_heard = number(when);
  return record;
}

const discovered_interface& at(const discovery_table& table, const discovery_hash& name) {
  const auto* record = table.find(name);
  REQUIRE(record);
  return *record;
}

constexpr double day = 86400;

}  // namespace

TEST_CASE("an interface that is heard again keeps when it was heard first, and counts") {
  discovery_table table;
  const auto first = table.note(heard("a", 100));
  CHECK(at(table, first.name).heard_count == 0);
  const auto again = table.note(heard("a", 200));
  CHECK(again.name == first.name);
  CHECK(at(table, first.name).heard_count == 1);
  CHECK(at(table, first.name).discovered == number(100.0));
  CHECK(at(table, first.name).last_heard == number(200.0));
  CHECK(table.size() == 1);
}

TEST_CASE("what comes from storage does not replace what was heard since") {
  discovery_table table;
  const auto name = table.note(heard("a", 200)).name;
  CHECK(table.restore(name, heard("a", 100)));
  CHECK(at(table, name).last_heard == number(200.0));
}

TEST_CASE("a full table gives up what would be listed last") {
  discovery_table table(3);
  const auto weak = table.note(heard("weak", 100, 14)).name;
  const auto old = table.note(heard("old", 100)).name;
  const auto young = table.note(heard("young", 200)).name;
  CHECK(table.note(heard("next", 300)).removed == weak);
  CHECK(table.note(heard("another", 300)).removed == old);
  CHECK(table.note(heard("another", 400)).removed == std::nullopt);
  CHECK(table.size() == 3);
  CHECK(table.find(young));
  CHECK_FALSE(table.restore(old, heard("old", 100)));
  CHECK(table.restore(young, heard("young", 100)));
}

TEST_CASE("records out of time are removed by their names") {
  discovery_table table;
  const auto old = table.note(heard("old", 0)).name;
  table.note(heard("young", 6 * day));
  CHECK(table.expire({}, {7 * day}).empty());
  CHECK(table.expire({}, {7 * day + 1}) == std::vector<discovery_hash>{old});
  CHECK(table.size() == 1);
}

TEST_CASE("relays are listed best first, others are not") {
  discovery_table table;
  const auto stale = table.note(heard("stale", 0)).name;
  const auto good = table.note(heard("good", 4 * day, 16)).name;
  const auto better = table.note(heard("better", 4 * day, 20)).name;
  table.note(heard("no relay", 4 * day, 20, false));
  using selection = discovery_table::selection;
  CHECK(table.relays(selection::all_relays, {4 * day}) == std::vector{better, good, stale});
  CHECK(table.relays(selection::available_relays, {4 * day}) == std::vector{better, good});
}
