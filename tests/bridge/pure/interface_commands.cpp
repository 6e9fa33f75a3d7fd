// Chapter 6, second half: what follows from an interface's type and configuration.
#include "actors/interfaces/lan/auto_group.hpp"
#include "storage/config/interface_defaults.hpp"
#include "tests/bridge/chapters.hpp"
#include "tests/bridge/support.hpp"

#include <arpa/inet.h>

namespace plexus::bridge {
namespace {

json number_or_null(std::uint64_t value) {
  return value == 0 ? json() : json(value);
}

json discovery_token_of(const parameters& p) {
  const auto text = p.text("link_local_addr");
  ip6_octets address;
  if (::inet_pton(AF_INET6, text.c_str(), address.data()) != 1)
    parameters::fail("link_local_addr", "an IPv6 address, found " + text);
  return {{"token", hex(token_of(as_text(p.octets_of("group_id")), address))}};
}

/// The reference's class TCPInterface stands for both ends.
json hw_mtu_of_type(const parameters& p) {
  const auto type = p.text("type");
  if (type != "TCPInterface" && type != "AutoInterface" && type != "BackboneInterface")
    return {{"error", "type: expected TCPInterface, AutoInterface or BackboneInterface, found " + type}};
  return {{"hw_mtu", defaults_of_type(type == "TCPInterface" ? "TCPServerInterface" : type).hw_mtu}};
}

json default_access_code_sizes(const parameters&) {
  auto sizes = json::object();
  for (const auto* type : {"SerialInterface", "KISSInterface", "AX25KISSInterface", "RNodeInterface", "PipeInterface",
                           "TCPServerInterface", "TCPClientInterface", "UDPInterface"})
    sizes[type] = defaults_of_type(type).ifac_size;
  return {{"default_ifac_size", sizes}, {"ifac_min_size", 1}};
}

/// Types that choose their MTU by the bitrate, and those whose MTU it leaves alone; -1 says that none was chosen.
json optimise_mtu(const parameters& p) {
  interface_config config;
  config.type = p.flag_or("autoconfigure", true) ? "TCPServerInterface" : "UDPInterface";
  config.bitrate = static_cast<std::uint64_t>(p.integer_within("bitrate", -1, 0, std::int64_t{1} << 53));
  const auto chosen = link_properties_of(config).hw_mtu;
  const bool unchanged = config.type == "UDPInterface" && chosen == defaults_of_type(config.type).hw_mtu;
  return {{"hw_mtu", unchanged ? json(-1) : number_or_null(chosen)}, {"unchanged", unchanged}};
}

void add_limits(json& result, const burst_limits& limits) {
  result["ic_max_held_announces"] = limits.held_announces_max;
  result["ic_burst_hold"] = seconds_of(limits.hold);
  result["ic_burst_freq_new"] = limits.announce_frequency_new;
  result["ic_burst_freq"] = limits.announce_frequency;
  result["ic_new_time"] = seconds_of(limits.new_time);
  result["ic_burst_penalty"] = seconds_of(limits.penalty);
  result["ic_held_release_interval"] = seconds_of(limits.held_release_interval);
}

template <class T>
json value_or_null(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

/// As the daemon reads its file; an interface that is not enabled is not made, and so has no properties.
json parse_interface(const parameters& p) {
  const auto name = p.text("interface_name");
  const auto file = parse_config(p.text("config_text"), "config_text");
  const auto* interfaces = file->section("interfaces");
  const auto* section = interfaces ? interfaces->section(name) : nullptr;
  if (!section)
    return {{"error", "config_text has no [[" + name + "]] in [interfaces]"}};
  config_warnings warnings;
  const auto config = read_interface(*section, interface_reading::as_written, warnings);
  if (!config.enabled)
    return {{"selected_interface_mode", json()}, {"configured_bitrate", json()}};

  const auto link = link_properties_of(config);
  const auto usual = defaults_of_type(config.type);
  const auto mode = static_cast<int>(config.mode);
  json result{{"selected_interface_mode", mode},
              {"configured_bitrate", value_or_null(config.bitrate)},
              {"mode", mode},
              {"mode_name", to_string(config.mode)},
              {"bitrate", link.bitrate},
              {"announce_cap", config.announce_cap},
              {"ifac_size", config.ifac_size.value_or(usual.ifac_size)},
              {"default_ifac_size", usual.ifac_size},
              {"discoverable", config.discovery.has_value()},
              {"discovery_announce_interval",
               config.discovery ? json(std::chrono::seconds(config.discovery->announce_interval).count()) : json()},
              {"ifac_netname", value_or_null(config.network_name)},
              {"ifac_netkey", value_or_null(config.passphrase)},
              {"ifac_active", link.ifac_size != 0}};
  add_limits(result, burst_limits_of(config, {}));
  return result;
}

}  // namespace

void add_interface_commands(command_table& table) {
  table.add("auto_discovery_token", discovery_token_of);
  table.add("interface_hw_mtu", hw_mtu_of_type);
  table.add("interface_default_ifac_size", default_access_code_sizes);
  table.add("interface_optimise_mtu", optimise_mtu);
  table.add("config_parse_interface", parse_interface);
}

}  // namespace plexus::bridge
