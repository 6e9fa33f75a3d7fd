#include "apps/plexus/metadata.hpp"

#include "apps/plexus/format.hpp"

namespace plexus {
namespace {

/// Code points of a value on one line.
constexpr std::size_t width_max = 64;

value value_of(const config_value& from) {
  if (!from.is_list)
    return value(from.items.front());
  value::list items;
  for (const auto& item : from.items)
    items.emplace_back(item);
  return value(std::move(items));
}

value::map map_of(const config_section& section) {
  value::map map;
  for (const auto& entry : section.entries())
    if (const auto content = section.value(entry.key))
      map.push_back({entry.key, value_of(*content)});
  for (const auto& below : section.sections())
    map.push_back({below->name(), value(map_of(*below))});
  return map;
}

/// The letter that stands for a kind, and the value as Python's str() has it.
struct shown {
  char kind;
  std::string text;
};

std::string item_text(const value& item);

struct shower {
  shown operator()(std::monostate) const { return {'N', "None"}; }
  shown operator()(bool v) const { return {'u', v ? "True" : "False"}; }
  shown operator()(std::int64_t v) const { return {'i', std::to_string(v)}; }
  shown operator()(std::uint64_t v) const { return {'i', std::to_string(v)}; }
  shown operator()(double v) const { return {'f', text_of(v)}; }
  shown operator()(const std::string& v) const { return {'s', v}; }
  shown operator()(const octet_string& v) const { return {'b', to_hex(v)}; }
  shown operator()(const value::list& v) const {
    std::string text;
    for (const auto& item : v)
      text += (text.empty() ? "" : ", ") + item_text(item);
    return {'l', "[" + text + "]"};
  }
  shown operator()(const value::map&) const { return {'d', {}}; }
};

std::string item_text(const value& item) {
  const auto one = item.visit(shower{});
  return one.kind == 's' ? "'" + one.text + "'" : one.text;
}

/// The first `points` code points, taken off.
std::string take(std::string& text, std::size_t points) {
  std::size_t size = 0;
  for (; size < text.size(); ++size)
    if ((static_cast<octet>(text[size]) & 0xc0) != 0x80 && points-- == 0)
      break;
  auto front = text.substr(0, size);
  text.erase(0, size);
  return front;
}

void show(const value& content, const std::string& key, std::size_t level, std::string& out) {
  const std::string indent(2 * level, ' ');
  if (const auto* map = content.as_map()) {
    out += "d" + indent + key + ":\n";
    for (const auto& member : *map)
      show(member.content, member.key.visit(shower{}).text, level + 1, out);
    return;
  }
  auto [kind, text] = content.visit(shower{});
  if (key == "note" && kind == 'N')
    return;
  const auto lead = kind + indent + key + "=";
  out += lead + take(text, width_max) + "\n";
  while (!text.empty())
    out += std::string(length_of(lead), ' ') + take(text, width_max) + "\n";
}

}  // namespace

value::map metadata_from_file(const std::string& path) {
  return map_of(*load_config(path));
}

std::string metadata_text(const value& meta) {
  std::string text;
  if (const auto* map = meta.as_map())
    for (const auto& member : *map)
      show(member.content, member.key.visit(shower{}).text, 1, text);
  return text;
}

}  // namespace plexus
