// Typed reading of one section: each key is asked for once, in any order, and what nobody asked for can be named after.
#pragma once

#include "messages/addresses.hpp"
#include "storage/config/config_text.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace plexus {

/// Something in a configuration that is odd and yet harmless.
struct config_warning {
  std::string file;
  int line = 0;
  std::string key;
  std::string text;

  /// `file:line: key: text`
  std::string shown() const;
};
using config_warnings = std::vector<config_warning>;

/// Reads one section. Conversion errors throw config_error; nothing is read twice from the file.
class section_reader {
public:
  section_reader(const config_section& section, config_warnings& warnings);

  const config_section& section() const { return section_; }

  bool has(std::string_view key) const { return section_.find(key) != nullptr; }
  /// yes, no, on, off, true, false, 1, 0 in any case.
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key);
  /// Infinity is a number, NaN is not.
  std::optional<double> number(std::string_view key);
  /// A single text; a list is an error that says how to quote a comma.
  std::optional<std::string> text(std::string_view key);
  /// A list, or a single text as a list of one.
  std::optional<std::vector<std::string>> list(std::string_view key);
  /// A list of hashes with 32 hexadecimal digits each, each once.
  std::optional<std::vector<identity_hash>> hashes(std::string_view key);
  /// 0 to 65535.
  std::optional<std::uint16_t> port(std::string_view key);

  /// Marks keys as known without reading them.
  void ignore(std::initializer_list<std::string_view> keys);
  void warn(std::string_view key, std::string text);
  /// One warning for each key that nobody asked for.
  void warn_about_rest();
  /// `found` is added to the message as it stands in the file.
  [[noreturn]] void fail(std::string_view key, const std::string& expected) const;
  [[noreturn]] void fail_missing(std::string_view key, const std::string& expected) const;

private:
  std::optional<config_value> take(std::string_view key);

  const config_section& section_;
  config_warnings& warnings_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace plexus
