// What the Python reference did, as tests/data/generate_gates.py wrote it down.
#pragma once

#include "messages/addresses.hpp"
#include "messages/instant.hpp"
#include "tests/unit/test_data.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace plexus::test {

inline const nlohmann::json& recorded_gates() {
  static const auto recorded = [] {
    std::ifstream file(test::data_file("gates.json"));
    return nlohmann::json::parse(file);
  }();
  return recorded;
}

/// Recorded times are in 1/512 s, which nanoseconds express exactly.
inline instant at_tick(std::int64_t ticks) {
  return instant{} + duration{ticks * (1'000'000'000 / 512)};
}
static_assert(1'000'000'000 % 512 == 0);

inline destination_hash numbered(std::uint32_t number) {
  destination_hash d;
  for (int i = 0; i < 4; ++i)
    d.data()[15 - i] = static_cast<octet>(number >> 8 * i);
  return d;
}

}  // namespace plexus::test
