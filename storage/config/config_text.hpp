// The grammar of Reticulum's configuration files, as the reference's ConfigObj reads it:
//
//   key = value            # comment
//   [section]
//   key = "quoted, one value"      key = one, two, "a list"      key = '''several
//   [[subsection]]                                               lines'''
//
// `%(name)s` in a value stands for the value of `name` in the same section, its DEFAULT subsection, or the sections
// around it. Source: rns-1.5.7 section 6; RNS/vendor/configobj.py: _parse, _handle_value, InterpolationEngine.
#pragma once

#include "messages/octets.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace plexus {

/// Longest line that is read, in characters. The reference has no limit; no honest file comes near.
inline constexpr std::size_t config_line_max = 65536;
/// Longest value that interpolation may make, in octets, and the most substitutions in one value.
inline constexpr std::size_t config_value_max = 65536, config_substitutions_max = 1000;

/// `file:line: key: text`, without what is empty or 0.
std::string located_text(const std::string& file, int line, const std::string& key, const std::string& text);

/// How the reference takes a mistake: as a bad value, or as one that makes it panic. They differ in the exit code.
enum class config_fault : octet {
  value,  ///< 1: of a node-wide key, or of one that all interfaces have
  panic,  ///< 255: the file cannot be parsed, or an interface cannot be made from it
};

/// What is wrong with a configuration. what() reads `file:line: key: expected ..., found ...`.
class config_error : public std::runtime_error {
public:
  /// `line` counts from 1, 0 means the file as a whole; `key` may be empty.
  config_error(std::string file, int line, std::string key, std::string problem,
               config_fault fault = config_fault::value);
  /// The same mistake, taken another way.
  config_error(const config_error& error, config_fault fault);

  const std::string& file() const { return file_; }
  int line() const { return line_; }
  const std::string& key() const { return key_; }
  /// What was expected, and what was there instead.
  const std::string& problem() const { return problem_; }
  config_fault fault() const { return fault_; }

private:
  std::string file_;
  int line_;
  std::string key_;
  std::string problem_;
  config_fault fault_;
};

/// A single text, or a list where an unquoted comma stood.
struct config_value {
  std::vector<std::string> items;  ///< exactly one unless `is_list`
  bool is_list = false;

  /// As written in messages: `text` or `[one, two]`.
  std::string shown() const;
  friend bool operator==(const config_value&, const config_value&) = default;
};

struct config_entry {
  std::string key;
  config_value value;  ///< as written, before interpolation
  int line = 0;        ///< counts from 1
};

/// One section with its keys and subsections in the order of the file. Neither copied nor moved, as children know their
/// parents.
class config_section {
public:
  config_section(std::string name, int line, const config_section* parent);
  config_section(const config_section&) = delete;
  config_section& operator=(const config_section&) = delete;

  const std::string& name() const { return name_; }
  int line() const { return line_; }    ///< of the section's header
  int depth() const { return depth_; }  ///< number of brackets; 0 for the file itself
  const config_section* parent() const { return parent_; }
  const std::string& file() const { return *file_; }
  const std::vector<config_entry>& entries() const { return entries_; }
  const std::vector<std::unique_ptr<config_section>>& sections() const { return sections_; }

  /// The entry as written, or nullptr.
  const config_entry* find(std::string_view key) const;
  const config_section* section(std::string_view name) const;
  /// The value with interpolation done, or nothing when there is no such key. Throws config_error for a name that
  /// nothing defines, for a loop, and past the limits above.
  std::optional<config_value> value(std::string_view key) const;

private:
  friend class config_parser;
  std::string name_;
  int line_ = 0;
  int depth_ = 0;
  const config_section* parent_ = nullptr;
  std::shared_ptr<const std::string> file_;
  std::vector<config_entry> entries_;
  std::vector<std::unique_ptr<config_section>> sections_;
};

/// Reads UTF-8 text; `file` is only named in errors. Throws config_error at the first line that cannot be read.
std::unique_ptr<config_section> parse_config(std::string_view text, std::string file);

/// Reads a file. Throws config_error when it cannot be read.
std::unique_ptr<config_section> load_config(const std::string& path);

}  // namespace plexus
