#include "transport/gates/announce_shelf.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/transport/gates/recorded.hpp"

#include <random>

using namespace plexus;
using plexus::test::numbered;
using namespace std::chrono_literals;

namespace {

/// The same, by scans over a list.
struct plain_shelf {
  struct entry {
    unsigned destination;
    octet hops;
    instant since;
    int value;
  };
  std::vector<entry> list;

  void put(const entry& e) {
    for (auto& known : list)
      if (known.destination == e.destination) {
        known = e;
        return;
      }
    list.push_back(e);
  }
  int take() {
    const auto first = std::min_element(list.begin(), list.end(), [](const entry& a, const entry& b) {
      return std::tie(a.hops, a.since) < std::tie(b.hops, b.since);
    });
    const auto value = first->value;
    list.erase(first);
    return value;
  }
};

}  // namespace

TEST_CASE("the shelf agrees with a plain list whatever is done to it") {
  std::mt19937 random(7);
  announce_shelf<int> shelf(64, random());
  plain_shelf plain;
  instant now{};
  for (int step = 0; step < 20000; ++step) {
    now += std::chrono::seconds{random() % 3};
    switch (random() % 8) {
      case 0:
      case 1:
        if (!shelf.empty())
          REQUIRE(shelf.take() == plain.take());
        break;
      case 2:
        if (random() % 16 == 0) {
          const auto kept = now - 60s;
          REQUIRE(shelf.drop_before(kept) == std::erase_if(plain.list, [&](const auto& e) { return e.since < kept; }));
        }
        break;
      default: {
        const unsigned destination = random() % 100;
        const auto hops = static_cast<octet>(random() % 6);
        const bool fits = shelf.find(numbered(destination)) || !shelf.full();
        REQUIRE(shelf.put(numbered(destination), hops, now, step) == fits);
        if (fits)
          plain.put({destination, hops, now, step});
      }
    }
    REQUIRE(shelf.size() == plain.list.size());
  }
  while (!shelf.empty())
    REQUIRE(shelf.take() == plain.take());
}

TEST_CASE("a full aged table gives up what was not touched for the longest time") {
  aged_table<int> table(3, 1);
  for (unsigned i = 0; i < 3; ++i)
    table.insert(numbered(i), static_cast<int>(i));
  table.touch(table.find_slot(numbered(0)));
  table.insert(numbered(3), 3);
  CHECK(table.size() == 3);
  CHECK_FALSE(table.find(numbered(1)));
  CHECK(*table.find(numbered(0)) == 0);
  CHECK(table.key(table.oldest()) == numbered(2));
}
