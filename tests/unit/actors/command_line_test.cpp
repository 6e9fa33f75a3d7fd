#include "actors/interfaces/pipe/command_line.hpp"

#include "tests/unit/catch.hpp"

#include <stdexcept>

using namespace plexus;
using words = std::vector<std::string>;

// Expected values are those of Python's shlex.split.

TEST_CASE("a command is split at white space") {
  CHECK(split_command("a b  c") == words{"a", "b", "c"});
  CHECK(split_command(" a\tb\nc ") == words{"a", "b", "c"});
  CHECK(split_command("a # b|c;d") == words{"a", "#", "b|c;d"});
}

TEST_CASE("quotes keep white space, and vanish") {
  CHECK(split_command("a 'b c' \"d e\"") == words{"a", "b c", "d e"});
  CHECK(split_command("x'y'z a\"\"b") == words{"xyz", "ab"});
  CHECK(split_command("a ''") == words{"a", ""});
  CHECK(split_command("'a\\b'") == words{"a\\b"});
}

TEST_CASE("a backslash keeps the next character, in double quotes only some") {
  CHECK(split_command(R"(a\ b "c\"d\x" \')") == words{"a b", R"(c"d\x)", "'"});
  CHECK(split_command(R"("a\\b")") == words{R"(a\b)"});
}

TEST_CASE("a command that has no end, or no word, is refused") {
  for (const auto* text : {"a \"b", "a 'b", "a \\", "", "  ", "\"a\\"})
    CHECK_THROWS_AS(split_command(text), std::invalid_argument);
}

TEST_CASE("a program is found by its path or in PATH") {
  CHECK(find_program("/bin/sh") == "/bin/sh");
  CHECK(find_program("sh").ends_with("/sh"));
  CHECK_THROWS_AS(find_program("no-such-program-anywhere"), std::runtime_error);
  CHECK_THROWS_AS(find_program("/no/such/program"), std::runtime_error);
}
