// Values of the management protocol out of the recorded JSON: {"$bytes": hex} are octets, {"$map": [[key, value]...]} a
// map.
#pragma once

#include "tests/unit/test_data.hpp"
#include "transport/control/value.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>
#include <string>

namespace plexus::test {

inline nlohmann::ordered_json recorded(const std::string& name) {
  std::ifstream file(test::data_file(name));
  if (!file)
    throw std::runtime_error("no test data: " + name);
  return nlohmann::ordered_json::parse(file);
}

inline value value_of(const nlohmann::ordered_json& from) {
  if (from.is_null())
    return {};
  if (from.is_boolean())
    return from.get<bool>();
  if (from.is_number_unsigned())
    return from.get<std::uint64_t>();
  if (from.is_number_integer())
    return from.get<std::int64_t>();
  if (from.is_number_float())
    return from.get<double>();
  if (from.is_string())
    return from.get<std::string>();
  if (from.is_array()) {
    value::list items;
    for (const auto& item : from)
      items.push_back(value_of(item));
    return items;
  }
  if (from.contains("$bytes"))
    return from_hex(from["$bytes"].get<std::string>());
  value::map members;
  if (from.contains("$map"))
    for (const auto& pair : from["$map"])
      members.push_back({value_of(pair[0]), value_of(pair[1])});
  else
    for (const auto& [key, content] : from.items())
      members.push_back({key, value_of(content)});
  return members;
}

}  // namespace plexus::test
