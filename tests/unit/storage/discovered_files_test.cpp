#include "storage/state/state_directory.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/storage/temporary_directory.hpp"
#include "tests/unit/transport/discovery/recorded.hpp"

#include <fstream>

using namespace plexus;
using namespace plexus::test;
namespace fs = std::filesystem;

namespace {

struct prepared {
  temporary_directory directory;
  state_directory state{directory.path()};
  fs::path folder = directory.path() / "storage" / "discovery" / "interfaces";
  prepared() { REQUIRE_FALSE(state.prepare()); }

  void write(const std::string& name, octets content) const {
    std::ofstream(folder / name, std::ios::binary) << as_text(content);
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }
};

const nlohmann::json& recorded_files() {
  return recorded_discovery()["listing"]["records"];
}

}  // namespace

TEST_CASE("records that the reference stored are loaded by the names of their files") {
  const prepared at;
  for (const auto& one : recorded_files())
    at.write(one["name"].get<std::string>(), bytes_of(one["file"]));
  const auto loaded = at.state.load_discovered();
  CHECK(loaded.faults.empty());
  REQUIRE(loaded.records.size() == recorded_files().size());
  for (const auto& [name, record] : loaded.records)
    CHECK(record.hash() == name);
}

TEST_CASE("a stored record is octet for octet the reference's, and can be forgotten") {
  const prepared at;
  const auto file = bytes_of(recorded_files()[0]["file"]);
  const auto record = *parse_record_file(file);
  CHECK_FALSE(at.state.save_discovered(record.hash(), record));
  std::error_code error;
  const auto stored = file_contents::read(at.folder / recorded_files()[0]["name"].get<std::string>(), error);
  CHECK(octet_string(stored.bytes().begin(), stored.bytes().end()) == file);
  CHECK_FALSE(at.state.forget_discovered(record.hash()));
  CHECK_FALSE(at.state.forget_discovered(record.hash()));
  CHECK(at.files() == 0);
}

TEST_CASE("whatever step a write is at, the directory holds whole records only") {
  const prepared at;
  const auto record = *parse_record_file(bytes_of(recorded_files()[0]["file"]));
  std::size_t steps = 0;
  const state_directory watched(at.directory.path(), [&](write_step) {
    ++steps;
    for (const auto& entry : fs::directory_iterator(at.folder)) {
      std::error_code error;
      CHECK(parse_record_file(file_contents::read(entry.path(), error)));
    }
  });
  CHECK_FALSE(watched.save_discovered(record.hash(), record));
  CHECK_FALSE(watched.save_discovered(record.hash(), record));
  CHECK(steps >= 6);
  CHECK(at.files() == 1);
}

TEST_CASE("what is no record is reported and stays, what is not named like one is not looked at") {
  const prepared at;
  const std::string name(64, 'a');
  at.write(name, octet_string{1, 2, 3});
  at.write("README", octet_string{1});
  const auto loaded = at.state.load_discovered();
  CHECK(loaded.records.empty());
  REQUIRE(loaded.faults.size() == 1);
  CHECK(loaded.faults[0].path == at.folder / name);
  CHECK(at.files() == 2);
}

TEST_CASE("without the directory there are no records") {
  const temporary_directory directory;
  CHECK(state_directory(directory.path()).load_discovered().records.empty());
}
