#include "tests/bridge/parameters.hpp"

#include <cmath>

namespace plexus::bridge {

parameters::parameters(const json& object) : object_(object) {
  if (!object.is_object())
    throw command_error("params: expected an object");
}

void parameters::fail(std::string_view name, const std::string& expected) {
  throw command_error(std::string(name) + ": expected " + expected);
}

const json* parameters::find(std::string_view name) const {
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

const json& parameters::at(std::string_view name) const {
  const auto* found = find(name);
  if (!found)
    fail(name, "a value, found none");
  return *found;
}

octet_string parameters::read_hex(const std::string& text, std::string_view name) {
  auto value = from_hex(text);
  if (value.empty() && !text.empty())
    fail(name, "an even number of hexadecimal digits");
  return value;
}

octet_string parameters::octets_of(std::string_view name) const {
  return read_hex(text(name), name);
}

octet_string parameters::octets_or(std::string_view name, octet_string otherwise) const {
  return has(name) ? octets_of(name) : otherwise;
}

std::optional<octet_string> parameters::octets_if(std::string_view name) const {
  if (!has(name) || text(name).empty())
    return std::nullopt;
  return octets_of(name);
}

std::string parameters::text(std::string_view name) const {
  const auto& value = at(name);
  if (!value.is_string())
    fail(name, "a text");
  return value.get<std::string>();
}

std::string parameters::text_or(std::string_view name, std::string otherwise) const {
  return has(name) ? text(name) : otherwise;
}

std::optional<std::string> parameters::text_if(std::string_view name) const {
  return has(name) ? std::optional(text(name)) : std::nullopt;
}

std::vector<std::string> parameters::texts_or(std::string_view name, std::vector<std::string> otherwise) const {
  const auto* list = find(name);
  if (!list)
    return otherwise;
  if (!list->is_array())
    fail(name, "a list of texts");
  std::vector<std::string> all;
  for (const auto& each : *list) {
    if (!each.is_string())
      fail(name, "a list of texts");
    all.push_back(each.get<std::string>());
  }
  return all;
}

std::vector<std::string> parameters::aspects(std::vector<std::string> otherwise) const {
  const auto* given = find("aspects");
  if (!given || !given->is_string())
    return texts_or("aspects", std::move(otherwise));
  std::vector<std::string> all;
  const auto joined = given->get<std::string>();
  for (std::size_t from = 0; !joined.empty() && from <= joined.size();) {
    const auto end = std::min(joined.find(',', from), joined.size());
    all.push_back(joined.substr(from, end - from));
    from = end + 1;
  }
  return all;
}

std::int64_t parameters::integer(std::string_view name) const {
  const auto& value = at(name);
  if (value.is_number_integer())
    return value.get<std::int64_t>();
  if (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>())
    return static_cast<std::int64_t>(value.get<double>());
  fail(name, "a whole number");
}

std::int64_t parameters::integer_or(std::string_view name, std::int64_t otherwise) const {
  return has(name) ? integer(name) : otherwise;
}

std::int64_t parameters::integer_within(std::string_view name, std::int64_t otherwise, std::int64_t least,
                                        std::int64_t most) const {
  const auto value = integer_or(name, otherwise);
  if (value < least || value > most)
    fail(name, "a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ", found " +
                   std::to_string(value));
  return value;
}

double parameters::number(std::string_view name) const {
  const auto& value = at(name);
  if (!value.is_number())
    fail(name, "a number");
  return value.get<double>();
}

double parameters::number_or(std::string_view name, double otherwise) const {
  return has(name) ? number(name) : otherwise;
}

bool parameters::flag_or(std::string_view name, bool otherwise) const {
  const auto* value = find(name);
  if (!value)
    return otherwise;
  if (value->is_boolean())
    return value->get<bool>();
  if (value->is_number_integer())
    return value->get<std::int64_t>() != 0;
  fail(name, "true or false");
}

}  // namespace plexus::bridge
