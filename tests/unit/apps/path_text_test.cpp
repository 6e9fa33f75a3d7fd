#include "apps/plexus/path_text.hpp"

#include "apps/plexus/json_text.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/recorded_values.hpp"

using namespace plexus;

namespace {

tool_text text_for(const nlohmann::ordered_json& recorded, double now) {
  const auto& options = recorded["options"];
  const auto content = test::value_of(recorded["content"]);
  const auto wanted = options.value("destination_hexhash", "");
  if (options.value("table", false))
    return path_table_text(parse_path_entries(content).value(), destination_hash::from_hex(wanted));
  if (options.value("rates", false))
    return rate_table_text(parse_rate_entries(content).value(), destination_hash::from_hex(wanted), now);
  return blackhole_text(parse_blackhole_entries(content).value(),
                        identity_hash::from_hex(recorded["own"].get<std::string>()), wanted, now);
}

}  // namespace

TEST_CASE("paths, rates and blackholes read letter for letter as rnpath prints them") {
  const auto data = test::recorded("control/path_texts.json");
  for (const auto& recorded : data["cases"]) {
    if (recorded["options"].value("json", false))
      continue;
    INFO(recorded["name"].get<std::string>());
    const auto ours = text_for(recorded, data["now"]);
    CHECK(ours.text == recorded["text"].get<std::string>());
    CHECK(ours.exit_code == recorded["exit_code"].get<int>());
  }
}

TEST_CASE("tables survive writing and reading") {
  const auto data = test::recorded("control/path_texts.json");
  for (const auto& recorded : data["cases"]) {
    const auto content = test::value_of(recorded["content"]);
    if (recorded["options"].value("table", false))
      CHECK(encode(parse_path_entries(content).value()) == content);
    else if (recorded["options"].value("rates", false))
      CHECK(encode(parse_rate_entries(content).value()) == content);
    else
      CHECK(encode(parse_blackhole_entries(content).value()) == content);
  }
}

TEST_CASE("path tables as JSON read as rnpath prints them") {
  const auto data = test::recorded("control/path_texts.json");
  for (const auto& recorded : data["cases"])
    if (recorded["options"].value("json", false)) {
      const auto content = test::value_of(recorded["content"]);
      CHECK((recorded["options"].value("table", false)
                 ? path_table_json(parse_path_entries(content).value())
                 : rate_table_json(parse_rate_entries(content).value())) == recorded["text"].get<std::string>());
    }
}

TEST_CASE("a path that was found is told in one line") {
  const auto destination = destination_hash::from_hex("00112233445566778899aabbccddeeff").value();
  const auto via = rename<transport_id>(destination);
  CHECK(path_found_text(destination, 1, via, "AutoInterface[A]") ==
        "\rPath found, destination <00112233445566778899aabbccddeeff> is 1 hop away via "
        "<00112233445566778899aabbccddeeff> on AutoInterface[A]\n");
  CHECK(path_found_text(destination, 0, via, "x").find("is 0 hops away") != std::string::npos);
}
