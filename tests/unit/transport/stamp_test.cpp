#include "transport/stamp.hpp"

#include "tests/unit/transport/discovery/recorded.hpp"

#include <algorithm>

using namespace plexus;
using namespace plexus::test;

TEST_CASE("stamps are worth what they are worth to the reference") {
  for (const auto& one : recorded_discovery()["stamps"]) {
    const stamp_workblock workblock(bytes_of(one["material"]), one["rounds"].get<unsigned>());
    const auto claimed = tagged_of<stamp>(one["stamp"]);
    CHECK(workblock.value_of(claimed) == one["value"].get<unsigned>());
    const auto valid = one["valid"].get<std::vector<unsigned>>();
    for (unsigned cost = 0; cost < 12; ++cost)
      CHECK(workblock.accepts(claimed, cost) == (std::find(valid.begin(), valid.end(), cost) != valid.end()));
  }
}

TEST_CASE("a search goes on in slices until it finds a stamp") {
  const stamp_workblock workblock(octet_string(32, 7), 2);
  seeded_random random(1);
  stamp_search search(workblock, 10, random);
  std::optional<stamp> found;
  std::size_t slices = 0;
  for (; !found && slices < 100'000; ++slices)
    found = search.step(16);
  REQUIRE(found);
  CHECK(workblock.value_of(*found) >= 10);
  CHECK(search.tried() <= slices * 16);
  CHECK(search.tried() > (slices - 1) * 16);
}

TEST_CASE("a search of no steps finds nothing, and one at no cost its first stamp") {
  const stamp_workblock workblock(octet_string(32, 7), 1);
  seeded_random random(2);
  stamp_search hard(workblock, stamp_cost_max, random);
  CHECK_FALSE(hard.step(0));
  CHECK_FALSE(hard.step(1000));
  CHECK(hard.tried() == 1000);
  stamp_search easy(workblock, 0, random);
  CHECK(easy.step(1));
}

TEST_CASE("two searches for the same work begin in different places") {
  const stamp_workblock workblock(octet_string(32, 7), 1);
  seeded_random random(3);
  stamp_search first(workblock, 0, random), second(workblock, 0, random);
  CHECK(first.step(1) != second.step(1));
}

TEST_CASE("a workblock that was expanded elsewhere is worth the same") {
  const auto material = as_octets("what is stamped");
  const auto block = expand_workblock(material, 3);
  CHECK(block.size() == 3 * stamp_workblock::round_size);
  const auto again = stamp_workblock::from_expanded(block);
  REQUIRE(again);
  const stamp_workblock first(material, 3);
  for (octet n = 0; n < 20; ++n) {
    stamp tried;
    tried.data()[0] = n;
    CHECK(again->value_of(tried) == first.value_of(tried));
  }
  CHECK_FALSE(stamp_workblock::from_expanded(octets(block).first(255)));
}
