// Values of the management protocol as JSON, octets as hexadecimal digits.
#pragma once

#include "transport/control/value.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace plexus {

/// Keeps the order of members. Keys that are octets become hexadecimal, other keys that are no text their Python text.
nlohmann::ordered_json to_json(const value& v);

/// As Python's json.dumps writes it: `, ` and `: ` between the parts, everything beyond ASCII escaped.
std::string json_text(const value& v);

}  // namespace plexus
