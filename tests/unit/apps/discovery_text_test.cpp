#include "apps/plexus/discovery_text.hpp"

#include "tests/unit/transport/discovery/recorded.hpp"

using namespace plexus;
using namespace plexus::test;

namespace {

const nlohmann::json& recorded_texts() {
  return recorded_discovery()["texts"];
}

std::vector<discovered_interface> records() {
  std::vector<discovered_interface> out;
  for (const auto& file : recorded_texts()["files"])
    out.push_back(*parse_record_file(bytes_of(file)));
  return out;
}

}  // namespace

TEST_CASE("discovered interfaces are printed as rnstatus prints them") {
  const unix_time now{recorded_texts()["now"].get<double>()};
  for (const auto& one : recorded_texts()["cases"]) {
    discovery_text_options options;
    options.details = one["details"].get<bool>();
    options.show_stale = one["stale"].get<bool>();
    options.show_unknown = one["unknown"].get<bool>();
    options.filter = one["filter"].get<std::string>();
    const auto text =
        one["json"].get<bool>() ? discovered_json(records(), now) : discovered_text(records(), options, now);
    CHECK("\n" + text == one["text"].get<std::string>());
  }
}

TEST_CASE("a radio that does not say all has its other lines") {
  auto record = records()[0];
  record.offer.type = published_type::rnode;
  record.offer.implementation = "X";
  record.offer.version = "1";
  record.offer.radio = {};
  record.offer.radio.bandwidth = value(12500.5);
  record.offer.radio.coding_rate = value(5);
  const auto text = discovered_text({record}, {true, true, true, ""}, {record.last_heard.real()});
  CHECK(text.find("Frequency    :") == std::string::npos);
  CHECK(text.find("Bandwidth    : 12,500.5 Hz\nSprd. Factor : None\nCoding Rate  : 5\n") != std::string::npos);
  CHECK(text.find("Configuration Entry:") != std::string::npos);
}
