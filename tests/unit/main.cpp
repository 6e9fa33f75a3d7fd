#define CATCH_CONFIG_RUNNER
#include "tests/unit/catch.hpp"
#include "tests/unit/test_data.hpp"

// Only here is it known where the sources lie, so that everything else compiles the same wherever that is.
std::filesystem::path plexus::test::data_file(const std::filesystem::path& name) {
  return std::filesystem::path(PLEXUS_TEST_DATA) / name;
}

int main(int argc, char** argv) {
  return Catch::Session().run(argc, argv);
}
