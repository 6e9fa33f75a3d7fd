#include "transport/discovery/published_interface.hpp"

#include "tests/unit/transport/discovery/recorded.hpp"
#include "transport/control/value_msgpack.hpp"

using namespace plexus;
using namespace plexus::test;

namespace {

std::optional<std::string> text_at(const nlohmann::json& from, const char* key) {
  return from[key].is_null() ? std::nullopt : std::optional(from[key].get<std::string>());
}

std::optional<double> number_at(const nlohmann::json& from, const char* key) {
  return from[key].is_null() ? std::nullopt : std::optional(from[key].get<double>());
}

value value_at(const nlohmann::json& from, const char* key) {
  if (from[key].is_string())
    return value(from[key].get<std::string>());
  return from[key].is_null() ? value() : value(from[key].get<std::int64_t>());
}

/// What our node would publish with the settings of the reference's interface.
published_interface published_from(const nlohmann::json& recorded) {
  const auto& i = recorded["interface"];
  const auto kind = recorded["kind"].get<std::string>();
  published_interface out;
  out.type = kind == "TCPClientInterface" ? published_type::kiss : *published_type_from(kind);
  out.transport = recorded["transport"].get<bool>();
  out.node = tagged_of<transport_id>(recorded_discovery()["node"]);
  out.implementation = "RNS";
  out.version = "1.5.7";
  if (const auto name = text_at(i, "discovery_name"))
    out.name = trimmed_text(*name);
  out.latitude = number_at(i, "discovery_latitude");
  out.longitude = number_at(i, "discovery_longitude");
  out.height = number_at(i, "discovery_height");
  if (const auto address = text_at(i, "discovery_lxmf_address"))
    out.operator_address = destination_hash::from_hex(*address);
  out.reachable_on = kind == "I2PInterface" ? text_at(i, "b32") : text_at(i, "reachable_on");
  out.port = i["bind_port"].get<std::uint16_t>();
  const bool rnode = kind == "RNodeInterface";
  out.radio.frequency = value_at(i, rnode ? "frequency" : "discovery_frequency");
  out.radio.bandwidth = value_at(i, rnode ? "bandwidth" : "discovery_bandwidth");
  out.radio.spreading_factor = value_at(i, "sf");
  out.radio.coding_rate = value_at(i, "cr");
  out.radio.modulation = value_at(i, "discovery_modulation");
  if (i["discovery_publish_ifac"].get<bool>()) {
    out.network_name = text_at(i, "ifac_netname");
    out.passphrase = text_at(i, "ifac_netkey");
  }
  return out;
}

value::map some_map() {
  published_interface what;
  what.type = published_type::backbone;
  what.name = "n";
  what.reachable_on = "a.b";
  what.port = 1;
  return *from_msgpack(encode_published(what))->as_map();
}

octet_string with(std::int64_t key, const value& content) {
  auto map = some_map();
  std::erase_if(map, [&](const auto& member) { return member.key == value(key); });
  map.push_back({value(key), content});
  return to_msgpack(map);
}

}  // namespace

TEST_CASE("what is published is octet for octet what the reference publishes") {
  for (const auto& one : recorded_discovery()["published"]) {
    INFO(one["interface"].dump());
    CHECK(to_hex(encode_published(published_from(one))) == one["map"].get<std::string>());
  }
}

TEST_CASE("what was published reads as what it was made from") {
  for (const auto& one : recorded_discovery()["published"]) {
    const auto read = parse_published(bytes_of(one["map"]));
    REQUIRE(read);
    CHECK(encode_published(*read) == bytes_of(one["map"]));
  }
}

TEST_CASE("every cut of a map is refused") {
  const auto map = to_msgpack(some_map());
  REQUIRE(parse_published(map));
  for (std::size_t size = 0; size < map.size(); ++size)
    CHECK_FALSE(parse_published(octets(map).first(size)));
}

TEST_CASE("maps are taken and refused as by the reference") {
  std::size_t taken = 0;
  for (const auto& one : recorded_discovery()["mutated"]) {
    INFO(one["map"].get<std::string>());
    const bool expected = !one["info"].is_null();
    CHECK(parse_published(bytes_of(one["map"])).has_value() == expected);
    taken += expected;
  }
  CHECK(taken > 50);
  CHECK(taken < recorded_discovery()["mutated"].size());
}

TEST_CASE("what the reference lets pass and nobody could use is refused") {
  CHECK_FALSE(parse_published(with(0x06, value("4242"))));
  CHECK_FALSE(parse_published(with(0x06, value(65536))));
  CHECK_FALSE(parse_published(with(0x06, value(-1))));
  CHECK_FALSE(parse_published(with(0x02, value(5))));
  CHECK_FALSE(parse_published(with(0x02, value("host\n"))));
  CHECK_FALSE(parse_published(with(0x07, value("a\n  mode = full"))));
  CHECK_FALSE(parse_published(with(0x08, value("\x1b[2J"))));
  auto map = some_map();
  map.push_back({value(0x01), value(true)});
  CHECK_FALSE(parse_published(to_msgpack(map)));
  auto longer = to_msgpack(some_map());
  longer.push_back(0);
  CHECK_FALSE(parse_published(longer));
}

TEST_CASE("implementation and version are texts without control characters, or nothing") {
  CHECK(parse_published(with(0xfd, value("R\x1b[31mNS\n")))->implementation == "R[31mNS");
  CHECK(parse_published(with(0xfd, value(7)))->implementation == std::nullopt);
  CHECK(parse_published(with(0xfc, value(value::list{})))->version == std::nullopt);
}

TEST_CASE("names are made visible as by the reference") {
  for (const auto& one : recorded_discovery()["names"]) {
    const auto name = one[0].get<std::string>();
    INFO(name);
    CHECK(visible_name(name) == (one[1].is_null() ? "" : one[1].get<std::string>()));
  }
  CHECK(visible_name("\x1b[1mbold\x7f") == "1mbold");
}

TEST_CASE("a text is published without line ends and outer blanks") {
  CHECK(trimmed_text(" \t a\r\nb \n") == "ab");
  CHECK(trimmed_text("\n ").empty());
}
