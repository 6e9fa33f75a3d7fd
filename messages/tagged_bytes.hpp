// A fixed number of octets with a meaning. Two of them differ in type even where the octets are alike.
#pragma once

#include "messages/octets.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstring>
#include <functional>
#include <optional>
#include <string>

namespace plexus {

template <class Tag, std::size_t Size>
class tagged_bytes {
public:
  static constexpr std::size_t size = Size;

  constexpr tagged_bytes() = default;
  constexpr explicit tagged_bytes(const std::array<octet, Size>& value) : value_(value) {}

  /// Takes the first Size octets. Requires value.size() >= Size.
  static tagged_bytes from(octets value) {
    tagged_bytes t;
    std::memcpy(t.value_.data(), value.data(), Size);
    return t;
  }
  /// Takes exactly Size octets, or nothing.
  static std::optional<tagged_bytes> from_exactly(octets value) {
    if (value.size() != Size)
      return std::nullopt;
    return from(value);
  }
  /// Reads 2·Size hexadecimal digits.
  static std::optional<tagged_bytes> from_hex(std::string_view text) {
    if (text.size() != Size * 2)
      return std::nullopt;
    return from_exactly(plexus::from_hex(text));
  }

  octets bytes() const { return value_; }
  mutable_octets bytes() { return value_; }
  const octet* data() const { return value_.data(); }
  octet* data() { return value_.data(); }
  std::string hex() const { return to_hex(value_); }
  /// As the reference prints hashes: <hex>.
  std::string pretty() const { return "<" + hex() + ">"; }
  bool is_zero() const {
    return std::all_of(value_.begin(), value_.end(), [](octet o) { return o == 0; });
  }

  friend bool operator==(const tagged_bytes&, const tagged_bytes&) = default;
  friend auto operator<=>(const tagged_bytes&, const tagged_bytes&) = default;

private:
  std::array<octet, Size> value_{};
};

/// Hash for containers off the hot path. The value must not be under a stranger's control, or the container bounded.
struct tagged_bytes_hash {
  template <class Tag, std::size_t Size>
  std::size_t operator()(const tagged_bytes<Tag, Size>& value) const {
    static_assert(Size >= sizeof(std::size_t));
    std::size_t h;
    std::memcpy(&h, value.data(), sizeof h);
    return h * 0x9e3779b97f4a7c15ULL;
  }
};

}  // namespace plexus

template <class Tag, std::size_t Size>
struct std::hash<plexus::tagged_bytes<Tag, Size>> : plexus::tagged_bytes_hash {};
