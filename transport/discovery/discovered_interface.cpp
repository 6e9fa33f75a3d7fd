#include "transport/discovery/discovered_interface.hpp"

#include "transport/control/value_msgpack.hpp"
#include "transport/discovery/reachable_address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

namespace plexus {
namespace {

/// As Python prints a value: None, a text or a number.
std::string shown(const value& v) {
  if (const auto* text = v.as_text())
    return *text;
  if (const auto number = v.as_int())
    return std::to_string(*number);
  if (v.is_nil())
    return "None";
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), v.as_double().value_or(0)).ptr;
  std::string text(digits.data(), end);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

/// One section of a configuration, line by line.
class entry_text {
public:
  entry_text(const std::string& name, std::string_view type)
      : text_("[[" + name + "]]\n  type = " + std::string(type) + "\n  enabled = yes") {}
  entry_text& line(std::string_view key, const std::string& content) {
    text_ += "\n  " + std::string(key) + " = " + content;
    return *this;
  }
  entry_text& note(std::string_view key, const std::string& content) {
    text_ += "\n  # " + std::string(key) + ": " + content;
    return *this;
  }
  entry_text& access_code(const published_interface& offer) {
    if (offer.network_name)
      line("network_name", *offer.network_name);
    if (offer.passphrase)
      line("passphrase", *offer.passphrase);
    return *this;
  }
  const std::string& text() const { return text_; }

private:
  std::string text_;
};

/// The types differ in whether the node's id is a line of it, as in the reference.
std::string config_entry_of(const published_interface& offer) {
  const auto address = offer.reachable_on.value_or(std::string{});
  const auto node = offer.node.hex();
  entry_text entry(offer.name.value_or(std::string{}), offer.type == published_type::tcp_server
                                                           ? to_string(published_type::backbone)
                                                           : to_string(offer.type));
  switch (offer.type) {
    case published_type::backbone:
    case published_type::tcp_server:
      entry.line("remote", address).line("target_port", std::to_string(offer.port.value_or(0)));
      return entry.line("transport_identity", node).access_code(offer).text();
    case published_type::i2p:
      entry.line("peers", address + ".b32.i2p").line("transport_identity", node);
      return entry.access_code(offer).text();
    case published_type::rnode:
      entry.line("port", "").line("frequency", shown(offer.radio.frequency));
      entry.line("bandwidth", shown(offer.radio.bandwidth));
      entry.line("spreadingfactor", shown(offer.radio.spreading_factor));
      entry.line("codingrate", shown(offer.radio.coding_rate)).line("txpower", "");
      return entry.access_code(offer).text();
    case published_type::weave:
      return entry.line("port", "").access_code(offer).text();
    case published_type::kiss:
      entry.line("port", "").note("Frequency", shown(offer.radio.frequency));
      entry.note("Bandwidth", shown(offer.radio.bandwidth)).note("Modulation", shown(offer.radio.modulation));
      return entry.line("transport_identity", node).access_code(offer).text();
    case published_type::tcp_client:
      return {};
  }
  return {};
}

struct named_radio_field {
  std::string_view name;
  value published_radio::* member;
};
constexpr named_radio_field frequency{"frequency", &published_radio::frequency},
    bandwidth{"bandwidth", &published_radio::bandwidth}, sf{"sf", &published_radio::spreading_factor},
    cr{"cr", &published_radio::coding_rate}, channel{"channel", &published_radio::channel},
    modulation{"modulation", &published_radio::modulation};

std::vector<named_radio_field> radio_fields_of(published_type type) {
  switch (type) {
    case published_type::rnode:
      return {frequency, bandwidth, sf, cr};
    case published_type::weave:
      return {frequency, bandwidth, channel, modulation};
    case published_type::kiss:
      return {frequency, bandwidth, modulation};
    case published_type::backbone:
    case published_type::tcp_server:
    case published_type::tcp_client:
    case published_type::i2p:
      return {};
  }
  return {};
}

std::optional<std::string> text_in(const value& record, std::string_view name) {
  const auto* v = record.find(name);
  const auto* text = v ? v->as_text() : nullptr;
  return text ? std::optional(*text) : std::nullopt;
}

/// Records of the reference hold what strangers said as they said it.
std::optional<std::string> visible_in(const value& record, std::string_view name) {
  auto text = text_in(record, name);
  return text ? std::optional(without_control(std::move(*text))) : std::nullopt;
}

/// Line by line.
std::string visible_lines(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    out += (at > 0 ? "\n" : "") + without_control(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::optional<double> degrees_in(const value& record, std::string_view name) {
  const auto* v = record.find(name);
  return v ? v->as_double() : std::nullopt;
}

std::int64_t whole_in(const value& record, std::string_view name) {
  const auto* v = record.find(name);
  return v ? v->as_int().value_or(0) : 0;
}

std::optional<number> number_in(const value& record, std::string_view name) {
  const auto* v = record.find(name);
  return v ? number::from(*v) : std::nullopt;
}

template <class Hash>
std::optional<Hash> hash_in(const value& record, std::string_view name) {
  const auto text = text_in(record, name);
  return text ? Hash::from_hex(*text) : std::nullopt;
}

/// The word None was written by older nodes for what is not set.
std::optional<std::string> secret_in(const value& record, std::string_view name) {
  auto text = text_in(record, name);
  return text && !text->empty() && *text != "None" ? text : std::nullopt;
}

void read_offer(const value& record, published_interface& offer) {
  offer.implementation = visible_in(record, "impl_name");
  offer.version = visible_in(record, "version");
  offer.latitude = degrees_in(record, "latitude");
  offer.longitude = degrees_in(record, "longitude");
  offer.height = degrees_in(record, "height");
  offer.operator_address = hash_in<destination_hash>(record, "operator_lxmf_address");
  offer.reachable_on = text_in(record, "reachable_on");
  if (const auto* port = record.find("port"); port && port->as_unsigned().value_or(65536) <= 65535)
    offer.port = static_cast<std::uint16_t>(*port->as_unsigned());
  for (const auto& field : radio_fields_of(offer.type))
    if (const auto* v = record.find(field.name)) {
      const auto* text = v->as_text();
      offer.radio.*field.member = text ? value(without_control(*text)) : v->is_number() ? *v : value();
    }
  offer.network_name = secret_in(record, "ifac_netname");
  offer.passphrase = secret_in(record, "ifac_netkey");
}

}  // namespace

std::string_view to_string(discovery_status status) {
  switch (status) {
    case discovery_status::stale:
      return "stale";
    case discovery_status::unknown:
      return "unknown";
    case discovery_status::available:
      return "available";
  }
  return "stale";
}

discovery_hash discovered_interface::hash() const {
  const auto node = offer.node.hex();
  return discovery_hash(sha256_of({as_octets(node), as_octets(offer.name.value_or(std::string{}))}));
}

endpoint_hash discovered_interface::endpoint() const {
  auto place = offer.reachable_on.value_or(std::string{});
  if (offer.port)
    place += ":" + std::to_string(*offer.port);
  return endpoint_hash(sha256(as_octets(place)));
}

discovery_status discovered_interface::status(unix_time now) const {
  const auto silent = now.seconds - last_heard.real();
  if (silent > discovery_stale_after)
    return discovery_status::stale;
  return silent > discovery_unknown_after ? discovery_status::unknown : discovery_status::available;
}

discovered_interface discovered(const stamped_interface& heard, const identity_hash& network, std::int64_t hops,
                                unix_time now) {
  discovered_interface out;
  out.offer = heard.offer;
  auto name = visible_name(heard.offer.name.value_or(std::string{}));
  out.offer.name = name.empty() ? "Discovered " + std::string(to_string(heard.offer.type)) : std::move(name);
  out.work = heard.work;
  out.value = heard.value;
  out.network = network;
  out.hops = hops;
  out.received = out.discovered = out.last_heard = number(now.seconds);
  out.config_entry = config_entry_of(out.offer);
  return out;
}

discovered_interface heard_again(discovered_interface now_heard, const discovered_interface& before) {
  now_heard.discovered = before.discovered;
  now_heard.heard_count = before.heard_count + 1;
  return now_heard;
}

bool is_kept_type(published_type type) {
  return type != published_type::tcp_client;
}

value encode_record(const discovered_interface& r) {
  const auto& offer = r.offer;
  value::map map;
  const auto add = [&](std::string_view name, value content) { map.push_back({value(name), std::move(content)}); };
  add("type", to_string(offer.type));
  add("impl_name", offer.implementation);
  add("version", offer.version);
  add("transport", offer.transport);
  add("name", offer.name);
  add("received", r.received.to_value());
  add("stamp", r.work.bytes());
  add("value", std::uint32_t{r.value});
  add("transport_id", offer.node.hex());
  add("network_id", r.network.hex());
  add("hops", r.hops);
  add("latitude", offer.latitude);
  add("longitude", offer.longitude);
  add("height", offer.height);
  if (offer.network_name)
    add("ifac_netname", *offer.network_name);
  if (offer.passphrase)
    add("ifac_netkey", *offer.passphrase);
  if (offer.reachable_on)
    add("reachable_on", *offer.reachable_on);
  if (offer.port)
    add("port", std::int64_t{*offer.port});
  for (const auto& field : radio_fields_of(offer.type))
    add(field.name, offer.radio.*field.member);
  if (!r.config_entry.empty())
    add("config_entry", r.config_entry);
  add("discovery_hash", value(octets(r.hash().bytes())));
  if (offer.operator_address)
    add("operator_lxmf_address", offer.operator_address->hex());
  add("discovered", r.discovered.to_value());
  add("last_heard", r.last_heard.to_value());
  add("heard_count", r.heard_count);
  return map;
}

octet_string encode_record_file(const discovered_interface& record) {
  return to_msgpack(encode_record(record));
}

expected<discovered_interface> parse_record(const value& record) {
  const auto type = published_type_from(text_in(record, "type").value_or(std::string{}));
  const auto name = text_in(record, "name");
  const auto node = hash_in<transport_id>(record, "transport_id");
  const auto network = hash_in<identity_hash>(record, "network_id");
  const auto last_heard = number_in(record, "last_heard");
  if (!type || !name || !node || !network || !last_heard)
    return unexpected(parse_error::bad_value);
  discovered_interface out;
  out.offer.type = *type;
  out.offer.name = visible_name(*name);
  out.offer.node = *node;
  const auto* transport = record.find("transport");
  out.offer.transport = transport && transport->truthy();
  read_offer(record, out.offer);
  const auto* work = record.find("stamp");
  if (const auto* bytes = work ? work->as_bytes() : nullptr)
    out.work = stamp::from_exactly(*bytes).value_or(stamp{});
  out.value = static_cast<unsigned>(std::clamp<std::int64_t>(whole_in(record, "value"), 0, stamp_cost_max));
  out.network = *network;
  out.hops = whole_in(record, "hops");
  out.last_heard = *last_heard;
  out.received = number_in(record, "received").value_or(*last_heard);
  out.discovered = number_in(record, "discovered").value_or(*last_heard);
  out.heard_count = whole_in(record, "heard_count");
  out.config_entry = visible_lines(text_in(record, "config_entry").value_or(std::string{}));
  return out;
}

expected<discovered_interface> parse_record_file(octets file) {
  const auto record = from_msgpack(file);
  if (!record)
    return unexpected(record.error());
  return parse_record(*record);
}

bool discovery_sources::allows(const identity_hash& network) const {
  return allowed.empty() || std::find(allowed.begin(), allowed.end(), network) != allowed.end();
}

bool is_to_be_removed(const discovered_interface& record, const discovery_sources& sources, unix_time now) {
  const auto blackholed = [&](const identity_hash& one) { return sources.is_blackholed && sources.is_blackholed(one); };
  return now.seconds - record.last_heard.real() > discovery_removed_after || !is_kept_type(record.offer.type) ||
         !sources.allows(record.network) || blackholed(record.network) ||
         blackholed(rename<identity_hash>(record.offer.node)) ||
         (record.offer.reachable_on && !is_reachable_address(*record.offer.reachable_on));
}

void sort_discovered(std::vector<discovered_interface>& records, unix_time now) {
  const auto rank = [now](const discovered_interface& r) {
    return std::tuple(r.status(now), r.value, r.last_heard.real());
  };
  std::sort(records.begin(), records.end(), [&](const auto& a, const auto& b) { return rank(b) < rank(a); });
}

}  // namespace plexus
