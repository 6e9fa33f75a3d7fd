// A number that is whole or floating point. The management protocol keeps the two apart, and so does what tools print:
// Python shows 5 and 5.0 differently.
#pragma once

#include "transport/control/value.hpp"

#include <cstdint>
#include <optional>
#include <variant>

namespace plexus {

class number {
public:
  number() = default;
  number(int v) : held_(std::int64_t{v}) {}
  number(std::int64_t v) : held_(v) {}
  number(std::uint64_t v) : held_(static_cast<std::int64_t>(v)) {}
  number(std::uint32_t v) : held_(std::int64_t{v}) {}
  number(double v) : held_(v) {}

  /// The number that `v` is, or nothing. Whole numbers beyond 63 bits become floating point.
  static std::optional<number> from(const value& v) {
    if (const auto whole = v.as_int())
      return number(*whole);
    if (const auto any = v.as_double())
      return number(*any);
    return std::nullopt;
  }

  bool is_whole() const { return std::holds_alternative<std::int64_t>(held_); }
  /// Requires is_whole().
  std::int64_t whole() const { return std::get<std::int64_t>(held_); }
  double real() const {
    return is_whole() ? static_cast<double>(std::get<std::int64_t>(held_)) : std::get<double>(held_);
  }
  explicit operator bool() const { return real() != 0; }
  value to_value() const { return is_whole() ? value(whole()) : value(std::get<double>(held_)); }

  friend bool operator==(const number&, const number&) = default;

private:
  std::variant<std::int64_t, double> held_ = std::int64_t{0};
};

}  // namespace plexus
