#include "transport/control/value.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/recorded_values.hpp"
#include "transport/control/rpc_message.hpp"
#include "transport/control/tables.hpp"
#include "transport/control/value_msgpack.hpp"
#include "transport/control/value_pickle.hpp"

#include <cstring>

using namespace plexus;

namespace {

/// Long runs are recorded as {"$repeat": [element, count]}.
value recorded_value(const nlohmann::ordered_json& from) {
  if (!from.is_object() || !from.contains("$repeat"))
    return test::value_of(from);
  const auto element = test::value_of(from["$repeat"][0]);
  const auto count = from["$repeat"][1].get<std::size_t>();
  if (const auto* text = element.as_text())
    return std::string(count, text->front());
  if (const auto* bytes = element.as_bytes())
    return octet_string(count, bytes->front());
  return value::list(count, element);
}

constexpr value_limits roomy{16, 1 << 20, 1 << 20};

octet_string pickle(std::initializer_list<int> opcodes) {
  octet_string text{0x80, 4};
  for (const int o : opcodes)
    text.push_back(static_cast<octet>(o));
  return text;
}

}  // namespace

TEST_CASE("values are packed octet for octet as the reference packs them") {
  const auto data = test::recorded("control/values.json");
  for (const auto& recorded : data) {
    const auto v = recorded_value(recorded["value"]);
    const auto packed = to_msgpack(v);
    const auto expected_hex = recorded["msgpack"].get<std::string>();
    INFO(expected_hex);
    if (recorded["pickles"].empty())
      CHECK(to_hex(packed).substr(0, expected_hex.size()) == expected_hex);
    else
      CHECK(to_hex(packed) == expected_hex);
    const auto unpacked = from_msgpack(packed, roomy);
    REQUIRE(unpacked);
    CHECK(*unpacked == v);
  }
}

TEST_CASE("pickles of protocols 2 to 5 are read as the values that Python wrote") {
  const auto data = test::recorded("control/values.json");
  for (const auto& recorded : data)
    for (const auto& [protocol, hex] : recorded["pickles"].items()) {
      INFO("protocol " << protocol << " " << hex);
      const auto read = from_pickle(from_hex(hex.get<std::string>()));
      REQUIRE(read);
      CHECK(*read == recorded_value(recorded["value"]));
    }
}

TEST_CASE("a pickle that was written reads back equal") {
  const auto data = test::recorded("control/values.json");
  for (const auto& recorded : data) {
    const auto v = recorded_value(recorded["value"]);
    const auto read = from_pickle(to_pickle(v), roomy);
    REQUIRE(read);
    CHECK(*read == v);
  }
}

TEST_CASE("no truncated value is taken for a whole one") {
  const auto data = test::recorded("control/values.json");
  for (const auto& recorded : data) {
    if (recorded["pickles"].empty())
      continue;
    const auto packed = from_hex(recorded["msgpack"].get<std::string>());
    for (std::size_t size = 0; size < packed.size(); ++size)
      CHECK_FALSE(from_msgpack(octets(packed).first(size)));
    for (const auto& [protocol, hex] : recorded["pickles"].items()) {
      const auto pickled = from_hex(hex.get<std::string>());
      for (std::size_t size = 0; size < pickled.size(); ++size)
        CHECK_FALSE(from_pickle(octets(pickled).first(size)));
    }
  }
}

TEST_CASE("a message is answered in the dialect it came in") {
  const auto data = test::recorded("control/values.json");
  for (const auto& recorded : data) {
    if (recorded["pickles"].empty())
      continue;
    const auto v = recorded_value(recorded["value"]);
    const auto packed = decode_message(encode_message(rpc_dialect::msgpack, v));
    REQUIRE(packed);
    CHECK(packed->dialect == rpc_dialect::msgpack);
    CHECK(packed->content == v);
    for (const auto& [protocol, hex] : recorded["pickles"].items()) {
      const auto pickled = decode_message(from_hex(hex.get<std::string>()));
      REQUIRE(pickled);
      CHECK(pickled->dialect == rpc_dialect::pickle);
      CHECK(pickled->content == v);
    }
  }
}

TEST_CASE("a table of paths that is made while it is sent has the octets of one that is held") {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{70'000}}) {
    path_entries table(size);
    for (std::size_t i = 0; i < size; ++i) {
      std::memcpy(table[i].destination.bytes().data(), &i, sizeof i);
      table[i].hops = static_cast<std::int64_t>(i % 128);
      table[i].interface = "TCPInterface[far/10.0.0.1:4242]";
    }
    const auto held = encode(table), made = encode(std::make_shared<const path_entries>(table));
    for (const auto dialect : {rpc_dialect::msgpack, rpc_dialect::pickle})
      CHECK((encode_message(dialect, made) == encode_message(dialect, held)));
    CHECK(made.truthy() == (size > 0));
    CHECK((parse_path_entries(made) == table));
  }
}

TEST_CASE("an empty map is MessagePack, and octets after it make no pickle of it") {
  CHECK(decode_message(from_hex("80"))->content == value(value::map{}));
  CHECK_FALSE(decode_message(from_hex("8001")));
  CHECK_FALSE(decode_message(from_hex("8002")));
  CHECK_FALSE(decode_message({}));
}

TEST_CASE("a pickle that names a Python object is refused") {
  const auto named = [](std::string_view module_and_name, std::string_view rest) {
    octet_string text{0x80, 2, 'c'};
    append(text, as_octets(module_and_name));
    append(text, as_octets(rest));
    return text;
  };
  CHECK(from_pickle(named("os\nsystem\n", "X\x02")).error() == parse_error::bad_value);
  CHECK(from_pickle(named("builtins\neval\n", ")R.")).error() == parse_error::bad_value);
  CHECK(from_pickle(named("_codecs\nencode\n", ".")).error() == parse_error::bad_value);
  CHECK(from_pickle(named("_codecs\nencode\n", ")R.")).error() == parse_error::bad_value);
  CHECK(from_pickle(named("builtins\nbytes\n",
                          "](K\x01"
                          "eR."))
            .error() == parse_error::bad_value);
  for (const int opcode : std::initializer_list<int>{0x93, 0x81, 0x82, 'i', 'o', 'b', 'P', 'Q', 0x92, 0x97, 0x96})
    CHECK(from_pickle(pickle({'N', opcode, '.'})).error() == parse_error::bad_value);
}

TEST_CASE("a pickle whose stack does not fit is refused") {
  for (const auto& text : {pickle({'.'}), pickle({'N', 'N', '.'}), pickle({'(', '.'}), pickle({'N', '(', '.'}),
                           pickle({'e', '.'}), pickle({'N', 'a', '.'}), pickle({'N', 'N', 'a', '.'}),
                           pickle({'(', 'K', 1, 'e', '.'}), pickle({'}', '(', 'K', 1, 'u', '.'}),
                           pickle({']', 'N', 'N', 's', '.'}), pickle({'h', 0, '.'}), pickle({'q', 0, '.'}),
                           pickle({0x85, '.'}), pickle({'N', 'R', '.'}), pickle({'N', '.', '.'}), pickle({'t', '.'})})
    CHECK(from_pickle(text).error() == parse_error::bad_value);
}

TEST_CASE("a container that holds itself, or too much by reference, is refused") {
  CHECK(from_pickle(pickle({']', 0x94, 'h', 0, 'a', '.'})).error() == parse_error::oversized);
  auto doubling = pickle({']', 0x94});  // each list holds the one before it twice
  for (int i = 0; i < 14; ++i)
    for (const int o : std::initializer_list<int>{']', 0x94, '(', 'h', i, 'h', i, 'e'})
      doubling.push_back(static_cast<octet>(o));
  for (int i = 0; i < 14; ++i)
    append(doubling, as_octets("\x86"));
  doubling.push_back('.');
  CHECK_FALSE(from_pickle(doubling, {32, 1000, 1000}));
}

TEST_CASE("values beyond the limits are refused") {
  value deep = value::list{};
  for (int i = 0; i < 16; ++i)
    deep = value::list{deep};
  CHECK(from_msgpack(to_msgpack(deep)).error() == parse_error::oversized);
  CHECK(from_pickle(to_pickle(deep)).error() == parse_error::oversized);
  CHECK(from_msgpack(to_msgpack(*deep.as_list()->begin())));
  CHECK(from_pickle(to_pickle(*deep.as_list()->begin())));

  const value many = value::list(10, value(1));
  CHECK(from_msgpack(to_msgpack(many), {16, 11, 0}));
  CHECK(from_pickle(to_pickle(many), {16, 11, 0}));
  CHECK(from_msgpack(to_msgpack(many), {16, 10, 0}).error() == parse_error::oversized);
  CHECK(from_pickle(to_pickle(many), {16, 10, 0}).error() == parse_error::oversized);

  const value fat = value::list{"12345", octet_string(5)};
  CHECK(from_msgpack(to_msgpack(fat), {16, 10, 10}));
  CHECK(from_pickle(to_pickle(fat), {16, 10, 10}));
  CHECK(from_msgpack(to_msgpack(fat), {16, 10, 9}).error() == parse_error::oversized);
  CHECK(from_pickle(to_pickle(fat), {16, 10, 9}).error() == parse_error::oversized);
}

TEST_CASE("text that is not UTF-8 is refused") {
  for (const auto* hex : {"a1ff", "a2c080", "a3eda080", "a4f4908080", "a1c3", "a3e28228"})
    CHECK(from_msgpack(from_hex(hex)).error() == parse_error::bad_value);
  CHECK(from_msgpack(from_hex("a4f09f9880")));
}

TEST_CASE("extension types, unused tags and octets behind the value are refused") {
  for (const auto* hex : {"c1", "d6ff00000000", "c70100aa", "c0c0", "0100"})
    CHECK(from_msgpack(from_hex(hex)).error() == parse_error::bad_value);
}

TEST_CASE("equal whole numbers are equal values whatever their type was") {
  CHECK(value(std::uint64_t{5}) == value(5));
  CHECK_FALSE(value(5.0) == value(5));
  CHECK_FALSE(value("a") == value(octet_string{'a'}));
  CHECK(value(~std::uint64_t{0}).as_unsigned() == ~std::uint64_t{0});
  CHECK_FALSE(value(~std::uint64_t{0}).as_int());
  CHECK_FALSE(value(-1).as_unsigned());
}
