#include "transport/control/blackhole_list.hpp"

#include <catch2/catch.hpp>

namespace plexus {
namespace {

template <class Hash>
Hash numbered(unsigned n) {
  Hash hash;
  for (std::size_t i = 0; i < 4; ++i)
    hash.bytes()[i] = static_cast<octet>(n >> (8 * i));
  return hash;
}

const auto self = numbered<identity_hash>(0xffff), other = numbered<identity_hash>(0xfffe);
const auto bad = numbered<identity_hash>(1), worse = numbered<identity_hash>(2);
using change = blackhole_list::change;

TEST_CASE("an identity is shut out once and let in once") {
  blackhole_list list(self);
  CHECK(list.lift(bad) == change::already_so);
  CHECK(list.add(bad, {}, "noise") == change::done);
  CHECK(list.add(bad, number(5), {}) == change::already_so);
  CHECK(list.all() == blackhole_entries{{bad, self, {}, "noise"}});
  CHECK(list.contains(bad));
  CHECK(list.lift(bad) == change::done);
  CHECK_FALSE(list.contains(bad));
}

TEST_CASE("an entry ends after its time, one without an end or with the end 0 never") {
  blackhole_list list(self);
  list.add(bad, number(100), {});
  list.add(worse, number(0), {});
  CHECK(list.expire({100}) == 0);
  CHECK(list.expire({100.5}) == 1);
  CHECK(list.expire({1e12}) == 0);
  CHECK(list.contains(worse));
}

TEST_CASE("the list of another source never replaces an entry of the node itself, and goes with its source") {
  blackhole_list list(self);
  list.add(bad, {}, "ours");
  CHECK(list.take_over(other, {{bad, {}, {}, "theirs"}, {worse, {}, {}, "theirs"}}, {0}) == 1);
  CHECK(list.own() == blackhole_entries{{bad, self, {}, "ours"}});
  CHECK(list.identities().size() == 2);
  list.keep_sources({});
  CHECK(list.all() == blackhole_entries{{bad, self, {}, "ours"}});
}

TEST_CASE("of a published list only what is not known is added, as it was published") {
  const auto third = numbered<identity_hash>(0xfffd);
  blackhole_list list(self);
  list.add(bad, {}, "ours");
  const blackhole_entries published{{bad, other, {}, "theirs"}, {worse, third, number(200), "of others"}};
  CHECK(list.add_published(other, published, {100}) == 1);
  CHECK(list.add_published(other, published, {100}) == 0);
  CHECK(list.own() == blackhole_entries{{bad, self, {}, "ours"}});
  CHECK(list.lift(bad) == change::done);
  CHECK(list.all() == blackhole_entries{{worse, third, number(200), "of others"}});
}

TEST_CASE("a published list adds nothing that is over, and nothing in the node's own name") {
  blackhole_list list(self);
  CHECK(list.add_published(other, {{bad, other, number(99), {}}, {worse, self, {}, {}}}, {100}) == 1);
  CHECK(list.all() == blackhole_entries{{worse, other, {}, {}}});
  CHECK(list.own().empty());
}

TEST_CASE("what is over is not taken over") {
  blackhole_list list(self);
  CHECK(list.take_over(other, {{bad, {}, number(99), {}}}, {100}) == 0);
  CHECK(list.size() == 0);
}

TEST_CASE("a full blackhole list refuses new identities and still updates known ones") {
  blackhole_list list(self);
  for (unsigned i = 0; i + 1 < blackhole_list::entries_max; ++i)
    list.add(numbered<identity_hash>(i), {}, {});
  const auto last = numbered<identity_hash>(0xabcdef00);
  CHECK(list.take_over(other, {{last, {}, {}, "first"}}, {0}) == 1);
  CHECK(list.size() == blackhole_list::entries_max);
  CHECK(list.add(numbered<identity_hash>(0xabcdef01), {}, {}) == change::full);
  CHECK(list.take_over(other, {{numbered<identity_hash>(0xabcdef02), {}, {}, {}}}, {0}) == 0);
  CHECK(list.take_over(other, {{last, {}, {}, "second"}}, {0}) == 1);
}

}  // namespace
}  // namespace plexus
