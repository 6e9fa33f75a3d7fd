#include "transport/control/value.hpp"

#include <algorithm>
#include <limits>

namespace plexus {

value::value() = default;
value::value(const value&) = default;
value::value(value&&) noexcept = default;
value& value::operator=(const value&) = default;
value& value::operator=(value&&) noexcept = default;
value::~value() = default;

value::value(std::nullptr_t) {}
value::value(bool v) : held_(v) {}
value::value(int v) : held_(std::int64_t{v}) {}
value::value(std::int64_t v) : held_(v) {}
value::value(std::uint64_t v) {
  if (v <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    held_ = static_cast<std::int64_t>(v);
  else
    held_ = v;
}
value::value(std::uint32_t v) : held_(std::int64_t{v}) {}
value::value(double v) : held_(v) {}
value::value(const char* text) : held_(std::string(text)) {}
value::value(std::string_view text) : held_(std::string(text)) {}
value::value(std::string text) : held_(std::move(text)) {}
value::value(octet_string bytes) : held_(std::move(bytes)) {}
value::value(octets bytes) : held_(octet_string(bytes.begin(), bytes.end())) {}
value::value(list items) : held_(std::move(items)) {}
value::value(map members) : held_(std::move(members)) {}
value::value(rows items) : held_(std::move(items)) {}

std::optional<std::int64_t> value::as_int() const {
  if (const auto* v = get_if<std::int64_t>())
    return *v;
  return std::nullopt;
}

std::optional<std::uint64_t> value::as_unsigned() const {
  if (const auto* v = get_if<std::uint64_t>())
    return *v;
  if (const auto* v = get_if<std::int64_t>(); v && *v >= 0)
    return static_cast<std::uint64_t>(*v);
  return std::nullopt;
}

std::optional<double> value::as_double() const {
  if (const auto* v = get_if<double>())
    return *v;
  if (const auto* v = get_if<std::int64_t>())
    return static_cast<double>(*v);
  if (const auto* v = get_if<std::uint64_t>())
    return static_cast<double>(*v);
  return std::nullopt;
}

bool value::truthy() const {
  struct judge {
    bool operator()(std::monostate) const { return false; }
    bool operator()(bool v) const { return v; }
    bool operator()(std::int64_t v) const { return v != 0; }
    bool operator()(std::uint64_t v) const { return v != 0; }
    bool operator()(double v) const { return v != 0; }
    bool operator()(const std::string& v) const { return !v.empty(); }
    bool operator()(const octet_string& v) const { return !v.empty(); }
    bool operator()(const list& v) const { return !v.empty(); }
    bool operator()(const map& v) const { return !v.empty(); }
    bool operator()(const rows& v) const { return v->count > 0; }
  };
  return visit(judge{});
}

value::list value::all_of(const rows& items) {
  list all;
  all.reserve(items->count);
  for (std::size_t i = 0; i < items->count; ++i)
    all.push_back(items->item(i));
  return all;
}

bool value::each_item(const std::function<bool(const value&)>& use) const {
  if (const auto* items = as_list())
    return std::all_of(items->begin(), items->end(), use);
  const auto* made = get_if<rows>();
  if (made == nullptr)
    return false;
  for (std::size_t i = 0; i < (*made)->count; ++i)
    if (!use((*made)->item(i)))
      return false;
  return true;
}

const value* value::find(std::string_view key) const {
  const auto* members = as_map();
  if (members == nullptr)
    return nullptr;
  for (const auto& member : *members)
    if (const auto* name = member.key.as_text(); name != nullptr && *name == key)
      return &member.content;
  return nullptr;
}

bool operator==(const value& a, const value& b) {
  return a.held_ == b.held_;
}

}  // namespace plexus
