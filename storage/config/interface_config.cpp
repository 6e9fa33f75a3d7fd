#include "storage/config/interface_config.hpp"

#include "messages/packet.hpp"
#include "storage/config/interface_publication.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <string_view>
#include <utility>

namespace plexus {

namespace {

constexpr std::pair<std::string_view, interface_mode> mode_names[] = {
    {"full", interface_mode::full},
    {"pointtopoint", interface_mode::point_to_point},
    {"ptp", interface_mode::point_to_point},
    {"access_point", interface_mode::access_point},
    {"accesspoint", interface_mode::access_point},
    {"ap", interface_mode::access_point},
    {"roaming", interface_mode::roaming},
    {"boundary", interface_mode::boundary},
    {"gateway", interface_mode::gateway},
    {"gw", interface_mode::gateway},
    {"internal", interface_mode::internal},
};

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// A count from an integer that may be negative, where the reference would compare with it and find it exceeded at once.
std::uint32_t count_from(std::int64_t value) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, std::numeric_limits<std::uint32_t>::max()));
}

std::optional<std::uint32_t> count(section_reader& reader, std::string_view key) {
  const auto value = reader.integer(key);
  return value ? std::optional{count_from(*value)} : std::nullopt;
}

// Values below `least` are as if unset, with a warning.
std::optional<std::uint32_t> count_from_least(section_reader& reader, std::string_view key, std::int64_t least) {
  const auto value = reader.integer(key);
  if (value && *value >= least)
    return count_from(*value);
  if (value)
    reader.warn(key, "less than " + std::to_string(least) + ", ignored");
  return std::nullopt;
}

std::optional<double> not_negative(section_reader& reader, std::string_view key) {
  const auto value = reader.number(key);
  return value ? std::optional{std::max(*value, 0.0)} : std::nullopt;
}

interface_mode read_mode(section_reader& reader) {
  reader.ignore({"interface_mode", "mode"});
  const std::string_view key = reader.has("interface_mode") ? "interface_mode" : "mode";
  const auto name = reader.text(key);
  if (!name)
    return interface_mode::full;
  if (const auto mode = mode_from(*name))
    return *mode;
  reader.warn(key, "no mode is called " + *name + ", using full");
  return interface_mode::full;
}

// The later of the two keys that is set to something counts.
std::optional<std::string> read_secret(section_reader& reader, std::string_view first, std::string_view second) {
  std::optional<std::string> out;
  for (const auto key : {first, second})
    if (auto text = reader.text(key); text && !text->empty()) {
      if (*text == "None")
        reader.warn(key, "the literal text None is ignored; quote something else to set an access code");
      else
        out = std::move(text);
    }
  return out;
}

void read_access_code(section_reader& reader, interface_config& out) {
  out.network_name = read_secret(reader, "networkname", "network_name");
  out.passphrase = read_secret(reader, "passphrase", "pass_phrase");
  const auto bits = reader.integer("ifac_size");
  if (bits && *bits > 512)
    reader.fail("ifac_size", "a size in bits, 8 to 512");
  if (bits && *bits < 8)
    reader.warn("ifac_size", "less than 8 bits, ignored");
  else if (bits)
    out.ifac_size = static_cast<std::uint32_t>(*bits / 8);
}

void read_bandwidth(section_reader& reader, interface_config& out) {
  if (const auto bitrate = reader.integer("bitrate")) {
    if (*bitrate >= 5)
      out.bitrate = static_cast<std::uint64_t>(*bitrate);
    else
      reader.warn("bitrate", "less than 5 bit/s, ignored");
  }
  if (const auto percent = reader.number("announce_cap")) {
    if (*percent > 0 && *percent <= 100)
      out.announce_cap = *percent / 100;
    else
      reader.warn("announce_cap", "not a percentage above 0 up to 100, ignored");
  }
  out.announce_rate_target = count_from_least(reader, "announce_rate_target", 1);
  out.announce_rate_grace = count_from_least(reader, "announce_rate_grace", 0);
  out.announce_rate_penalty = count_from_least(reader, "announce_rate_penalty", 0);
}

// Billions of tries, a few tens of nanoseconds each.
constexpr std::int64_t stamp_value_reasonable = 36;

std::optional<destination_hash> read_lxmf_address(section_reader& reader) {
  const auto text = reader.text("discovery_lxmf_address");
  if (!text)
    return std::nullopt;
  const auto hash = destination_hash::from_hex(*text);
  if (!hash)
    reader.warn("discovery_lxmf_address", "not 32 hexadecimal digits, ignored");
  return hash;
}

discovery_settings read_discovery(section_reader& reader, bool has_access_code) {
  discovery_settings out;
  if (const auto minutes = reader.integer("announce_interval"))
    out.announce_interval = std::chrono::minutes{std::clamp<std::int64_t>(*minutes, 5, 525600)};
  out.stamp_value = reader.integer("discovery_stamp_value");
  if (out.stamp_value > stamp_value_reasonable)
    reader.warn("discovery_stamp_value", "such a stamp takes hours to find, if it is found at all");
  out.name = reader.text("discovery_name");
  out.encrypt = reader.boolean("discovery_encrypt").value_or(false);
  out.reachable_on = reader.text("reachable_on");
  out.publish_ifac = reader.boolean("publish_ifac").value_or(false);
  if (out.publish_ifac && !has_access_code) {
    reader.warn("publish_ifac", "neither network_name nor passphrase is set, nothing to publish");
    out.publish_ifac = false;
  }
  out.location_command = reader.text("location_cmd");
  out.latitude = reader.number("latitude");
  out.longitude = reader.number("longitude");
  out.height = reader.number("height");
  out.frequency = reader.integer("discovery_frequency");
  out.bandwidth = reader.integer("discovery_bandwidth");
  out.modulation = reader.integer("discovery_modulation");
  out.lxmf_address = read_lxmf_address(reader);
  return out;
}

// A published interface must be one that strangers may use: Reticulum.py sets its mode, unless told not to.
void fit_mode_for_discovery(section_reader& reader, interface_config& out) {
  if (out.ignore_config_warnings || out.mode == interface_mode::gateway || out.mode == interface_mode::access_point ||
      out.mode == interface_mode::internal)
    return;
  const bool radio = out.type == "RNodeInterface" || out.type == "RNodeMultiInterface";
  out.mode = radio ? interface_mode::access_point : interface_mode::gateway;
  reader.warn("discoverable", "a discoverable interface must be a gateway, internal or an access point; mode set to " +
                                  std::string{to_string(out.mode)});
}

// What would be an error in the log at each announce, or silence.
void warn_about_publication(section_reader& reader, const interface_config& config) {
  if (!config.enabled || !config.discovery || std::holds_alternative<unavailable_settings>(config.settings))
    return;
  if (!can_be_published(config))
    reader.warn("discoverable", "interfaces of its type cannot be discovered");
  else if (!std::holds_alternative<tcp_client_settings>(config.settings) && !config.discovery->reachable_on)
    reader.warn("discoverable", "reachable_on is not set, so it is not announced");
}

void read_common(section_reader& reader, interface_config& out) {
  out.type = reader.text("type").value_or(std::string{});
  reader.ignore({"interface_enabled", "enabled", "announce_interval", "discovery_stamp_value", "discovery_name",
                 "discovery_encrypt", "reachable_on", "publish_ifac", "location_cmd", "latitude", "longitude", "height",
                 "discovery_frequency", "discovery_bandwidth", "discovery_modulation", "discovery_lxmf_address",
                 "transport_identity"});  // the last stands in configuration entries of discovered interfaces
  try {
    out.enabled = reader.boolean("interface_enabled").value_or(false) || reader.boolean("enabled").value_or(false);
  } catch (const config_error& error) {
    throw config_error(error, config_fault::panic);
  }
  out.mode = read_mode(reader);
  out.outgoing = reader.boolean("outgoing").value_or(true);
  if (const auto gravity = reader.integer("gravity"))
    out.gravity = static_cast<std::int32_t>(std::clamp<std::int64_t>(*gravity, INT32_MIN, INT32_MAX));
  read_access_code(reader, out);
  read_bandwidth(reader, out);
  out.ingress_control = reader.boolean("ingress_control").value_or(true);
  out.bursts = read_burst_settings(reader);
  out.recursive_path_requests = reader.boolean("recursive_prs").value_or(false);
  out.announces_from_internal = reader.boolean("announces_from_internal").value_or(true);
  out.announces_to_internal = reader.boolean("announces_to_internal");
  out.bootstrap_only = reader.boolean("bootstrap_only").value_or(false);
  out.ignore_config_warnings = reader.boolean("ignore_config_warnings").value_or(false);
  if (reader.boolean("discoverable").value_or(false)) {
    out.discovery = read_discovery(reader, out.has_access_code());
    fit_mode_for_discovery(reader, out);
  }
}

std::optional<std::uint32_t> read_fwmark(section_reader& reader) {
  const auto mark = reader.integer("fwmark");
  if (mark && (*mark < 0 || *mark > std::numeric_limits<std::uint32_t>::max()))
    reader.fail("fwmark", "a socket mark, 0 to 4294967295");
  return mark ? std::optional{static_cast<std::uint32_t>(*mark)} : std::nullopt;
}

auto_interface_settings read_auto(section_reader& reader) {
  auto_interface_settings out;
  out.group_id = reader.text("group_id").value_or(out.group_id);
  if (const auto scope = reader.text("discovery_scope")) {
    constexpr std::string_view names[] = {"link", "admin", "site", "organisation", "global"};
    const auto found = std::find(std::begin(names), std::end(names), lower(*scope));
    if (found == std::end(names))
      reader.fail("discovery_scope", "link, admin, site, organisation or global");
    out.scope = static_cast<multicast_scope>(found - std::begin(names));
  }
  out.discovery_port = reader.port("discovery_port").value_or(out.discovery_port);
  if (const auto type = reader.text("multicast_address_type")) {
    const auto word = lower(*type);
    if (word != "temporary" && word != "permanent")
      reader.fail("multicast_address_type", "temporary or permanent");
    out.permanent_address = word == "permanent";
  }
  out.data_port = reader.port("data_port").value_or(out.data_port);
  out.devices = reader.list("devices").value_or(std::vector<std::string>{});
  out.ignored_devices = reader.list("ignored_devices").value_or(std::vector<std::string>{});
  out.fwmark = read_fwmark(reader);
  return out;
}

// `port` goes before `listen_port`, `listen_on` before `listen_ip`, and `device` before any address.
listen_settings read_listen(section_reader& reader, bool allow_listen_on) {
  listen_settings out;
  out.device = reader.text("device");
  auto address = reader.text("listen_ip");
  if (allow_listen_on)
    if (auto on = reader.text("listen_on"))
      address = std::move(on);
  if (!address && !out.device)
    reader.fail_missing("listen_ip", "listen_ip or device");
  out.address = std::move(address).value_or(std::string{});
  const auto listen_port = reader.port("listen_port");
  const auto port = reader.port("port");
  if (!port && !listen_port)
    reader.fail_missing("listen_port", "listen_port or port");
  out.port = port ? *port : *listen_port;
  out.prefer_ipv6 = reader.boolean("prefer_ipv6").value_or(false);
  out.fwmark = read_fwmark(reader);
  return out;
}

tcp_server_settings read_tcp_server(section_reader& reader) {
  return {read_listen(reader, false), reader.boolean("i2p_tunneled").value_or(false)};
}

target_settings read_target(section_reader& reader, std::optional<std::string> host, std::optional<std::uint16_t> port,
                            std::string_view host_keys, std::string_view port_keys) {
  target_settings out;
  if (!host || host->empty())
    reader.fail_missing("target_host", std::string{host_keys});
  if (!port)
    reader.fail_missing("target_port", std::string{port_keys});
  out.host = std::move(*host);
  out.port = *port;
  out.reconnects_max = count(reader, "max_reconnect_tries");
  out.fwmark = read_fwmark(reader);
  reader.integer("connect_timeout");  // read and not used by the reference either
  return out;
}

tcp_client_settings read_tcp_client(section_reader& reader) {
  tcp_client_settings out;
  out.target =
      read_target(reader, reader.text("target_host"), reader.port("target_port"), "target_host", "target_port");
  out.kiss_framing = reader.boolean("kiss_framing").value_or(false);
  out.i2p_tunneled = reader.boolean("i2p_tunneled").value_or(false);
  const auto mtu = reader.integer("fixed_mtu");
  if (mtu && *mtu != 0) {
    if (*mtu < static_cast<std::int64_t>(wire::mtu) || *mtu > 16 << 20)
      reader.fail("fixed_mtu", "a size in octets from 500 on");
    out.fixed_mtu = static_cast<std::uint32_t>(*mtu);
  }
  return out;
}

backbone_server_settings read_backbone_server(section_reader& reader) {
  backbone_server_settings out;
  out.listen = read_listen(reader, true);
  out.block_fast_flapping = reader.boolean("block_fast_flapping").value_or(out.block_fast_flapping);
  out.flap_threshold = not_negative(reader, "fast_flapping_threshold").value_or(out.flap_threshold);
  out.flap_grace = count(reader, "fast_flapping_grace").value_or(out.flap_grace);
  if (const auto minutes = not_negative(reader, "fast_flapping_block_time"))
    out.flap_block_time = *minutes * 60;
  return out;
}

backbone_client_settings read_backbone_client(section_reader& reader) {
  auto host = reader.text("target_host");
  if (auto remote = reader.text("remote"))
    host = std::move(remote);
  auto port = reader.port("target_port");
  if (const auto shorthand = reader.port("port"))
    port = shorthand;
  auto target = read_target(reader, std::move(host), port, "remote or target_host", "port or target_port");
  target.prefer_ipv6 = reader.boolean("prefer_ipv6").value_or(false);
  reader.boolean("i2p_tunneled");
  return {std::move(target)};
}

udp_settings read_udp(section_reader& reader) {
  udp_settings out;
  out.device = reader.text("device");
  out.listen_address = reader.text("listen_ip");
  out.forward_address = reader.text("forward_ip");
  out.listen_port = reader.port("listen_port");
  out.forward_port = reader.port("forward_port");
  if (const auto port = reader.port("port")) {
    out.listen_port = out.listen_port ? out.listen_port : port;
    out.forward_port = out.forward_port ? out.forward_port : port;
  }
  out.fwmark = read_fwmark(reader);
  const bool receives = out.listen_port && (out.listen_address || out.device);
  const bool sends = out.forward_port && (out.forward_address || out.device);
  if (!receives && !sends)
    reader.warn({}, "neither listen_ip and listen_port nor forward_ip and forward_port are set; carries nothing");
  return out;
}

pipe_settings read_pipe(section_reader& reader) {
  pipe_settings out;
  auto command = reader.text("command");
  if (!command || command->empty())
    reader.fail_missing("command", "a command");
  out.command = std::move(*command);
  out.respawn_delay = not_negative(reader, "respawn_delay").value_or(out.respawn_delay);
  return out;
}

unavailable_settings keep_keys(section_reader& reader) {
  unavailable_settings out;
  for (const auto& entry : reader.section().entries()) {
    reader.ignore({entry.key});
    out.keys.emplace(entry.key, *reader.section().value(entry.key));
  }
  for (const auto& sub : reader.section().sections())
    for (const auto& entry : sub->entries())
      out.keys.emplace(sub->name() + "." + entry.key, *sub->value(entry.key));
  return out;
}

type_settings read_type(section_reader& reader, const std::string& type) {
  if (type == "AutoInterface")
    return read_auto(reader);
  if (type == "TCPServerInterface")
    return read_tcp_server(reader);
  if (type == "TCPClientInterface")
    return read_tcp_client(reader);
  if (type == "BackboneClientInterface")
    return read_backbone_client(reader);
  if (type == "BackboneInterface") {
    if (reader.has("remote") || reader.has("target_host"))
      return read_backbone_client(reader);
    return read_backbone_server(reader);
  }
  if (type == "UDPInterface")
    return read_udp(reader);
  if (type == "PipeInterface")
    return read_pipe(reader);
  return keep_keys(reader);
}

}  // namespace

std::optional<interface_mode> mode_from(std::string_view name) {
  const auto word = lower(name);
  for (const auto& [known, mode] : mode_names)
    if (known == word)
      return mode;
  return std::nullopt;
}

std::string_view to_string(interface_mode mode) {
  switch (mode) {
    case interface_mode::full:
      return "full";
    case interface_mode::point_to_point:
      return "pointtopoint";
    case interface_mode::access_point:
      return "access_point";
    case interface_mode::roaming:
      return "roaming";
    case interface_mode::boundary:
      return "boundary";
    case interface_mode::gateway:
      return "gateway";
    case interface_mode::internal:
      return "internal";
  }
  return "full";
}

burst_settings read_burst_settings(section_reader& reader) {
  burst_settings out;
  out.egress_control = reader.boolean("egress_control");
  out.held_announces_max = count(reader, "ic_max_held_announces");
  out.hold = not_negative(reader, "ic_burst_hold");
  out.announce_frequency_new = not_negative(reader, "ic_burst_freq_new");
  out.announce_frequency = not_negative(reader, "ic_burst_freq");
  out.path_request_frequency_new = not_negative(reader, "ic_pr_burst_freq_new");
  out.path_request_frequency = not_negative(reader, "ic_pr_burst_freq");
  out.new_time = not_negative(reader, "ic_new_time");
  out.penalty = not_negative(reader, "ic_burst_penalty");
  out.held_release_interval = not_negative(reader, "ic_held_release_interval");
  out.egress_frequency = not_negative(reader, "ec_pr_freq");
  return out;
}

interface_config read_interface(const config_section& section, interface_reading reading, config_warnings& warnings) {
  section_reader reader{section, warnings};
  interface_config out;
  out.name = section.name();
  out.line = section.line();
  read_common(reader, out);
  if (reading == interface_reading::attach)
    out.enabled = true;
  if (out.enabled && out.type.empty())
    reader.fail_missing("type", "an interface type");
  try {
    out.settings = read_type(reader, out.type);
  } catch (const config_error& error) {
    if (out.enabled)
      throw config_error(error, config_fault::panic);
    warnings.push_back({error.file(), error.line(), error.key(), error.problem() + " (the interface is disabled)"});
    out.settings = keep_keys(reader);
  }
  warn_about_publication(reader, out);
  reader.warn_about_rest();
  return out;
}

}  // namespace plexus
