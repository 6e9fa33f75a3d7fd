// Octets as they travel: views, owned strings, and conversions to and from hexadecimal.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plexus {

using octet = std::uint8_t;
/// Octets that are only looked at. The caller keeps them alive.
using octets = std::span<const octet>;
using mutable_octets = std::span<octet>;
/// Octets that are owned.
using octet_string = std::vector<octet>;

/// Lower-case hexadecimal, two digits an octet.
std::string to_hex(octets value);

/// The octets that `text` names, or an empty string when it is not an even number of hexadecimal digits.
octet_string from_hex(std::string_view text);

inline octets as_octets(std::string_view text) {
  return {reinterpret_cast<const octet*>(text.data()), text.size()};
}
inline std::string_view as_text(octets value) {
  return {reinterpret_cast<const char*>(value.data()), value.size()};
}

/// Appends `more` to `to`.
inline void append(octet_string& to, octets more) {
  const auto end = to.size();
  to.resize(end + more.size());
  std::copy(more.begin(), more.end(), to.begin() + static_cast<std::ptrdiff_t>(end));
}

}  // namespace plexus
