#include "storage/config/section_reader.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <system_error>

namespace plexus {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// Digits as Python's int() and float() take them: blanks around, a plus sign, and single underscores between digits.
std::optional<std::string> plain_digits(std::string_view text) {
  const auto blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && blank(text.back()))
    text.remove_suffix(1);
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-')
      return std::nullopt;
  }
  const auto digit = [&](std::size_t i) {
    return i < text.size() && std::isdigit(static_cast<unsigned char>(text[i]));
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_')
      out.push_back(text[i]);
    else if (i == 0 || !digit(i - 1) || !digit(i + 1))
      return std::nullopt;
  }
  return out;
}

template <class Number>
std::optional<Number> number_from(const std::string& text) {
  const auto digits = plain_digits(text);
  if (!digits || digits->empty())
    return std::nullopt;
  Number value{};
  const auto* end = digits->data() + digits->size();
  const auto [stopped, error] = std::from_chars(digits->data(), end, value);
  if (error != std::errc{} || stopped != end)
    return std::nullopt;
  return value;
}

}  // namespace

std::string config_warning::shown() const {
  return located_text(file, line, key, text);
}

section_reader::section_reader(const config_section& section, config_warnings& warnings)
    : section_(section), warnings_(warnings) {}

std::optional<config_value> section_reader::take(std::string_view key) {
  asked_.emplace(key);
  return section_.value(key);
}

std::optional<std::string> section_reader::text(std::string_view key) {
  auto value = take(key);
  if (!value)
    return std::nullopt;
  if (value->is_list)
    fail(key, "one value (quote it if it holds a comma)");
  return std::move(value->items.front());
}

std::optional<std::vector<std::string>> section_reader::list(std::string_view key) {
  auto value = take(key);
  if (!value)
    return std::nullopt;
  return std::move(value->items);
}

std::optional<bool> section_reader::boolean(std::string_view key) {
  const auto value = text(key);
  if (!value)
    return std::nullopt;
  const auto word = lower(*value);
  if (word == "yes" || word == "on" || word == "true" || word == "1")
    return true;
  if (word == "no" || word == "off" || word == "false" || word == "0")
    return false;
  fail(key, "yes or no");
}

std::optional<std::int64_t> section_reader::integer(std::string_view key) {
  const auto value = text(key);
  if (!value)
    return std::nullopt;
  const auto number = number_from<std::int64_t>(*value);
  if (!number)
    fail(key, "a whole number");
  return number;
}

std::optional<double> section_reader::number(std::string_view key) {
  const auto value = text(key);
  if (!value)
    return std::nullopt;
  const auto number = number_from<double>(*value);
  if (!number || std::isnan(*number))
    fail(key, "a number");
  return number;
}

std::optional<std::vector<identity_hash>> section_reader::hashes(std::string_view key) {
  const auto texts = list(key);
  if (!texts)
    return std::nullopt;
  std::vector<identity_hash> out;
  for (const auto& one : *texts) {
    const auto hash = identity_hash::from_hex(one);
    if (!hash)
      fail(key, "hashes of 32 hexadecimal digits each");
    if (std::find(out.begin(), out.end(), *hash) == out.end())
      out.push_back(*hash);
  }
  return out;
}

std::optional<std::uint16_t> section_reader::port(std::string_view key) {
  const auto value = integer(key);
  if (!value)
    return std::nullopt;
  if (*value < 0 || *value > 65535)
    fail(key, "a port, 0 to 65535");
  return static_cast<std::uint16_t>(*value);
}

void section_reader::ignore(std::initializer_list<std::string_view> keys) {
  for (const auto key : keys)
    asked_.emplace(key);
}

void section_reader::warn(std::string_view key, std::string text) {
  const auto* entry = section_.find(key);
  warnings_.push_back({section_.file(), entry ? entry->line : section_.line(), std::string{key}, std::move(text)});
}

void section_reader::warn_about_rest() {
  for (const auto& entry : section_.entries())
    if (!asked_.contains(entry.key))
      warn(entry.key, "not a key of [" + section_.name() + "], ignored");
}

void section_reader::fail(std::string_view key, const std::string& expected) const {
  const auto* entry = section_.find(key);
  throw config_error(section_.file(), entry ? entry->line : section_.line(), std::string{key},
                     "expected " + expected + (entry ? ", found: " + entry->value.shown() : std::string{}));
}

void section_reader::fail_missing(std::string_view key, const std::string& expected) const {
  throw config_error(section_.file(), section_.line(), std::string{key},
                     "expected " + expected + " in [" + section_.name() + "], found none");
}

}  // namespace plexus
