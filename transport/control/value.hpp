// What the management protocol carries: a value of one of nine kinds, as MessagePack and Python's pickle know them.
// Text and octets are different kinds, a map keeps the order of its members and may have any kind of key.
#pragma once

#include "messages/octets.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace plexus {

struct value_member;
struct value_rows;

class value {
public:
  using list = std::vector<value>;
  using map = std::vector<value_member>;
  using rows = std::shared_ptr<const value_rows>;

  value();
  value(const value&);
  value(value&&) noexcept;
  value& operator=(const value&);
  value& operator=(value&&) noexcept;
  ~value();

  value(std::nullptr_t);
  value(bool v);
  value(int v);
  value(std::int64_t v);
  /// Held as a signed integer when it fits, so that equal numbers are equal values.
  value(std::uint64_t v);
  value(std::uint32_t v);
  value(double v);
  template <class T>
  value(T*) = delete;  // a pointer is not a boolean
  value(const char* text);
  value(std::string_view text);
  value(std::string text);
  value(octet_string bytes);
  value(octets bytes);
  value(list items);
  value(map members);
  /// A list that is put together while it is encoded. No decoder yields one; it equals its copies alone.
  value(rows items);
  /// nil when there is none.
  template <class T>
  value(const std::optional<T>& v) : value() {
    if (v)
      *this = value(*v);
  }

  bool is_nil() const { return std::holds_alternative<std::monostate>(held_); }
  /// A whole number, not a boolean.
  bool is_integer() const {
    return std::holds_alternative<std::int64_t>(held_) || std::holds_alternative<std::uint64_t>(held_);
  }
  bool is_number() const { return is_integer() || std::holds_alternative<double>(held_); }

  /// The alternative of exactly that kind, or null. Valid while this value is neither changed nor moved.
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&held_);
  }
  const bool* as_bool() const { return get_if<bool>(); }
  const std::string* as_text() const { return get_if<std::string>(); }
  const octet_string* as_bytes() const { return get_if<octet_string>(); }
  const list* as_list() const { return get_if<list>(); }
  /// Calls `use` with each item of a list of either form, until it returns false. False: no list, or ended so.
  bool each_item(const std::function<bool(const value&)>& use) const;
  const map* as_map() const;
  /// The whole number if it lies in the range of the type, or nothing. A floating-point number is not one.
  std::optional<std::int64_t> as_int() const;
  std::optional<std::uint64_t> as_unsigned() const;
  /// Any number as floating point.
  std::optional<double> as_double() const;
  /// What Python's `if v:` decides.
  bool truthy() const;

  /// The member of a map under a text key, or null when there is none or this is no map.
  const value* find(std::string_view key) const;

  /// Who does not know of rows is shown a list.
  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) const {
    return std::visit(
        [&]<class Held>(const Held& held) -> decltype(auto) {
          if constexpr (std::is_same_v<Held, rows> && !std::is_invocable_v<Visitor, const rows&>)
            return visitor(all_of(held));
          else
            return visitor(held);
        },
        held_);
  }

  friend bool operator==(const value&, const value&);

private:
  static list all_of(const rows& items);

  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, octet_string, list, map, rows>
      held_;
};

struct value_member {
  value key;
  value content;
  friend bool operator==(const value_member&, const value_member&) = default;
};

/// A table that would take several times its size as values. At least one item; `item` gives the same each time.
struct value_rows {
  std::size_t count = 0;
  std::function<value(std::size_t)> item;
};

inline const value::map* value::as_map() const {
  return get_if<map>();
}

/// Bounds for octets from a stranger. What goes beyond them is an error, not a truncation.
struct value_limits {
  std::size_t depth_max = 16;        ///< containers inside containers
  std::size_t values_max = 1 << 16;  ///< values of all kinds together; one takes 40 octets of memory and its content
  std::size_t octets_max = 1 << 20;  ///< octets of all texts and byte strings together
};

/// For answers of a daemon that has been authenticated: a path table has seven values and 150 octets a path.
inline constexpr value_limits value_limits_reply{16, std::size_t{1} << 26, std::size_t{1} << 31};

}  // namespace plexus
