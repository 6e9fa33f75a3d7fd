#include "transport/control/tables.hpp"

namespace plexus {
namespace {

template <class Hash>
bool read(const value& from, std::string_view key, Hash& to) {
  const auto* found = from.find(key);
  const auto* bytes = found != nullptr ? found->as_bytes() : nullptr;
  const auto hash = bytes != nullptr ? Hash::from_exactly(*bytes) : std::nullopt;
  if (hash)
    to = *hash;
  return hash.has_value();
}
bool read(const value& from, std::string_view key, number& to) {
  const auto* found = from.find(key);
  const auto n = found != nullptr ? number::from(*found) : std::nullopt;
  if (n)
    to = *n;
  return n.has_value();
}
bool read(const value& from, std::string_view key, std::int64_t& to) {
  const auto* found = from.find(key);
  const auto n = found != nullptr ? found->as_int() : std::nullopt;
  if (n)
    to = *n;
  return n.has_value();
}
bool read(const value& from, std::string_view key, std::string& to) {
  const auto* found = from.find(key);
  const auto* text = found != nullptr ? found->as_text() : nullptr;
  if (text != nullptr)
    to = *text;
  return text != nullptr;
}
bool read(const value& from, std::string_view key, std::vector<number>& to) {
  const auto* found = from.find(key);
  const auto* items = found != nullptr ? found->as_list() : nullptr;
  if (items == nullptr)
    return false;
  for (const auto& item : *items) {
    const auto n = number::from(item);
    if (!n)
      return false;
    to.push_back(*n);
  }
  return true;
}
/// nil is a value of its own; the key must be there.
template <class T>
bool read(const value& from, std::string_view key, std::optional<T>& to) {
  const auto* found = from.find(key);
  if (found == nullptr)
    return false;
  if (found->is_nil())
    return true;
  return read(from, key, to.emplace());
}

template <class Entry, class Read>
expected<std::vector<Entry>> parse_list(const value& from, Read read_entry) {
  std::vector<Entry> entries;
  if (!from.each_item([&](const value& item) { return read_entry(item, entries.emplace_back()); }))
    return unexpected(parse_error::bad_value);
  return entries;
}

value encode_path(const path_entry& e) {
  return value::map{{"hash", e.destination.bytes()},
                    {"timestamp", e.timestamp.to_value()},
                    {"via", e.via.bytes()},
                    {"hops", e.hops},
                    {"expires", e.expires.to_value()},
                    {"interface", e.interface}};
}

}  // namespace

value encode(const path_entries& table) {
  value::list items;
  for (const auto& e : table)
    items.push_back(encode_path(e));
  return items;
}

value encode(std::shared_ptr<const path_entries> table) {
  if (table->empty())
    return value::list{};
  const auto count = table->size();
  return value::rows(std::make_shared<value_rows>(
      value_rows{count, [table = std::move(table)](std::size_t i) { return encode_path((*table)[i]); }}));
}

value encode(const rate_entries& table) {
  value::list items;
  for (const auto& e : table) {
    value::list timestamps;
    for (const auto& t : e.timestamps)
      timestamps.push_back(t.to_value());
    items.push_back(value::map{{"hash", e.destination.bytes()},
                               {"last", e.last.to_value()},
                               {"rate_violations", e.rate_violations},
                               {"blocked_until", e.blocked_until.to_value()},
                               {"timestamps", std::move(timestamps)}});
  }
  return items;
}

value encode(const blackhole_entries& table) {
  value::map members;
  for (const auto& e : table)
    members.push_back({e.identity.bytes(), value::map{{"source", e.source.bytes()},
                                                      {"until", e.until ? e.until->to_value() : value()},
                                                      {"reason", e.reason}}});
  return members;
}

expected<path_entries> parse_path_entries(const value& from) {
  return parse_list<path_entry>(from, [](const value& v, path_entry& e) {
    return read(v, "hash", e.destination) && read(v, "timestamp", e.timestamp) && read(v, "via", e.via) &&
           read(v, "hops", e.hops) && read(v, "expires", e.expires) && read(v, "interface", e.interface);
  });
}

expected<rate_entries> parse_rate_entries(const value& from) {
  return parse_list<rate_entry>(from, [](const value& v, rate_entry& e) {
    return read(v, "hash", e.destination) && read(v, "last", e.last) && read(v, "rate_violations", e.rate_violations) &&
           read(v, "blocked_until", e.blocked_until) && read(v, "timestamps", e.timestamps);
  });
}

expected<blackhole_entries> parse_blackhole_entries(const value& from) {
  const auto* members = from.as_map();
  if (members == nullptr)
    return unexpected(parse_error::bad_value);
  blackhole_entries entries;
  for (const auto& [key, v] : *members) {
    auto& e = entries.emplace_back();
    const auto* bytes = key.as_bytes();
    const auto identity = bytes != nullptr ? identity_hash::from_exactly(*bytes) : std::nullopt;
    if (!identity || !read(v, "source", e.source) || !read(v, "until", e.until) || !read(v, "reason", e.reason))
      return unexpected(parse_error::bad_value);
    e.identity = *identity;
  }
  return entries;
}

}  // namespace plexus
