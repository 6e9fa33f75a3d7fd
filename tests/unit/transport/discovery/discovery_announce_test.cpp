#include "transport/discovery/discovery_announce.hpp"

#include "tests/unit/transport/discovery/recorded.hpp"
#include "transport/discovery/discovered_interface.hpp"

using namespace plexus;
using namespace plexus::test;

namespace {

const identity& network() {
  static const identity key(identity_secret::from(bytes_of(recorded_discovery()["network_key"])));
  return key;
}

}  // namespace

TEST_CASE("announces of the reference are read, sealed or not") {
  std::size_t sealed = 0;
  for (const auto& one : recorded_discovery()["published"]) {
    const auto heard = read_discovery_data(bytes_of(one["app_data"]), 1, &network());
    REQUIRE(heard);
    CHECK(heard->value == one["value"].get<unsigned>());
    CHECK(heard->work == tagged_of<stamp>(one["stamp"]));
    CHECK(encode_published(heard->offer) == bytes_of(one["map"]));
    sealed += one["sealed"].get<bool>();
  }
  CHECK(sealed > 10);
}

TEST_CASE("in the open the app data is what the reference sends") {
  for (const auto& one : recorded_discovery()["published"])
    if (!one["sealed"].get<bool>())
      CHECK(open_discovery_data(bytes_of(one["map"]), tagged_of<stamp>(one["stamp"])) == bytes_of(one["app_data"]));
}

TEST_CASE("sealed app data is opened by the network alone") {
  const auto& one = recorded_discovery()["published"][0];
  seeded_random random(4);
  const auto sealed =
      sealed_discovery_data(bytes_of(one["map"]), tagged_of<stamp>(one["stamp"]), network().open(), random);
  REQUIRE(sealed);
  CHECK(read_discovery_data(*sealed, 1, &network()));
  CHECK(read_discovery_data(*sealed, 1, nullptr).error() == discovery_refusal::sealed);
  const auto stranger = identity::generate(random);
  CHECK(read_discovery_data(*sealed, 1, &stranger).error() == discovery_refusal::sealed);
}

TEST_CASE("announces are refused as by the reference") {
  for (const auto& one : recorded_discovery()["refused"]) {
    INFO(one["name"].get<std::string>());
    discovery_sources sources;
    for (const auto& source : one["sources"])
      sources.allowed.push_back(tagged_of<identity_hash>(source));
    const bool taken = sources.allows(tagged_of<identity_hash>(one["announcer"])) &&
                       read_discovery_data(bytes_of(one["app_data"]), one["required"].get<unsigned>(), &network());
    CHECK(taken == one["taken"].get<bool>());
  }
}

TEST_CASE("a stamp that is worth too little is refused before the map is looked at") {
  octet_string nonsense(1, 0);
  nonsense.resize(60, 0x5a);
  CHECK(read_discovery_data(nonsense, 200, nullptr).error() == discovery_refusal::weak_stamp);
  CHECK(read_discovery_data(nonsense, 0, nullptr).error() == discovery_refusal::malformed);
  CHECK(read_discovery_data(octets(nonsense).first(33), 0, nullptr).error() == discovery_refusal::too_short);
}

TEST_CASE("what a search finds is accepted by whoever asks for no more") {
  const auto map = bytes_of(recorded_discovery()["published"][0]["map"]);
  seeded_random random(5);
  stamp_search search(discovery_workblock(map), 8, random);
  std::optional<stamp> found;
  while (!found)
    found = search.step(1000);
  CHECK(read_discovery_data(open_discovery_data(map, *found), 8, nullptr));
}
