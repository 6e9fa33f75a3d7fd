#include "storage/config/node_config.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <tuple>
#include <utility>

namespace plexus {

namespace {

// The value if it is at least `least`; smaller ones are ignored, as by the reference, but not silently.
std::optional<std::uint32_t> at_least(section_reader& reader, std::string_view key, std::int64_t least) {
  const auto value = reader.integer(key);
  if (value && *value >= least)
    return static_cast<std::uint32_t>(std::min<std::int64_t>(*value, std::numeric_limits<std::uint32_t>::max()));
  if (value)
    reader.warn(key, "less than " + std::to_string(least) + ", ignored");
  return std::nullopt;
}

std::optional<std::int32_t> gravity(section_reader& reader, std::string_view key) {
  const auto value = reader.integer(key);
  if (!value)
    return std::nullopt;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(*value, INT32_MIN, INT32_MAX));
}

std::uint64_t amount(section_reader& reader, std::string_view key, std::uint64_t fallback, std::int64_t least) {
  const auto value = reader.integer(key);
  if (value && *value < least)
    reader.fail(key, "a whole number from " + std::to_string(least) + " on");
  return value ? static_cast<std::uint64_t>(*value) : fallback;
}

logging_config read_logging(section_reader& reader) {
  logging_config out;
  if (const auto level = reader.integer("loglevel"))
    out.level = std::clamp<std::int64_t>(*level, 0, 8);
  out.timestamps = reader.boolean("logtimestamps").value_or(true);
  return out;
}

void read_instance(section_reader& reader, reticulum_config& out) {
  out.share_instance = reader.boolean("share_instance").value_or(out.share_instance);
  out.instance_name = reader.text("instance_name").value_or(out.instance_name);
  if (auto type = reader.text("shared_instance_type")) {
    std::transform(type->begin(), type->end(), type->begin(), [](unsigned char c) { return std::tolower(c); });
    if (*type == "tcp")
      out.shared_instance_type = shared_instance_transport::tcp;
    else if (*type == "unix")
      out.shared_instance_type = shared_instance_transport::unix_socket;
    else
      reader.warn("shared_instance_type", "neither tcp nor unix, ignored");
  }
  out.shared_instance_port = reader.port("shared_instance_port").value_or(out.shared_instance_port);
  out.instance_control_port = reader.port("instance_control_port").value_or(out.instance_control_port);
  if (const auto key = reader.text("rpc_key")) {
    auto octets_of_key = from_hex(*key);
    if (octets_of_key.empty())
      reader.warn("rpc_key", "not hexadecimal, using the key derived from the node's identity");
    else
      out.rpc_key = std::move(octets_of_key);
  }
  if (const auto bitrate = reader.integer("force_shared_instance_bitrate"); bitrate && *bitrate > 0)
    out.force_shared_instance_bitrate = static_cast<std::uint64_t>(*bitrate);
}

void read_behaviour(section_reader& reader, reticulum_config& out) {
  const auto flag = [&](std::string_view key, bool& value) { value = reader.boolean(key).value_or(value); };
  flag("enable_transport", out.enable_transport);
  flag("static_transport_identity", out.static_transport_identity);
  flag("local_hops_delta", out.local_hops_delta);
  flag("link_mtu_discovery", out.link_mtu_discovery);
  flag("use_implicit_proof", out.use_implicit_proof);
  flag("enable_remote_management", out.enable_remote_management);
  flag("enable_interface_management", out.enable_interface_management);
  flag("respond_to_probes", out.respond_to_probes);
  flag("panic_on_interface_error", out.panic_on_interface_error);
  out.network_identity = reader.text("network_identity");
  out.remote_management_allowed = reader.hashes("remote_management_allowed").value_or(std::vector<identity_hash>{});
}

void read_interface_defaults(section_reader& reader, reticulum_config& out) {
  out.default_gravity = gravity(reader, "default_gravity").value_or(out.default_gravity);
  // A target of 0 falls back to the default, so that it cannot be switched off here.
  if (const auto target = at_least(reader, "default_ar_target", 0); target && *target > 0)
    out.default_announce_rate_target = *target;
  if (const auto penalty = at_least(reader, "default_ar_penalty", 0))
    out.default_announce_rate_penalty = *penalty;
  if (const auto grace = at_least(reader, "default_ar_grace", 0); grace && *grace > 0)
    out.default_announce_rate_grace = *grace;
  out.bursts = read_burst_settings(reader);
  out.data_queue_max = at_least(reader, "qlen_in_data", 1).value_or(out.data_queue_max);
  out.announce_queue_max = at_least(reader, "qlen_in_announce", 1).value_or(out.announce_queue_max);
  out.path_request_queue_max = at_least(reader, "qlen_in_pr", 1).value_or(out.path_request_queue_max);
  out.limited_queue_max = at_least(reader, "qlen_in_il", 1).value_or(out.limited_queue_max);
}

void read_discovery(section_reader& reader, reticulum_config& out) {
  out.discover_interfaces = reader.boolean("discover_interfaces").value_or(false);
  if (const auto value = reader.integer("required_discovery_value"); value && *value > 0)
    out.required_discovery_value = static_cast<std::uint32_t>(std::min<std::int64_t>(*value, 256));
  out.interface_discovery_sources = reader.hashes("interface_discovery_sources").value_or(std::vector<identity_hash>{});
  if (const auto number = reader.integer("autoconnect_discovered_interfaces"); number && *number > 0)
    out.autoconnect_discovered_interfaces = static_cast<std::uint32_t>(std::min<std::int64_t>(*number, 65535));
  out.autoconnect_unverified_implementations = reader.boolean("autoconnect_unverified_implementations").value_or(false);
  if (const auto name = reader.text("autoconnect_interface_mode")) {
    out.autoconnect_interface_mode = mode_from(*name);
    if (!out.autoconnect_interface_mode)
      reader.warn("autoconnect_interface_mode", "no mode is called " + *name + ", ignored");
  }
  out.autoconnect_interface_gravity = gravity(reader, "autoconnect_interface_gravity");
  // `no` leaves the setting unset, as in the reference.
  if (reader.boolean("autoconnect_announces_to_internal").value_or(false))
    out.autoconnect_announces_to_internal = true;
  out.publish_blackhole = reader.boolean("publish_blackhole").value_or(false);
  out.blackhole_sources = reader.hashes("blackhole_sources").value_or(std::vector<identity_hash>{});
  if (const auto minutes = reader.number("blackhole_update_interval"))
    out.blackhole_update_interval = std::max(*minutes, 2.0) * 60;
}

reticulum_config read_reticulum(section_reader& reader) {
  reticulum_config out;
  read_instance(reader, out);
  read_behaviour(reader, out);
  read_interface_defaults(reader, out);
  read_discovery(reader, out);
  return out;
}

metrics_config read_metrics(section_reader& reader) {
  metrics_config out;
  out.enabled = reader.boolean("enabled").value_or(out.enabled);
  const auto listen = reader.text("listen");
  if (!listen)
    return out;
  const auto colon = listen->rfind(':');
  std::string address = listen->substr(0, colon == std::string::npos ? 0 : colon);
  if (address.size() >= 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  else if (address.find(':') != std::string::npos)
    address.clear();
  int port = 0;
  for (const char c : listen->substr(colon == std::string::npos ? listen->size() : colon + 1))
    port = std::isdigit(static_cast<unsigned char>(c)) && port <= 65535 ? port * 10 + (c - '0') : 65536;
  if (address.empty() || port < 1 || port > 65535)
    reader.fail("listen", "address:port, an IPv6 address in square brackets");
  out.address = std::move(address);
  out.port = static_cast<std::uint16_t>(port);
  return out;
}

plexus_config read_plexus(section_reader& reader) {
  plexus_config out;
  const auto threads = [&](std::string_view key) {
    const auto value = amount(reader, key, 0, 0);
    if (value > 1024)
      reader.fail(key, "0 to 1024");
    return static_cast<std::uint32_t>(value);
  };
  out.shards = threads("shards");
  out.io_threads = threads("io_threads");
  out.tx_buffer = amount(reader, "tx_buffer", out.tx_buffer, 65536);
  out.max_paths = amount(reader, "max_paths", out.max_paths, 1024);
  out.max_links = amount(reader, "max_links", out.max_links, 1024);
  return out;
}

// Reads [name] if there is one; without it the defaults stand.
template <class Read>
auto read_section(const config_section& file, std::string_view name, config_warnings& warnings, Read read) {
  static const config_section none{std::string{}, 0, nullptr};
  const auto* section = file.section(name);
  section_reader reader{section ? *section : none, warnings};
  auto out = read(reader);
  reader.warn_about_rest();
  return out;
}

void warn_about_sections(const config_section& file, config_warnings& warnings) {
  for (const auto& entry : file.entries())
    warnings.push_back({file.file(), entry.line, entry.key, "stands before any section, ignored"});
  for (const auto& section : file.sections()) {
    const auto& name = section->name();
    if (name != "logging" && name != "reticulum" && name != "interfaces" && name != "plexus" && name != "metrics")
      warnings.push_back({file.file(), section->line(), name, "not a section that is known here, ignored"});
  }
}

void read_interfaces(const config_section& file, node_config& out) {
  const auto* section = file.section("interfaces");
  if (!section)
    return;
  for (const auto& entry : section->entries())
    out.warnings.push_back({file.file(), entry.line, entry.key, "stands in no [[interface]], ignored"});
  for (const auto& one : section->sections()) {
    out.interfaces.push_back(read_interface(*one, interface_reading::as_written, out.warnings));
    // So that the identity which is announced survives a restart.
    if (out.interfaces.back().discovery && !out.reticulum.enable_transport &&
        !out.reticulum.static_transport_identity) {
      out.reticulum.static_transport_identity = true;
      out.warnings.push_back({file.file(), one->line(), "discoverable",
                              "transport is off, so the node's identity is kept across restarts"});
    }
  }
}

}  // namespace

std::string node_config::unavailable_interfaces() const {
  std::string out;
  for (const auto& one : interfaces)
    if (one.enabled && std::holds_alternative<unavailable_settings>(one.settings))
      out += (out.empty() ? "" : ", ") + one.name + " (" + one.type + ")";
  return out.empty() ? out : "these interfaces are of types that are not available and stay down: " + out;
}

node_config read_node_config(const config_section& file) {
  node_config out;
  warn_about_sections(file, out.warnings);
  out.logging = read_section(file, "logging", out.warnings, read_logging);
  out.reticulum = read_section(file, "reticulum", out.warnings, read_reticulum);
  out.plexus = read_section(file, "plexus", out.warnings, read_plexus);
  out.metrics = read_section(file, "metrics", out.warnings, read_metrics);
  read_interfaces(file, out);
  std::sort(out.warnings.begin(), out.warnings.end(), [](const auto& a, const auto& b) {
    return std::tie(a.line, a.key, a.text) < std::tie(b.line, b.key, b.text);
  });
  return out;
}

node_config read_node_config(std::string_view text, const std::string& file) {
  return read_node_config(*parse_config(text, file));
}

std::optional<interface_config> find_interface(const config_section& file, std::string_view name,
                                               config_warnings& warnings) {
  const auto* interfaces = file.section("interfaces");
  const auto* one = interfaces ? interfaces->section(name) : nullptr;
  if (!one)
    return std::nullopt;
  return read_interface(*one, interface_reading::attach, warnings);
}

}  // namespace plexus
