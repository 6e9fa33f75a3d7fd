#include "apps/plexus/json_text.hpp"

#include "apps/plexus/format.hpp"

#include <cmath>

namespace plexus {
namespace {

using json = nlohmann::ordered_json;

struct key_text {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(std::uint64_t v) const { return std::to_string(v); }
  std::string operator()(double v) const { return text_of(v); }
  std::string operator()(const std::string& v) const { return v; }
  std::string operator()(const octet_string& v) const { return to_hex(v); }
  std::string operator()(const value::list& v) const { return json_text(v); }
  std::string operator()(const value::map& v) const { return json_text(v); }
};

struct converter {
  json operator()(std::monostate) const { return nullptr; }
  json operator()(const octet_string& v) const { return to_hex(v); }
  json operator()(const value::list& v) const {
    auto items = json::array();
    for (const auto& item : v)
      items.push_back(to_json(item));
    return items;
  }
  json operator()(const value::map& v) const {
    auto members = json::object();
    for (const auto& member : v)
      members[member.key.visit(key_text{})] = to_json(member.content);
    return members;
  }
  template <class Plain>
    requires(!std::is_same_v<Plain, value::rows>)
  json operator()(const Plain& v) const {
    return v;
  }
};

std::string quoted(const std::string& text) {
  return json(text).dump(-1, ' ', true);
}

struct writer {
  std::string& to;

  void operator()(std::monostate) const { to += "null"; }
  void operator()(bool v) const { to += v ? "true" : "false"; }
  void operator()(std::int64_t v) const { to += std::to_string(v); }
  void operator()(std::uint64_t v) const { to += std::to_string(v); }
  void operator()(double v) const {
    if (std::isnan(v))
      to += "NaN";
    else if (std::isinf(v))
      to += v > 0 ? "Infinity" : "-Infinity";
    else
      to += text_of(v);
  }
  void operator()(const std::string& v) const { to += quoted(v); }
  void operator()(const octet_string& v) const { to += quoted(to_hex(v)); }
  void operator()(const value::list& v) const {
    const char* between = "[";
    for (const auto& item : v) {
      to += between;
      item.visit(*this);
      between = ", ";
    }
    to += v.empty() ? "[]" : "]";
  }
  void operator()(const value::map& v) const {
    const char* between = "{";
    for (const auto& member : v) {
      to += between + quoted(member.key.visit(key_text{})) + ": ";
      member.content.visit(*this);
      between = ", ";
    }
    to += v.empty() ? "{}" : "}";
  }
};

}  // namespace

nlohmann::ordered_json to_json(const value& v) {
  return v.visit(converter{});
}

std::string json_text(const value& v) {
  std::string text;
  v.visit(writer{text});
  return text;
}

}  // namespace plexus
