#include "transport/discovery/discovered_interface.hpp"

#include "tests/unit/transport/discovery/recorded.hpp"
#include "transport/control/value_msgpack.hpp"

#include <algorithm>

using namespace plexus;
using namespace plexus::test;

namespace {

constexpr std::int64_t recorded_hops = 3;

discovered_interface record_of(const nlohmann::json& published) {
  stamped_interface heard{*parse_published(bytes_of(published["map"])), tagged_of<stamp>(published["stamp"]),
                          published["value"].get<unsigned>()};
  return discovered(heard, tagged_of<identity_hash>(recorded_discovery()["network"]), recorded_hops, recorded_now());
}

/// A member of a stored record replaced, or taken away where there is no content.
octet_string changed(const octet_string& file, std::string_view name, const std::optional<value>& content) {
  auto map = *from_msgpack(file)->as_map();
  std::erase_if(map, [&](const auto& member) { return member.key == value(name); });
  if (content)
    map.push_back({value(name), *content});
  return to_msgpack(map);
}

octet_string some_file() {
  return bytes_of(recorded_discovery()["listing"]["records"][0]["file"]);
}

}  // namespace

TEST_CASE("records are octet for octet those of the reference") {
  std::size_t kept = 0;
  for (const auto& one : recorded_discovery()["published"]) {
    INFO(one["interface"].dump());
    auto record = record_of(one);
    for (int again = 1; again < one["times"].get<int>(); ++again)
      record = heard_again(record_of(one), record);
    REQUIRE(is_kept_type(record.offer.type) == !one["file"].is_null());
    CHECK(to_hex(encode_record_file(record)) == one["file"].get<std::string>());
    ++kept;
  }
  CHECK(kept > 50);
}

TEST_CASE("what the reference makes of odd maps is made of them here") {
  for (const auto& one : recorded_discovery()["mutated"]) {
    if (one["info"].is_null())
      continue;
    const auto theirs = from_msgpack(bytes_of(one["info"]));
    REQUIRE(theirs);
    stamped_interface heard{*parse_published(bytes_of(one["map"])), tagged_of<stamp>(one["stamp"]), 0};
    heard.value = static_cast<unsigned>(*theirs->find("value")->as_int());
    const auto ours = encode_record(
        discovered(heard, tagged_of<identity_hash>(recorded_discovery()["network"]), recorded_hops, recorded_now()));
    for (const auto& member : *theirs->as_map()) {
      INFO(*member.key.as_text());
      REQUIRE(ours.find(*member.key.as_text()));
      CHECK(*ours.find(*member.key.as_text()) == member.content);
    }
    CHECK(ours.as_map()->size() == theirs->as_map()->size() + 3);  // discovered, last_heard, heard_count
  }
}

TEST_CASE("a record reads as what was written") {
  for (const auto& one : recorded_discovery()["listing"]["records"]) {
    const auto file = bytes_of(one["file"]);
    const auto record = parse_record_file(file);
    REQUIRE(record);
    CHECK(encode_record_file(*record) == file);
    CHECK(record->hash().hex() == one["name"].get<std::string>());
  }
}

TEST_CASE("every cut of a record is refused") {
  const auto file = some_file();
  for (std::size_t size = 0; size < file.size(); ++size)
    CHECK_FALSE(parse_record_file(octets(file).first(size)));
}

TEST_CASE("records of older versions lack members, and those without the needed ones are refused") {
  for (const auto* name : {"impl_name", "version", "transport", "received", "stamp", "value", "hops", "latitude",
                           "config_entry", "discovered", "heard_count", "discovery_hash"})
    CHECK(parse_record_file(changed(some_file(), name, {})));
  for (const auto* name : {"type", "name", "transport_id", "network_id", "last_heard"}) {
    CHECK_FALSE(parse_record_file(changed(some_file(), name, {})));
    CHECK_FALSE(parse_record_file(changed(some_file(), name, value(value::list{}))));
  }
}

TEST_CASE("an access code of the word None is none") {
  const auto record = parse_record_file(changed(some_file(), "ifac_netkey", value("None")));
  REQUIRE(record);
  CHECK_FALSE(record->offer.passphrase);
}

TEST_CASE("control characters in a record of somebody else are not shown") {
  const auto file =
      changed(changed(some_file(), "impl_name", value("\x1b[2JX")), "config_entry", value("[[a]]\n\x07 b"));
  const auto record = parse_record_file(file);
  REQUIRE(record);
  CHECK(record->offer.implementation == "[2JX");
  CHECK(record->config_entry == "[[a]]\n b");
}

TEST_CASE("records are listed, ordered and removed as by the reference") {
  const auto& listing = recorded_discovery()["listing"];
  const unix_time now{listing["now"].get<double>()};
  discovery_sources sources;
  for (const auto& source : listing["sources"])
    sources.allowed.push_back(tagged_of<identity_hash>(source));
  sources.is_blackholed = [&](const identity_hash& one) {
    return std::any_of(listing["blackholed"].begin(), listing["blackholed"].end(),
                       [&](const auto& hex) { return tagged_of<identity_hash>(hex) == one; });
  };
  std::vector<discovered_interface> records;
  for (const auto& one : listing["records"]) {
    auto record = *parse_record_file(bytes_of(one["file"]));
    CHECK(is_to_be_removed(record, sources, now) == !one["kept"].get<bool>());
    if (one["kept"].get<bool>())
      records.push_back(std::move(record));
  }
  sort_discovered(records, now);
  REQUIRE(records.size() == listing["listed"].size());
  const auto rank = [&](const discovered_interface& r) {
    return std::tuple(r.status(now), r.value, r.last_heard.real());
  };
  std::vector<std::string> ours, theirs;
  for (std::size_t i = 0; i < records.size(); ++i) {
    CHECK(std::string(to_string(records[i].status(now))) == listing["listed"][i][1].get<std::string>());
    CHECK(static_cast<int>(records[i].status(now)) == listing["listed"][i][2].get<int>());
    if (i > 0)
      CHECK_FALSE(rank(records[i - 1]) < rank(records[i]));
    ours.push_back(records[i].hash().hex());
    theirs.push_back(listing["listed"][i][0].get<std::string>());
  }
  std::sort(ours.begin(), ours.end());
  std::sort(theirs.begin(), theirs.end());
  CHECK(ours == theirs);
}

TEST_CASE("an endpoint is the same whoever names it") {
  auto one = *parse_record_file(some_file());
  one.offer.reachable_on = "host";
  one.offer.port = 7;
  auto other = one;
  other.offer.name = "another name";
  other.offer.node = {};
  CHECK(one.endpoint() == other.endpoint());
  CHECK(one.hash() != other.hash());
  other.offer.port = 8;
  CHECK(one.endpoint() != other.endpoint());
}
