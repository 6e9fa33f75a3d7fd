// Reading the parameters of a command: what is not as the command wants it becomes an answer that says so.
// Nothing is guessed: octets must be hexadecimal, fixed-size values must have exactly their size.
#pragma once

#include "messages/octets.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace plexus::bridge {

using json = nlohmann::json;

/// Why a command is answered with success:false.
class command_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

class parameters {
public:
  /// Of one request; outlives this. Throws command_error unless it is an object.
  explicit parameters(const json& object);

  /// There, and not null.
  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// Whether the name is there at all, be it null.
  bool names(std::string_view name) const { return object_.contains(name); }
  const json& at(std::string_view name) const;

  octet_string octets_of(std::string_view name) const;
  octet_string octets_or(std::string_view name, octet_string otherwise) const;
  /// Nothing where it is missing, null or empty.
  std::optional<octet_string> octets_if(std::string_view name) const;

  /// A value of a fixed size, as in `p.fixed<packet_hash>("hash")`.
  template <class Value>
  Value fixed(std::string_view name) const {
    return exactly<Value>(octets_of(name), name);
  }
  template <class Value>
  std::optional<Value> fixed_if(std::string_view name) const {
    const auto given = octets_if(name);
    return given ? std::optional(exactly<Value>(*given, name)) : std::nullopt;
  }
  template <class Value>
  std::vector<Value> list_of(std::string_view name) const {
    std::vector<Value> all;
    for (const auto& each : texts_or(name, {}))
      all.push_back(exactly<Value>(read_hex(each, name), name));
    return all;
  }

  std::string text(std::string_view name) const;
  std::string text_or(std::string_view name, std::string otherwise) const;
  std::optional<std::string> text_if(std::string_view name) const;
  std::vector<std::string> texts_or(std::string_view name, std::vector<std::string> otherwise) const;
  /// A list, or one text with commas between.
  std::vector<std::string> aspects(std::vector<std::string> otherwise = {}) const;

  std::int64_t integer(std::string_view name) const;
  std::int64_t integer_or(std::string_view name, std::int64_t otherwise) const;
  /// In [least, most].
  std::int64_t integer_within(std::string_view name, std::int64_t otherwise, std::int64_t least,
                              std::int64_t most) const;
  double number(std::string_view name) const;
  double number_or(std::string_view name, double otherwise) const;
  bool flag_or(std::string_view name, bool otherwise) const;

  [[noreturn]] static void fail(std::string_view name, const std::string& expected);

private:
  const json* find(std::string_view name) const;
  static octet_string read_hex(const std::string& text, std::string_view name);

  template <class Value>
  static Value exactly(octets given, std::string_view name) {
    const auto value = Value::from_exactly(given);
    if (!value)
      fail(name, std::to_string(Value::size) + " octets, found " + std::to_string(given.size()));
    return *value;
  }

  const json& object_;
};

}  // namespace plexus::bridge
