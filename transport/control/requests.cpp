#include "transport/control/requests.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace plexus::rpc {
namespace {

template <class Enum, std::size_t Size>
using names = std::array<std::pair<std::string_view, Enum>, Size>;

constexpr names<figure, 5> figures{{{"link_count", figure::link_count},
                                    {"active_link_count", figure::active_link_count},
                                    {"lowest_interface_bitrate", figure::lowest_interface_bitrate},
                                    {"medium_path_timeout", figure::medium_path_timeout},
                                    {"profiling_results", figure::profiling_results}}};
constexpr names<reception, 3> receptions{
    {{"packet_rssi", reception::rssi}, {"packet_snr", reception::snr}, {"packet_q", reception::q}}};
constexpr names<interface_change, 3> changes{{{"attach_interface", interface_change::attach},
                                              {"detach_interface", interface_change::detach},
                                              {"reload_interface", interface_change::reload}}};
constexpr names<destination_use, 3> uses{
    {{"used", destination_use::used}, {"retain", destination_use::retain}, {"unretain", destination_use::unretain}}};

template <class Enum, std::size_t Size>
std::optional<Enum> named(const names<Enum, Size>& table, std::string_view name) {
  for (const auto& [text, which] : table)
    if (text == name)
      return which;
  return std::nullopt;
}
template <class Enum, std::size_t Size>
std::string_view name_of(const names<Enum, Size>& table, Enum which) {
  for (const auto& [text, candidate] : table)
    if (candidate == which)
      return text;
  return {};
}

constexpr auto refused = parse_error::bad_value;

template <class Hash>
std::optional<Hash> hash_under(const value& call, std::string_view key) {
  const auto* found = call.find(key);
  const auto* bytes = found != nullptr ? found->as_bytes() : nullptr;
  return bytes != nullptr ? Hash::from_exactly(*bytes) : std::nullopt;
}

/// The call made of `build(hash)`, if the hash is there.
template <class Hash, class Build>
expected<request> with_hash(const value& call, std::string_view key, Build build) {
  const auto hash = hash_under<Hash>(call, key);
  if (!hash)
    return unexpected(refused);
  return request(build(*hash));
}

expected<request> parse_path_table(const value& call) {
  const auto* hops_max = call.find("max_hops");
  if (hops_max == nullptr || !(hops_max->is_nil() || hops_max->as_int()))
    return unexpected(refused);
  return request(get_path_table{hops_max->as_int()});
}

expected<request> parse_get(const value& call, std::string_view what) {
  if (what == "interface_stats")
    return request(get_interface_stats{});
  if (what == "path_table")
    return parse_path_table(call);
  if (what == "rate_table")
    return request(get_rate_table{});
  if (what == "next_hop")
    return with_hash<destination_hash>(call, "destination_hash", [](auto h) { return get_next_hop{h}; });
  if (what == "next_hop_if_name")
    return with_hash<destination_hash>(call, "destination_hash", [](auto h) { return get_next_hop_interface{h}; });
  if (what == "first_hop_timeout")
    return with_hash<destination_hash>(call, "destination_hash", [](auto h) { return get_first_hop_timeout{h}; });
  if (what == "blackholed_identities")
    return request(get_blackholed_identities{});
  if (what == "is_blackholed")
    return with_hash<identity_hash>(call, "identity_hash", [](auto h) { return get_is_blackholed{h}; });
  if (const auto which = named(figures, what))
    return request(get_figure{*which});
  if (const auto which = named(receptions, what))
    return with_hash<packet_hash>(call, "packet_hash", [&](auto h) { return get_packet_reception{*which, h}; });
  return unexpected(refused);
}

expected<request> parse_manage(const value& call, std::string_view what) {
  const auto change = named(changes, what);
  const auto* name = call.find("name");
  if (!change || name == nullptr || name->as_text() == nullptr)
    return unexpected(refused);
  return request(manage_interface{*change, *name->as_text()});
}

expected<request> parse_drop(const value& call, std::string_view what) {
  if (what == "path")
    return with_hash<destination_hash>(call, "destination_hash", [](auto h) { return drop_path{h}; });
  if (what == "all_via")
    return with_hash<transport_id>(call, "destination_hash", [](auto h) { return drop_all_via{h}; });
  if (what == "announce_queues")
    return request(drop_announce_queues{});
  return unexpected(refused);
}

expected<request> parse_blackhole(const value& call) {
  const auto* until = call.find("until");
  const auto* reason = call.find("reason");
  if (until == nullptr || reason == nullptr || !(until->is_nil() || until->is_number()) ||
      !(reason->is_nil() || reason->as_text() != nullptr))
    return unexpected(refused);
  return with_hash<identity_hash>(call, "blackhole_identity", [&](auto h) {
    blackhole asked{h, number::from(*until), std::nullopt};
    if (const auto* text = reason->as_text())
      asked.reason = *text;
    return asked;
  });
}

expected<request> parse_destination_data(const value& call, std::string_view what) {
  const auto use = named(uses, what);
  if (!use)
    return unexpected(refused);
  return with_hash<destination_hash>(call, "destination_hash", [&](auto h) { return mark_destination{*use, h}; });
}

struct encoder {
  value operator()(const get_interface_stats&) const { return get("interface_stats"); }
  value operator()(const get_path_table& c) const {
    return value::map{{"get", "path_table"}, {"max_hops", c.hops_max}};
  }
  value operator()(const get_rate_table&) const { return get("rate_table"); }
  value operator()(const get_next_hop& c) const { return get("next_hop", "destination_hash", c.destination.bytes()); }
  value operator()(const get_next_hop_interface& c) const {
    return get("next_hop_if_name", "destination_hash", c.destination.bytes());
  }
  value operator()(const get_first_hop_timeout& c) const {
    return get("first_hop_timeout", "destination_hash", c.destination.bytes());
  }
  value operator()(const get_figure& c) const { return get(name_of(figures, c.which)); }
  value operator()(const get_packet_reception& c) const {
    return get(name_of(receptions, c.which), "packet_hash", c.packet.bytes());
  }
  value operator()(const get_blackholed_identities&) const { return get("blackholed_identities"); }
  value operator()(const get_is_blackholed& c) const {
    return get("is_blackholed", "identity_hash", c.identity.bytes());
  }
  value operator()(const manage_interface& c) const {
    return value::map{{"manage", name_of(changes, c.change)}, {"name", c.name}};
  }
  value operator()(const drop_path& c) const {
    return value::map{{"drop", "path"}, {"destination_hash", c.destination.bytes()}};
  }
  value operator()(const drop_all_via& c) const {
    return value::map{{"drop", "all_via"}, {"destination_hash", c.via.bytes()}};
  }
  value operator()(const drop_announce_queues&) const { return value::map{{"drop", "announce_queues"}}; }
  value operator()(const blackhole& c) const {
    return value::map{{"blackhole_identity", c.identity.bytes()},
                      {"until", c.until ? c.until->to_value() : value()},
                      {"reason", c.reason}};
  }
  value operator()(const unblackhole& c) const { return value::map{{"unblackhole_identity", c.identity.bytes()}}; }
  value operator()(const mark_destination& c) const {
    return value::map{{"destination_data", name_of(uses, c.use)}, {"destination_hash", c.destination.bytes()}};
  }
  value operator()(const retain_identity& c) const {
    return value::map{{"identity_data", "retain"}, {"identity_hash", c.identity.bytes()}};
  }

private:
  static value get(std::string_view what) { return value::map{{"get", what}}; }
  static value get(std::string_view what, std::string_view key, octets hash) {
    return value::map{{"get", what}, {key, hash}};
  }
};

}  // namespace

expected<request> parse_request(const value& call) {
  const auto text_under = [&](std::string_view key) {
    const auto* found = call.find(key);
    return found != nullptr ? found->as_text() : nullptr;
  };
  if (const auto* what = text_under("get"))
    return parse_get(call, *what);
  if (const auto* what = text_under("manage"))
    return parse_manage(call, *what);
  if (const auto* what = text_under("drop"))
    return parse_drop(call, *what);
  if (call.find("blackhole_identity") != nullptr)
    return parse_blackhole(call);
  if (call.find("unblackhole_identity") != nullptr)
    return with_hash<identity_hash>(call, "unblackhole_identity", [](auto h) { return unblackhole{h}; });
  if (const auto* what = text_under("destination_data"))
    return parse_destination_data(call, *what);
  if (const auto* what = text_under("identity_data"); what != nullptr && *what == "retain")
    return with_hash<identity_hash>(call, "identity_hash", [](auto h) { return retain_identity{h}; });
  return unexpected(refused);
}

value encode(const request& call) {
  return std::visit(encoder{}, call);
}

}  // namespace plexus::rpc
