// What the Python reference did, as tests/data/generate_discovery.py wrote it down.
#pragma once

#include "messages/instant.hpp"
#include "messages/tagged_bytes.hpp"
#include "tests/unit/reference_vectors.hpp"

namespace plexus::test {

inline const nlohmann::json& recorded_discovery() {
  static const auto recorded = reference_cases("discovery");
  return recorded;
}

inline unix_time recorded_now() {
  return {recorded_discovery()["now"].get<double>()};
}

template <class Tagged>
Tagged tagged_of(const nlohmann::json& hex) {
  return *Tagged::from_hex(hex.get<std::string>());
}

}  // namespace plexus::test
