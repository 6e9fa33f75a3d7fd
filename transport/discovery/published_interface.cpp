#include "transport/discovery/published_interface.hpp"

#include "transport/control/value_msgpack.hpp"
#include "transport/discovery/reachable_address.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

namespace plexus {
namespace {

namespace key {
enum : std::int64_t {
  type = 0x00,
  transport = 0x01,
  reachable_on = 0x02,
  latitude = 0x03,
  longitude = 0x04,
  height = 0x05,
  port = 0x06,
  network_name = 0x07,
  passphrase = 0x08,
  frequency = 0x09,
  bandwidth = 0x0a,
  spreading_factor = 0x0b,
  coding_rate = 0x0c,
  modulation = 0x0d,
  channel = 0x0e,
  operator_address = 0xf0,
  version = 0xfc,
  implementation = 0xfd,
  node = 0xfe,
  name = 0xff,
};
}  // namespace key

struct radio_field {
  std::int64_t key;
  value published_radio::* member;
};
constexpr radio_field frequency{key::frequency, &published_radio::frequency},
    bandwidth{key::bandwidth, &published_radio::bandwidth},
    spreading_factor{key::spreading_factor, &published_radio::spreading_factor},
    coding_rate{key::coding_rate, &published_radio::coding_rate}, channel{key::channel, &published_radio::channel},
    modulation{key::modulation, &published_radio::modulation};

/// What a type says of itself, in the order of the wire.
struct type_facts {
  published_type type;
  std::string_view name;
  bool has_address = false, has_port = false;
  std::array<const radio_field*, 4> radio{};
};
constexpr type_facts types[] = {
    {published_type::backbone, "BackboneInterface", true, true, {}},
    {published_type::tcp_server, "TCPServerInterface", true, true, {}},
    {published_type::tcp_client, "TCPClientInterface", false, false, {}},
    {published_type::rnode, "RNodeInterface", false, false, {&frequency, &bandwidth, &spreading_factor, &coding_rate}},
    {published_type::weave, "WeaveInterface", false, false, {&frequency, &bandwidth, &channel, &modulation}},
    {published_type::i2p, "I2PInterface", true, false, {}},
    {published_type::kiss, "KISSInterface", false, false, {&frequency, &bandwidth, &modulation}},
};

const type_facts& facts_of(published_type type) {
  return types[static_cast<std::size_t>(type)];
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_visible_ascii(char c) {
  return c >= 0x20 && c < 0x7f;
}

void replace_all(std::string& in, std::string_view what, std::string_view with) {
  for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + with.size()))
    in.replace(at, what.size(), with);
}

/// Reads the fields of one map; the first that is wrong decides.
class field_reader {
public:
  explicit field_reader(const value::map& map) : map_(map) {}

  bool failed() const { return failed_; }

  /// What is there twice is wrong, as by the reference.
  const value* find(std::int64_t key) {
    const value* found = nullptr;
    for (const auto& member : map_)
      if (member.key.as_int() == key) {
        demand(!found);
        found = &member.content;
      }
    return found;
  }
  const value& must(std::int64_t key) {
    static const value nothing;
    const auto* found = find(key);
    failed_ = failed_ || !found;
    return found ? *found : nothing;
  }
  void demand(bool holds) { failed_ = failed_ || !holds; }

  std::optional<double> degrees(std::int64_t key) {
    const auto& v = must(key);
    const auto* number = v.get_if<double>();
    demand(number || v.is_nil());
    return number ? std::optional(*number) : std::nullopt;
  }
  std::optional<std::string> claim(std::int64_t key) {
    const auto* v = find(key);
    const auto* text = v ? v->as_text() : nullptr;
    return text ? std::optional(without_control(*text)) : std::nullopt;
  }
  /// Of an interface access code. Older nodes publish Python's None as that word.
  std::optional<std::string> secret(std::int64_t key) {
    const auto* v = find(key);
    const auto* text = v ? v->as_text() : nullptr;
    if (!text || text->empty() || *text == "None")
      return std::nullopt;
    demand(std::none_of(text->begin(), text->end(), is_control));
    return *text;
  }
  std::optional<std::string> address() {
    const auto* v = find(key::reachable_on);
    if (!v)
      return std::nullopt;
    const auto* text = v->as_text();
    demand(text && is_reachable_address(*text));
    return text ? std::optional(*text) : std::nullopt;
  }
  std::optional<destination_hash> operator_address() {
    const auto* v = find(key::operator_address);
    if (!v || v->is_nil())
      return std::nullopt;
    const auto* bytes = v->as_bytes();
    demand(bytes);
    return bytes ? destination_hash::from_exactly(*bytes) : std::nullopt;
  }
  value simple(std::int64_t key) {
    const auto& v = must(key);
    demand(v.is_nil() || v.is_number() || v.as_text());
    const auto* text = v.as_text();
    return text ? value(without_control(*text)) : v;
  }

private:
  const value::map& map_;
  bool failed_ = false;
};

void read_head(field_reader& read, published_interface& out) {
  const auto& name = read.must(key::name);
  read.demand(name.as_text() || name.is_nil());
  if (const auto* text = name.as_text())
    out.name = *text;
  const auto* transport = read.must(key::transport).as_bool();
  read.demand(transport);
  out.transport = transport && *transport;
  const auto* node = read.must(key::node).as_bytes();
  const auto id = node ? transport_id::from_exactly(*node) : std::nullopt;
  read.demand(id.has_value());
  out.node = id.value_or(transport_id{});
  out.implementation = read.claim(key::implementation);
  out.version = read.claim(key::version);
  out.latitude = read.degrees(key::latitude);
  out.longitude = read.degrees(key::longitude);
  out.height = read.degrees(key::height);
  out.operator_address = read.operator_address();
}

void read_type(field_reader& read, published_interface& out) {
  const auto& facts = facts_of(out.type);
  const auto address = read.address();  // must make sense even where the type has none
  read.demand(address || !facts.has_address);
  if (facts.has_address)
    out.reachable_on = address;
  if (facts.has_port) {
    const auto port = read.must(key::port).as_unsigned();
    read.demand(port && *port <= 65535);
    out.port = static_cast<std::uint16_t>(port.value_or(0));
  }
  for (const auto* field : facts.radio)
    if (field)
      out.radio.*field->member = read.simple(field->key);
  out.network_name = read.secret(key::network_name);
  out.passphrase = read.secret(key::passphrase);
}

}  // namespace

std::string_view to_string(published_type type) {
  return facts_of(type).name;
}

std::optional<published_type> published_type_from(std::string_view name) {
  for (const auto& one : types)
    if (one.name == name)
      return one.type;
  return std::nullopt;
}

std::string without_control(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(), is_control), text.end());
  return text;
}

std::string trimmed_text(std::string_view text) {
  std::string out(text);
  out.erase(std::remove_if(out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r'; }), out.end());
  constexpr std::string_view blanks = " \t\v\f\x1c\x1d\x1e\x1f";
  const auto first = out.find_first_not_of(blanks);
  if (first == std::string::npos)
    return {};
  return out.substr(first, out.find_last_not_of(blanks) - first + 1);
}

std::string visible_name(std::string_view name) {
  std::string out;
  std::copy_if(name.begin(), name.end(), std::back_inserter(out), is_visible_ascii);
  const auto ends = [&](bool closing) {
    const char c = closing ? out.back() : out.front();
    return std::isalnum(static_cast<unsigned char>(c)) || (closing && c == ')');
  };
  out = trimmed_text(out);
  for (const std::string_view blanks : {"     ", "   ", "  "})
    replace_all(out, blanks, " ");
  while (!out.empty() && !ends(false))
    out.erase(out.begin());
  while (!out.empty() && !ends(true))
    out.pop_back();
  return out;
}

octet_string encode_published(const published_interface& what) {
  const auto& facts = facts_of(what.type);
  value::map map;
  const auto add = [&](std::int64_t key, value content) { map.push_back({value(key), std::move(content)}); };
  add(key::type, facts.name);
  add(key::transport, what.transport);
  add(key::node, what.node.bytes());
  add(key::implementation, what.implementation);
  add(key::version, what.version);
  add(key::name, what.name);
  add(key::latitude, what.latitude);
  add(key::longitude, what.longitude);
  add(key::height, what.height);
  if (what.operator_address)
    add(key::operator_address, what.operator_address->bytes());
  if (facts.has_address && what.reachable_on)
    add(key::reachable_on, *what.reachable_on);
  if (facts.has_port && what.port)
    add(key::port, std::int64_t{*what.port});
  for (const auto* field : facts.radio)
    if (field)
      add(field->key, what.radio.*field->member);
  if (what.network_name)
    add(key::network_name, *what.network_name);
  if (what.passphrase)
    add(key::passphrase, *what.passphrase);
  return to_msgpack(map);
}

expected<published_interface> parse_published(octets map) {
  const auto read = from_msgpack(map);
  if (!read)
    return unexpected(read.error());
  const auto* members = read->as_map();
  if (!members)
    return unexpected(parse_error::bad_value);
  field_reader fields(*members);
  const auto* name = fields.must(key::type).as_text();
  const auto type = name ? published_type_from(*name) : std::nullopt;
  if (!type)
    return unexpected(parse_error::bad_value);
  published_interface out;
  out.type = *type;
  read_head(fields, out);
  read_type(fields, out);
  if (fields.failed())
    return unexpected(parse_error::bad_value);
  return out;
}

}  // namespace plexus
