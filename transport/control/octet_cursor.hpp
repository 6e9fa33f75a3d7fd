// Reads numbers and runs of octets from the front of a view; whoever reads past the end gets nothing.
#pragma once

#include "messages/octets.hpp"

#include <concepts>
#include <cstdint>
#include <optional>

namespace plexus {

class octet_cursor {
public:
  explicit octet_cursor(octets from) : rest_(from) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

  std::optional<octets> take(std::uint64_t size) {
    if (size > rest_.size())
      return std::nullopt;
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  std::optional<std::uint64_t> big_endian(std::size_t size) {
    const auto taken = take(size);
    if (!taken)
      return std::nullopt;
    std::uint64_t number = 0;
    for (const auto o : *taken)
      number = number << 8 | o;
    return number;
  }
  std::optional<std::uint64_t> little_endian(std::size_t size) {
    const auto taken = take(size);
    if (!taken)
      return std::nullopt;
    std::uint64_t number = 0;
    for (std::size_t i = size; i-- > 0;)
      number = number << 8 | (*taken)[i];
    return number;
  }
  /// The octets up to the next `end`, which is skipped.
  std::optional<octets> take_until(octet end) {
    for (std::size_t i = 0; i < rest_.size(); ++i)
      if (rest_[i] == end) {
        const auto taken = rest_.first(i);
        rest_ = rest_.subspan(i + 1);
        return taken;
      }
    return std::nullopt;
  }

private:
  octets rest_;
};

inline void append_big_endian(octet_string& to, std::uint64_t number, std::size_t size) {
  for (std::size_t i = size; i-- > 0;)
    to.push_back(static_cast<octet>(number >> (8 * i)));
}
inline void append_little_endian(octet_string& to, std::uint64_t number, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    to.push_back(static_cast<octet>(number >> (8 * i)));
}

/// Whether the octets are well-formed UTF-8, as Python's strict decoder takes it (no surrogates, no overlong forms).
bool is_utf8(octets text);

}  // namespace plexus
