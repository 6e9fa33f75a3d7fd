#include "transport/gates/held_announces.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/transport/gates/recorded.hpp"

using namespace plexus;
using plexus::test::numbered;

TEST_CASE("held announces are released fewest hops first, then in the order they came") {
  held_announces held(8, 1);
  held.hold({{}, numbered(1), 3, {1}});
  held.hold({{}, numbered(2), 1, {2}});
  held.hold({{}, numbered(3), 1, {3}});
  CHECK(held.release()->packet == octet_string{2});
  CHECK(held.release()->packet == octet_string{3});
  CHECK(held.release()->destination == numbered(1));
  CHECK_FALSE(held.release());
}

TEST_CASE("a newer announce of a held destination replaces the older, even when all places are taken") {
  held_announces held(2, 1);
  held.hold({{}, numbered(1), 2, {1}});
  held.hold({{}, numbered(2), 2, {2}});
  CHECK(held.hold({{}, numbered(2), 1, {3}}));
  CHECK(held.size() == 2);
  CHECK(held.release()->packet == octet_string{3});
}

TEST_CASE("256 announces are held, the next destination is refused") {
  held_announces held(256, 1);
  for (unsigned i = 0; i < 256; ++i)
    CHECK(held.hold({{}, numbered(i), 1, {}}));
  CHECK_FALSE(held.hold({{}, numbered(256), 1, {}}));
  CHECK(held.size() == 256);
  CHECK(held.refused() == 1);
}

TEST_CASE("announces of 127 hops are never held") {
  held_announces held(8, 1);
  CHECK(held.hold({{}, numbered(1), 126, {}}));
  CHECK_FALSE(held.hold({{}, numbered(2), 127, {}}));
}
