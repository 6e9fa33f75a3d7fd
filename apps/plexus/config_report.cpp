#include "apps/plexus/config_report.hpp"

#include "apps/plexus/format.hpp"
#include "apps/plexus/table.hpp"
#include "storage/config/interface_defaults.hpp"

#include <algorithm>

namespace plexus {
namespace {

using ordered_json = nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items)
    text += (text.empty() ? "" : ", ") + item;
  return text;
}

std::string host_and_port(const std::string& host, std::uint16_t port) {
  const bool bare_ipv6 = host.find(':') != std::string::npos;
  return (bare_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

struct reach {
  std::string operator()(const unavailable_settings&) const { return {}; }
  std::string operator()(const auto_interface_settings& s) const {
    return s.devices.empty() ? "all devices" : joined(s.devices);
  }
  std::string operator()(const tcp_server_settings& s) const { return listening(s.listen); }
  std::string operator()(const backbone_server_settings& s) const { return listening(s.listen); }
  std::string operator()(const tcp_client_settings& s) const { return target(s.target); }
  std::string operator()(const backbone_client_settings& s) const { return target(s.target); }
  std::string operator()(const udp_settings& s) const {
    std::string text;
    const auto device = s.device.value_or("?");
    if (s.listen_port)
      text = host_and_port(s.listen_address.value_or(device), *s.listen_port);
    if (s.forward_port)
      text += (text.empty() ? "-> " : " -> ") + host_and_port(s.forward_address.value_or(device), *s.forward_port);
    return text;
  }
  std::string operator()(const pipe_settings& s) const { return s.command; }

  static std::string listening(const listen_settings& s) {
    return host_and_port(s.device ? *s.device : s.address, s.port);
  }
  static std::string target(const target_settings& s) { return "-> " + host_and_port(s.host, s.port); }
};

/// Whether this program runs interfaces of this type.
bool available(const interface_config& config) {
  return !std::holds_alternative<unavailable_settings>(config.settings);
}

std::string state_of(const interface_config& config) {
  if (!config.enabled)
    return "disabled";
  return available(config) ? "enabled" : "not available";
}

std::vector<std::string> names_of(const std::vector<interface_config>& interfaces) {
  std::vector<std::string> names;
  for (const auto& one : interfaces)
    names.push_back(one.name);
  return names;
}

/// The instance's own socket and what was spawned or discovered do not come from [interfaces].
bool configured(const interface_status& one) {
  return !one.parent_interface_name && !one.autoconnect_source && one.type != "LocalServerInterface" &&
         one.type != "LocalClientInterface";
}

std::vector<std::string> differing_keys(const interface_config& wanted, const interface_status& running,
                                        const reticulum_config& node) {
  std::vector<std::string> keys;
  if (static_cast<std::int64_t>(wanted.mode) != running.mode)
    keys.emplace_back("mode");
  if (running.gravity && running.gravity->real() != static_cast<double>(gravity_of(wanted, node)))
    keys.emplace_back("gravity");
  if (wanted.network_name != running.ifac_netname)
    keys.emplace_back("network_name");
  if (wanted.has_access_code() != running.ifac_signature.has_value())
    keys.emplace_back("passphrase");
  if (wanted.bitrate && running.bitrate && (*running.bitrate).real() != static_cast<double>(*wanted.bitrate))
    keys.emplace_back("bitrate");
  return keys;
}

}  // namespace

std::string reach_text(const interface_config& config) {
  return std::visit(reach{}, config.settings);
}

std::string interfaces_report(const node_config& node) {
  std::vector<std::vector<std::string>> rows{
      {"Interface", "Type", "State", "Mode", "Rate", "MTU", "Access code", "Reaches"}};
  for (const auto& one : node.interfaces) {
    const auto link = link_properties_of(one);
    rows.push_back({one.name, one.type, state_of(one), std::string(to_string(one.mode)),
                    pretty_bitrate(static_cast<double>(link.bitrate)), link.hw_mtu ? std::to_string(link.hw_mtu) : "-",
                    link.ifac_size ? std::to_string(link.ifac_size * 8) + "-bit" : "none", reach_text(one)});
  }
  return table_text(rows);
}

ordered_json interfaces_json(const node_config& node) {
  auto all = ordered_json::array();
  for (const auto& one : node.interfaces) {
    const auto link = link_properties_of(one);
    all.push_back({{"name", one.name},
                   {"type", one.type},
                   {"line", one.line},
                   {"enabled", one.enabled},
                   {"available", available(one) || !one.enabled},
                   {"mode", to_string(one.mode)},
                   {"bitrate", link.bitrate},
                   {"mtu", link.hw_mtu},
                   {"ifac_size", link.ifac_size},
                   {"reaches", reach_text(one)}});
  }
  return all;
}

std::string plan_report(const reload_plan& plan) {
  if (plan.empty())
    return "A reload would change nothing.\n";
  std::string text = "A reload would change:\n";
  for (const auto& one : plan.removed)
    text += "  - interface " + one.name + "\n";
  for (const auto& one : plan.added)
    text += "  + interface " + one.name + " (" + one.type + ")\n";
  for (const auto& one : plan.changed)
    text += "  ~ interface " + one.after.name + ": " + joined(one.keys) + "\n";
  for (const auto& key : plan.applies_now)
    text += "  ~ " + key + "\n";
  for (const auto& key : plan.needs_restart)
    text += "  ! " + key + " (after a restart)\n";
  return text;
}

ordered_json plan_json(const reload_plan& plan) {
  auto changed = ordered_json::array();
  for (const auto& one : plan.changed)
    changed.push_back({{"name", one.after.name}, {"keys", one.keys}});
  return {{"added", names_of(plan.added)}, {"removed", names_of(plan.removed)}, {"changed", changed},
          {"unchanged", plan.unchanged},   {"applies_now", plan.applies_now},   {"needs_restart", plan.needs_restart}};
}

running_difference compare_with_running(const node_config& node, const node_status& running) {
  running_difference difference;
  for (const auto& wanted : node.interfaces) {
    if (!wanted.enabled || !available(wanted))
      continue;
    const auto found = std::ranges::find_if(
        running.interfaces, [&](const auto& one) { return configured(one) && one.short_name == wanted.name; });
    if (found == running.interfaces.end())
      difference.added.push_back(wanted.name);
    else if (auto keys = differing_keys(wanted, *found, node.reticulum); !keys.empty())
      difference.changed.push_back({wanted.name, std::move(keys)});
  }
  for (const auto& one : running.interfaces)
    if (configured(one) && std::ranges::none_of(node.interfaces, [&](const auto& wanted) {
          return wanted.enabled && wanted.name == one.short_name;
        }))
      difference.removed.push_back(one.short_name);
  return difference;
}

std::string difference_report(const running_difference& difference) {
  if (difference.empty())
    return "The running node has these interfaces, as far as it tells.\n";
  std::string text = "The running node would have to change:\n";
  for (const auto& name : difference.removed)
    text += "  - interface " + name + "\n";
  for (const auto& name : difference.added)
    text += "  + interface " + name + "\n";
  for (const auto& one : difference.changed)
    text += "  ~ interface " + one.name + ": " + joined(one.keys) + "\n";
  return text;
}

ordered_json difference_json(const running_difference& difference) {
  auto changed = ordered_json::array();
  for (const auto& one : difference.changed)
    changed.push_back({{"name", one.name}, {"keys", one.keys}});
  return {{"added", difference.added}, {"removed", difference.removed}, {"changed", changed}};
}

}  // namespace plexus
