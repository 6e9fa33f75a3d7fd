// Vectors that tests/data/generate.py took from the Python reference.
#pragma once

#include "messages/octets.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/test_data.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <optional>
#include <string>

namespace plexus::test {

/// The cases of tests/data/<family>.json.
inline nlohmann::json reference_cases(const std::string& family) {
  std::ifstream file(test::data_file(family + ".json"));
  REQUIRE(file);
  return nlohmann::json::parse(file);
}

inline octet_string bytes_of(const nlohmann::json& hex) {
  return from_hex(hex.get<std::string>());
}

/// Nothing where the reference had None or nothing at all.
inline std::optional<octet_string> maybe_bytes(const nlohmann::json& entry, const char* key) {
  if (!entry.contains(key) || entry[key].is_null())
    return std::nullopt;
  return bytes_of(entry[key]);
}

}  // namespace plexus::test
