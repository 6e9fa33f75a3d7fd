#include "storage/config/config_text.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/test_data.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

using namespace plexus;

namespace {

nlohmann::json grammar_cases() {
  std::ifstream in{test::data_file("config_grammar.json")};
  return nlohmann::json::parse(in).at("cases");
}

nlohmann::json shown(const config_section& section) {
  auto keys = nlohmann::json::array(), sections = nlohmann::json::array();
  for (const auto& entry : section.entries()) {
    nlohmann::json value;
    try {
      const auto read = section.value(entry.key);
      value = read->is_list ? nlohmann::json(read->items) : nlohmann::json(read->items.front());
    } catch (const config_error&) {
      value = nullptr;
    }
    keys.push_back(nlohmann::json::array({entry.key, value}));
  }
  for (const auto& sub : section.sections())
    sections.push_back(nlohmann::json::array({sub->name(), shown(*sub)}));
  return {{"keys", keys}, {"sections", sections}};
}

config_error error_of(const std::string& text) {
  try {
    const auto file = parse_config(text, "config");
    for (const auto& entry : file->entries())
      file->value(entry.key);
  } catch (const config_error& error) {
    return error;
  }
  FAIL("no error in " << text);
  return {"", 0, "", ""};
}

}  // namespace

TEST_CASE("every text means what the reference reads in it, and fails where it fails") {
  const auto cases = grammar_cases();
  REQUIRE(cases.size() > 2000);
  for (const auto& one : cases) {
    const auto text = one.at("text").get<std::string>();
    INFO("text: " << one.at("text").dump());
    if (one.contains("tree")) {
      std::unique_ptr<config_section> file;
      REQUIRE_NOTHROW(file = parse_config(text, "config"));
      CHECK(shown(*file) == one.at("tree"));
    } else {
      try {
        parse_config(text, "config");
        FAIL_CHECK("read, though the reference fails in line " << one.at("error_line").dump());
      } catch (const config_error& error) {
        CHECK(error.line() == one.at("error_line").get<int>());
      }
    }
  }
}

TEST_CASE("keys and sections remember their lines, also after a value of several lines") {
  const auto file = parse_config("a = 1\n\n[s]\nb = '''x\ny\nz'''\nc = 2\n[[t]]\n", "config");
  CHECK(file->find("a")->line == 1);
  CHECK(file->section("s")->line() == 3);
  CHECK(file->section("s")->find("b")->line == 4);
  CHECK(file->section("s")->find("c")->line == 7);
  CHECK(file->section("s")->section("t")->line() == 8);
  CHECK(file->section("s")->section("t")->depth() == 2);
}

TEST_CASE("errors name file, line, key and what was expected") {
  CHECK(std::string{error_of("a = 1\n[s]\nk = 'open").what()} ==
        "config:3: k: expected a value, a quoted value or a list, found: 'open");
  CHECK(std::string{error_of("x\n").what()} == "config:1: expected [section] or key = value, found: x");
  CHECK(std::string{error_of("a = 1\na = 2").what()} ==
        "config:2: a: expected a new key, found one that was used before");
  CHECK(std::string{error_of("[s]\n[s]").what()} ==
        "config:2: s: expected a new section name, found one that was used before");
  CHECK(std::string{error_of("[[s]]").what()} == "config:1: s: expected a section of depth 1 or less, found depth 2");
  CHECK(std::string{error_of("[[s]").what()} == "config:1: s: expected as many closing as opening brackets");
  CHECK(std::string{error_of("\n\na = \"\"\"x\ny").what()} ==
        "config:3: a: expected closing triple quotes at the end of a line");
  CHECK(std::string{error_of("b = 1\na = %(c)s").what()} ==
        "config:2: a: expected a value for %(c)s, found none in this section or around it");
  CHECK(std::string{error_of("a = %(b)s\nb = 1, 2").what()} ==
        "config:1: a: expected a single value for %(b)s, found a list in line 2");
  CHECK(error_of("a = \xff\xfe").line() == 1);
  CHECK_THROWS_WITH(load_config("/nonexistent/config"),
                    Catch::Contains("/nonexistent/config: expected a readable file: No such file"));
}

TEST_CASE("interpolation is bounded in size and number") {
  std::string many = "a0 = x\n";
  for (int i = 1; i < 40; ++i) {
    const auto before = std::to_string(i - 1);
    many.append("a").append(std::to_string(i)).append(" = ");
    for (int twice = 0; twice < 2; ++twice)
      many.append("%(a").append(before).append(")s");
    many.append("\n");
  }
  const auto file = parse_config(many, "config");
  CHECK(file->value("a8")->items.front() == std::string(256, 'x'));
  CHECK_THROWS_AS(file->value("a39"), config_error);
  CHECK_THROWS_AS(parse_config("big = " + std::string(40000, 'x') + "\na = %(big)s%(big)s", "config")->value("a"),
                  config_error);
}

TEST_CASE("a line that is too long is an error") {
  CHECK_THROWS_AS(parse_config("a = " + std::string(config_line_max, 'x'), "config"), config_error);
  CHECK_NOTHROW(parse_config("a = " + std::string(config_line_max - 4, 'x'), "config"));
}

TEST_CASE("long lists, and long lines that are no list, take no time to speak of") {
  std::string list = "a = x";
  while (list.size() < 60000)
    list += ", 'x, y'";
  CHECK(parse_config(list, "config")->value("a")->items.size() > 7000);
  std::string quotes = "a = '" + std::string(30000, '\'') + ",\"";
  CHECK_THROWS_AS(parse_config(quotes, "config"), config_error);
}
