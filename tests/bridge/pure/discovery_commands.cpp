// Chapter 7: what is published of interfaces, the stamps that pay for it, and the records that are kept.
#include "storage/config/node_config.hpp"
#include "storage/state/state_directory.hpp"
#include "tests/bridge/chapters.hpp"
#include "tests/bridge/support.hpp"
#include "tests/bridge/temporary_path.hpp"
#include "transport/control/value_msgpack.hpp"
#include "transport/destination_name.hpp"
#include "transport/discovery/discovered_interface.hpp"
#include "transport/discovery/reachable_address.hpp"
#include "transport/identity.hpp"

#include <chrono>

namespace plexus::bridge {
namespace {

/// A stamp of more bits takes longer than any caller waits.
constexpr std::int64_t cost_max = 24;

unix_time unix_now() {
  return {std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

json as_json(const value& v) {
  struct visitor {
    json operator()(std::monostate) const { return {}; }
    json operator()(bool b) const { return b; }
    json operator()(std::int64_t n) const { return n; }
    json operator()(std::uint64_t n) const { return n; }
    json operator()(double n) const { return n; }
    json operator()(const std::string& text) const { return text; }
    json operator()(const octet_string& bytes) const { return hex(bytes); }
    json operator()(const value::list& items) const {
      auto list = json::array();
      for (const auto& one : items)
        list.push_back(as_json(one));
      return list;
    }
    json operator()(const value::map& members) const {
      auto object = json::object();
      for (const auto& one : members)
        object[one.key.as_text() ? *one.key.as_text() : as_json(one.key).dump()] = as_json(one.content);
      return object;
    }
  };
  return v.visit(visitor{});
}

value scalar(const json& given) {
  if (given.is_null())
    return {};
  if (given.is_boolean())
    return given.get<bool>();
  if (given.is_number_integer())
    return given.get<std::int64_t>();
  if (given.is_number())
    return given.get<double>();
  if (given.is_string())
    return given.get<std::string>();
  throw command_error("fields: expected texts, numbers and nothing else");
}

unsigned cost_of(const parameters& p, const char* name, unsigned otherwise) {
  return static_cast<unsigned>(p.integer_within(name, otherwise, 0, cost_max));
}

stamp find_stamp(const stamp_workblock& block, unsigned cost) {
  stamp_search search(block, cost, chance());
  for (;;)
    if (const auto found = search.step(1u << 16))
      return *found;
}

/// The interface that `fields` describe; nothing for one that no node publishes.
std::optional<published_interface> offer_of(const parameters& p, const identity& node) {
  static const json none = json::object();
  const parameters fields(p.has("fields") ? p.at("fields") : none);
  const auto named = published_type_from(p.text("interface_type"));
  if (!named)
    return std::nullopt;
  published_interface offer;
  offer.type = *named;
  if (offer.type == published_type::tcp_client) {
    if (!fields.flag_or("kiss_framing", false))
      return std::nullopt;
    offer.type = published_type::kiss;
  }
  offer.transport = p.flag_or("transport_enabled", false);
  offer.node = rename<transport_id>(node.hash());
  if (const auto name = fields.text_if("name"))
    offer.name = trimmed_text(*name);
  for (const auto& [name, member] :
       {std::pair{"latitude", &published_interface::latitude}, std::pair{"longitude", &published_interface::longitude},
        std::pair{"height", &published_interface::height}})
    if (fields.has(name))
      offer.*member = fields.number(name);
  if (offer.type == published_type::backbone || offer.type == published_type::tcp_server) {
    const auto address = trimmed_text(fields.text_or("reachable_on", ""));
    if (!is_reachable_address(address))
      return std::nullopt;
    offer.reachable_on = address;
    offer.port = static_cast<std::uint16_t>(fields.integer_within("port", 0, 0, 65535));
  }
  if (offer.type == published_type::i2p && fields.flag_or("connectable", false))
    offer.reachable_on = fields.text_if("b32");
  for (const auto& [name, member] :
       {std::pair{"frequency", &published_radio::frequency}, std::pair{"bandwidth", &published_radio::bandwidth},
        std::pair{"sf", &published_radio::spreading_factor}, std::pair{"cr", &published_radio::coding_rate},
        std::pair{"modulation", &published_radio::modulation}, std::pair{"channel", &published_radio::channel}})
    if (fields.has(name))
      offer.radio.*member = scalar(fields.at(name));
  if (fields.flag_or("publish_ifac", false)) {
    offer.network_name = fields.text_if("ifac_netname");
    offer.passphrase = fields.text_if("ifac_netkey");
  }
  return offer;
}

const json aborted{{"aborted", true}, {"app_data", nullptr}};

/// Where the profile says so, the present cost of stamps is that of an older release.
class discovery_chapter {
public:
  explicit discovery_chapter(profile spoken) : cost_(spoken == profile::rns_1_3_1 ? 14U : discovery_stamp_cost) {}

  json build(const parameters& p) const {
    const auto made = identity_if(p, "transport_identity_priv");
    const auto node = made ? made : new_identity();
    const auto network = identity_if(p, "network_identity_priv");
    const bool sealed = p.flag_or("encrypt", false);
    const auto offer = offer_of(p, *node);
    if (!offer || (sealed && !network))
      return aborted;
    const auto map = encode_published(*offer);
    const auto work = find_stamp(discovery_workblock(map), cost_of(p, "stamp_value", cost_));
    const auto app_data =
        sealed ? must(sealed_discovery_data(map, work, network->open(), chance()), "network_identity_priv")
               : open_discovery_data(map, work);
    const octets after_flags = octets(app_data).subspan(1);
    return {{"aborted", false},
            {"app_data", hex(app_data)},
            {"flags", app_data[0]},
            {"packed_info", hex(after_flags.first(after_flags.size() - stamp::size))},
            {"stamp", hex(after_flags.last(stamp::size))},
            {"infohash", hex(sha256(after_flags.first(after_flags.size() - stamp::size)))},
            {"stamp_size", stamp::size},
            {"transport_id", hex(node->hash())},
            {"transport_enabled", offer->transport},
            {"default_stamp_value", cost_}};
  }

  json craft(const parameters& p) const {
    const auto made = identity_if(p, "transport_identity_priv");
    const auto offer = offer_of(p, *(made ? made : new_identity()));
    if (!offer)
      return aborted;
    auto members = *must(from_msgpack(encode_published(*offer)), "fields").as_map();
    const auto set = [&](std::int64_t key, value content) {
      for (auto& one : members)
        if (one.key.as_int() == key) {
          one.content = std::move(content);
          return;
        }
      members.push_back({value(key), std::move(content)});
    };
    if (p.has("drop_field"))
      std::erase_if(members, [key = p.integer("drop_field")](const auto& one) { return one.key.as_int() == key; });
    if (p.has("set_interface_type"))
      set(0, p.text("set_interface_type"));
    if (p.has("set_fields"))
      for (const auto& one : p.at("set_fields"))
        set(parameters(one).integer("key"), typed(parameters(one)));
    const auto map = to_msgpack(value(std::move(members)));
    const auto block = discovery_workblock(map);
    const auto work = find_stamp(block, cost_of(p, "stamp_value", cost_));
    return {{"aborted", false},
            {"app_data", hex(open_discovery_data(map, work))},
            {"stamp_value", block.value_of(work)},
            {"stamp_size", stamp::size}};
  }

  json receive(const parameters& p) const {
    const auto given = identity_if(p, "announce_identity_priv");
    const auto announced = given ? given : new_identity();
    const auto network = identity_if(p, "network_identity_priv");
    const auto required = p.flag_or("default_required_value", false) ? cost_ : cost_of(p, "required_value", cost_);
    discovery_sources sources;
    sources.allowed = p.list_of<identity_hash>("discovery_sources");
    const auto read = sources.allows(announced->hash())
                          ? read_discovery_data(p.octets_of("app_data"), required, network.get())
                          : unexpected(discovery_refusal::sealed);
    json result{{"callback_invoked", read.has_value()},
                {"callback_info_none", false},
                {"info_present", read.has_value()},
                {"accepted", read.has_value()},
                {"announce_identity_hash", hex(announced->hash())},
                {"aspect_filter", discovery_destination_name},
                {"required_value", required},
                {"default_stamp_value", cost_}};
    if (read)
      result["info"] = as_json(encode_record(discovered(*read, announced->hash(), 0, unix_now())));
    return result;
  }

  json stamps(const parameters& p) const {
    const auto op = p.text("op");
    if (op == "default_cost")
      return {{"default_stamp_value", cost_}, {"handler_default_required_value", cost_}};
    const auto rounds = static_cast<unsigned>(p.integer_within("expand_rounds", discovery_stamp_rounds, 1, 4096));
    if (op == "workblock") {
      const auto block = expand_workblock(p.octets_of("material"), rounds);
      return {{"workblock", hex(block)}, {"length", block.size()}};
    }
    if (op == "generate") {
      const stamp_workblock block(p.octets_of("material"), rounds);
      const auto found = find_stamp(block, cost_of(p, "cost", cost_));
      return {{"stamp", hex(found)}, {"value", block.value_of(found)}, {"stamp_size", stamp::size}};
    }
    if (op != "value" && op != "valid")
      parameters::fail("op", "workblock, value, valid, generate or default_cost, found " + op);
    const auto block = must(stamp_workblock::from_expanded(p.octets_of("workblock")), "workblock");
    const auto claimed = p.fixed<stamp>("stamp");
    if (op == "value")
      return {{"value", block.value_of(claimed)}};
    return {{"valid", block.accepts(claimed, static_cast<unsigned>(p.integer_within("cost", -1, 0, stamp_cost_max)))}};
  }

private:
  static value typed(const parameters& one) {
    const auto kind = one.text_or("kind", "str");
    if (kind == "bytes")
      return one.octets_of("value");
    if (kind == "int")
      return one.integer("value");
    if (kind == "float")
      return one.number("value");
    if (kind == "bool")
      return one.flag_or("value", false);
    return one.text("value");
  }

  unsigned cost_;
};

json validate_address(const parameters& p) {
  const auto address = p.text("address");
  return {{"is_ip_address", is_ip_address(address)},
          {"is_ygg_ipv6", parse_ipv6_address(address) && is_out_of_reach(address)},
          {"is_hostname", is_host_name(address)}};
}

json sanitize(const parameters& p) {
  const auto name = p.text_if("name");
  return {{"sanitize_name", name && !name->empty() ? json(visible_name(*name)) : json()},
          {"sanitize", name ? json(trimmed_text(*name)) : json()}};
}

json announce_identity(const parameters& p) {
  const auto network = identity_if(p, "network_identity_priv"), own = identity_if(p, "identity_priv");
  const auto& chosen = p.flag_or("has_network_identity", false) ? network : own;
  if (!chosen)
    throw command_error("network_identity_priv, identity_priv: expected the one that is to announce");
  const auto hash_or_null = [](const auto& of) { return of ? json(hex(of->hash())) : json(); };
  return {{"discovery_destination_hash", hex(hash_destination(discovery_destination_name, chosen->hash()))},
          {"chosen_identity_hash", hex(chosen->hash())},
          {"network_identity_hash", hash_or_null(network)},
          {"identity_hash", hash_or_null(own)},
          {"app_name", split_name(discovery_destination_name).front()}};
}

json feature_defaults(const parameters&) {
  const reticulum_config node;
  const interface_config interface;
  return {{"interface_discoverable", interface.discovery.has_value()},
          {"interface_supports_discovery", false},
          {"discover_interfaces", node.discover_interfaces},
          {"should_autoconnect_discovered_interfaces", node.autoconnect_discovered_interfaces > 0},
          {"max_autoconnected_interfaces", node.autoconnect_discovered_interfaces}};
}

/// A directory of records of its own.
class record_store {
public:
  record_store() : files_(make()) {
    if (const auto error = files_.prepare())
      throw command_error("storage: " + error.message());
  }

  /// Heard again where it is there already, as a node does.
  void keep(discovered_interface record) {
    for (const auto& [name, before] : files_.load_discovered().records)
      if (name == record.hash())
        record = heard_again(std::move(record), before);
    if (is_kept_type(record.offer.type))
      if (const auto error = files_.save_discovered(record.hash(), record))
        throw command_error("storage: " + error.message());
  }
  bool holds(const discovery_hash& wanted) const {
    const auto records = files_.load_discovered().records;
    return std::any_of(records.begin(), records.end(), [&](const auto& one) { return one.first == wanted; });
  }
  std::vector<discovered_interface> listed(const discovery_sources& sources, unix_time now) const {
    std::vector<discovered_interface> all;
    for (auto& [name, record] : files_.load_discovered().records)
      if (!is_to_be_removed(record, sources, now))
        all.push_back(std::move(record));
    sort_discovered(all, now);
    return all;
  }

private:
  static std::filesystem::path make() {
    const auto path = temporary_path("records");
    std::filesystem::create_directories(path);
    return path;
  }
  state_directory files_;
};

discovered_interface record_of(const published_interface& offer, unsigned cost, const identity_hash& network,
                               unix_time at) {
  const auto map = encode_published(offer);
  const auto app_data = open_discovery_data(map, find_stamp(discovery_workblock(map), cost));
  const auto read = read_discovery_data(app_data, cost, nullptr);
  if (!read)
    throw command_error("fields: " + std::string(to_string(read.error())));
  return discovered(*read, network, 0, at);
}

json inject_records(const parameters& p) {
  record_store store;
  const auto now = unix_now();
  auto requested = json::array(), listed = json::array();
  if (!p.at("records").is_array())
    parameters::fail("records", "a list of objects");
  for (const auto& one : p.at("records")) {
    const parameters given(one);
    published_interface offer;
    offer.type = published_type::tcp_server;
    offer.transport = true;
    offer.node = rename<transport_id>(new_identity()->hash());
    offer.name = trimmed_text(given.text("name"));
    offer.reachable_on = "example.com";
    offer.port = std::uint16_t{4242};
    auto record = record_of(offer, cost_of(given, "stamp_value", 6), new_identity()->hash(),
                            {now.seconds - given.number("age_seconds")});
    if (given.has("value"))
      record.value = static_cast<unsigned>(given.integer_within("value", 0, 0, stamp_cost_max));
    requested.push_back({{"name", given.text("name")}, {"discovery_hash", hex(record.hash())}});
    store.keep(std::move(record));
  }
  for (const auto& one : store.listed({}, now))
    listed.push_back({{"name", one.offer.name ? json(*one.offer.name) : json()},
                      {"status", to_string(one.status(now))},
                      {"status_code", static_cast<int>(one.status(now))},
                      {"value", one.value},
                      {"last_heard", one.last_heard.real()},
                      {"discovery_hash", hex(one.hash())}});
  return {{"requested", requested},
          {"listed", listed},
          {"threshold_unknown", discovery_unknown_after},
          {"threshold_stale", discovery_stale_after},
          {"threshold_remove", discovery_removed_after},
          {"status_available", static_cast<int>(discovery_status::available)},
          {"status_unknown", static_cast<int>(discovery_status::unknown)},
          {"status_stale", static_cast<int>(discovery_status::stale)}};
}

json published_types(bool kept_alone) {
  auto names = json::array();
  for (auto type = static_cast<int>(published_type::backbone); type <= static_cast<int>(published_type::kiss); ++type)
    if (!kept_alone || is_kept_type(static_cast<published_type>(type)))
      names.push_back(to_string(static_cast<published_type>(type)));
  return names;
}

json store_record(const parameters& p) {
  const auto given = identity_if(p, "announce_identity_priv");
  const auto announced = given ? given : new_identity();
  json wish{
      {"interface_type", "TCPServerInterface"},
      {"transport_enabled", true},
      {"fields", p.has("fields")
                     ? p.at("fields")
                     : json{{"name", p.text_or("name", "Node")}, {"reachable_on", "example.com"}, {"port", 4242}}}};
  auto offer = offer_of(parameters(wish), *new_identity());
  if (!offer)
    throw command_error("fields: not what a node publishes");
  if (p.has("set_interface_type")) {
    const auto type = published_type_from(p.text("set_interface_type"));
    if (!type)
      parameters::fail("set_interface_type", "a type that is published");
    offer->type = *type;
  }
  discovery_sources heard_from, listed_from;
  heard_from.allowed = listed_from.allowed = p.list_of<identity_hash>("recv_sources");
  if (p.names("list_sources"))
    listed_from.allowed = p.list_of<identity_hash>("list_sources");
  record_store store;
  const auto now = unix_now();
  const bool heard = heard_from.allows(announced->hash());
  const auto record = record_of(*offer, cost_of(p, "stamp_value", 6), announced->hash(), now);
  for (std::int64_t i = 0; heard && i < p.integer_within("repeat", 1, 0, 1000); ++i)
    store.keep(record);
  json names = json::array(), count;
  for (const auto& one : store.listed(listed_from, now)) {
    names.push_back(one.offer.name ? json(*one.offer.name) : json());
    if (one.hash() == record.hash())
      count = one.heard_count;
  }
  return {{"received", heard},
          {"record_type", heard ? json(to_string(record.offer.type)) : json()},
          {"stored", store.holds(record.hash())},
          {"heard_count", count},
          {"discovery_hash", heard ? json(hex(record.hash())) : json()},
          {"listed_names", names},
          {"announce_identity_hash", hex(announced->hash())},
          {"discoverable_types", published_types(true)},
          {"discoverable_interface_types", published_types(false)}};
}

}  // namespace

void add_discovery_commands(command_table& table, profile spoken) {
  const auto chapter = std::make_shared<const discovery_chapter>(spoken);
  table.add("discovery_build_announce_appdata", [chapter](const parameters& p) { return chapter->build(p); });
  table.add("discovery_craft_announce", [chapter](const parameters& p) { return chapter->craft(p); });
  table.add("discovery_receive_announce", [chapter](const parameters& p) { return chapter->receive(p); });
  table.add("discovery_stamp", [chapter](const parameters& p) { return chapter->stamps(p); });
  table.add("discovery_validate_address", validate_address);
  table.add("discovery_sanitize_name", sanitize);
  table.add("discovery_announce_identity", announce_identity);
  table.add("discovery_feature_defaults", feature_defaults);
  table.add("discovery_inject_records", inject_records);
  table.add("discovery_store_record", store_record);
}

}  // namespace plexus::bridge
