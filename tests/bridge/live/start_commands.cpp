// Chapters 11 and 13: nodes and their media, and the access codes of those.
#include "storage/config/interface_defaults.hpp"
#include "tests/bridge/live/nodes.hpp"

namespace plexus::bridge {
namespace {

/// Characters that would begin something else in a configuration.
std::string plain(const parameters& p, const char* name) {
  const auto text = p.text_or(name, "");
  if (text.find_first_of("\n\r,#\"'%[]") != std::string::npos)
    parameters::fail(name, "a text without quotes, commas, brackets and line ends");
  return text;
}

std::string normal_mode(const parameters& p) {
  const auto mode = p.text_or("mode", "full");
  if (!mode_from(mode))
    parameters::fail("mode", "the name of an interface mode, found " + mode);
  return mode;
}

/// The text of a configuration with one interface.
class config_writer {
public:
  explicit config_writer(bool enable_transport) {
    text_ =
        "[reticulum]\nenable_transport = " + std::string(enable_transport ? "yes" : "no") + "\nshare_instance = no\n";
  }
  config_writer& key(const std::string& name, const std::string& value) {
    if (!value.empty())
      text_ += name + " = " + value + "\n";
    return *this;
  }
  config_writer& interface(const std::string& name, const std::string& type) {
    if (!in_interfaces_)
      text_ += "[interfaces]\n";
    in_interfaces_ = true;
    text_ += "[[" + name + "]]\ntype = " + type + "\nenabled = yes\n";
    return *this;
  }
  config_writer& common(const parameters& p) {
    key("network_name", plain(p, "network_name")).key("passphrase", plain(p, "passphrase")).key("mode", normal_mode(p));
    for (const auto* name : {"bitrate", "ifac_size", "fixed_mtu"})
      if (p.has(name))
        key(name, std::to_string(p.integer(name)));
    return *this;
  }
  const std::string& text() const { return text_; }

private:
  std::string text_;
  bool in_interfaces_ = false;
};

void refuse_if(const parameters& p, const char* name, const char* why) {
  if (p.has(name) && !(p.at(name).is_boolean() && !p.at(name).get<bool>()))
    throw command_error(std::string(name) + ": " + why);
}

void refuse_what_a_bare_node_lacks(const parameters& p) {
  refuse_if(p, "share_instance", "the bridge's node has no shared instance; plexusd has");
  refuse_if(p, "respond_to_probes", "the bridge's node has no destinations of its own; plexusd has");
  refuse_if(p, "enable_remote_management", "the bridge's node has no destinations of its own; plexusd has");
}

json start_tcp_server(live_nodes& nodes, const parameters& p) {
  refuse_what_a_bare_node_lacks(p);
  const bool transport = p.flag_or("enable_transport", true);
  const auto port = static_cast<std::uint16_t>(p.integer_within("bind_port", 0, 0, 65535));
  config_writer config(transport);
  config.key("use_implicit_proof", p.flag_or("use_implicit_proof", true) ? "yes" : "no");
  config.interface("Wire TCP Server", "TCPServerInterface")
      .key("listen_ip", "127.0.0.1")
      .key("listen_port", std::to_string(port))
      .common(p);
  std::uint16_t bound = 0;
  const auto [handle, node] = nodes.start(config.text(), [&](live_node& made) { bound = made.listen(port); });
  return {{"handle", handle},
          {"port", bound},
          {"identity_hash", hex(node.core().self().hash())},
          {"transport_enabled", transport}};
}

json start_tcp_client(live_nodes& nodes, const parameters& p) {
  const auto host = plain(p, "target_host");
  const auto port = static_cast<std::uint16_t>(p.integer_within("target_port", 0, 1, 65535));
  config_writer config(false);
  config.interface("Wire TCP Client", "TCPClientInterface")
      .key("target_host", host)
      .key("target_port", std::to_string(port))
      .common(p);
  const auto [handle, node] = nodes.start(config.text(), [&](live_node& made) { made.connect(host, port); });
  return {{"handle", handle}, {"identity_hash", hex(node.core().self().hash())}};
}

config_writer pipe_config(const parameters& p, bool transport) {
  config_writer config(transport);
  config.interface("Wire Pipe Peer", "PipeInterface").key("command", "none").common(p);
  return config;
}

json start_pipe_peer(live_nodes& nodes, const parameters& p) {
  const auto [handle, node] =
      nodes.start(pipe_config(p, p.flag_or("enable_transport", false)).text(),
                  [&](live_node& made) { made.join_fifos(p.text("read_fifo"), p.text("write_fifo")); });
  return {{"handle", handle}, {"identity_hash", hex(node.core().self().hash())}};
}

json start_pipe_tcp_relay(live_nodes& nodes, const parameters& p) {
  const auto port = static_cast<std::uint16_t>(p.integer_within("bind_port", 0, 0, 65535));
  auto config = pipe_config(p, p.flag_or("enable_transport", true));
  config.interface("Wire TCP Server", "TCPServerInterface")
      .key("listen_ip", "127.0.0.1")
      .key("listen_port", std::to_string(port))
      .common(p);
  std::uint16_t bound = 0;
  const auto [handle, node] = nodes.start(config.text(), [&](live_node& made) {
    made.join_fifos(p.text("read_fifo"), p.text("write_fifo"));
    bound = made.listen(port);
  });
  return {{"handle", handle}, {"port", bound}, {"identity_hash", hex(node.core().self().hash())}};
}

json set_mode(live_node& node, const parameters& p) {
  const auto mode = mode_from(p.text("mode"));
  if (!mode)
    parameters::fail("mode", "the name of an interface mode");
  node.set_mode(*mode);
  return {{"mode", static_cast<int>(*mode)}};
}

json received_packets(live_nodes& nodes, const parameters& p) {
  const auto since = static_cast<std::uint64_t>(p.integer_or("since_seq", 0));
  auto packets = json::array();
  std::uint64_t highest = 0;
  for (const auto& [handle, node] : nodes.all()) {
    highest = std::max(highest, node->core().heard_total());
    for (const auto& one : node->core().heard()) {
      if (one.number <= since)
        continue;
      // Behind an access code nothing can be told of it yet.
      const bool masked = !one.packet.empty() && (one.packet[0] & wire::ifac_flag);
      const auto packet = masked ? unexpected(parse_error::bad_authentication) : parse_packet(one.packet);
      packets.push_back({{"seq", one.number},
                         {"timestamp_ms", static_cast<std::int64_t>(one.unix_seconds * 1000)},
                         {"raw_hex", hex(one.packet)},
                         {"packet_type", packet ? json(static_cast<int>(packet->header.type())) : json()},
                         {"destination_hash_hex", packet ? json(hex(packet->header.destination)) : json()},
                         {"context", packet ? json(static_cast<int>(packet->header.context)) : json()},
                         {"interface_name", one.interface}});
    }
  }
  return {{"packets", packets}, {"highest_seq", highest}};
}

json transport_enabled(live_node& node, const parameters&) {
  return {{"transport_enabled", node.core().config().transport_enabled},
          {"is_shared_instance", false},
          {"is_connected_to_shared_instance", false}};
}

/// What the configuration says, as the library read it.
json posture(live_node& node, const parameters&) {
  const auto& r = node.config().reticulum;
  const auto list = [](const std::vector<identity_hash>& hashes) {
    auto all = json::array();
    for (const auto& one : hashes)
      all.push_back(hex(one));
    return all;
  };
  return {{"transport_enabled", r.enable_transport},
          {"remote_management_enabled", r.enable_remote_management},
          {"respond_to_probes", r.respond_to_probes},
          {"should_use_implicit_proof", r.use_implicit_proof},
          {"link_mtu_discovery", r.link_mtu_discovery},
          {"remote_management_allowed", list(r.remote_management_allowed)},
          {"panic_on_interface_error", r.panic_on_interface_error},
          {"blackhole_sources", list(r.blackhole_sources)},
          {"interface_discovery_sources", list(r.interface_discovery_sources)},
          {"is_shared_instance", false},
          {"is_connected_to_shared_instance", false}};
}

json transport_defaults(const parameters&) {
  const reticulum_config r;
  return {{"local_interface_port", r.shared_instance_port},
          {"ar_target", r.default_announce_rate_target},
          {"ar_penalty", r.default_announce_rate_penalty},
          {"ar_grace", r.default_announce_rate_grace}};
}

const interface_config& first_interface(const live_node& node) {
  return node.config().interfaces.front();
}

json bitrate(live_node& node, const parameters&) {
  const auto& first = first_interface(node);
  return {{"bitrate", link_properties_of(first).bitrate},
          {"bitrate_guess", defaults_of_type(first.type).bitrate},
          {"minimum_bitrate", 5}};
}

json hw_mtu(live_node& node, const parameters&) {
  const auto& first = first_interface(node);
  const auto properties = link_properties_of(first);
  const auto usual = defaults_of_type(first.type);
  const auto* tcp = std::get_if<tcp_client_settings>(&first.settings);
  const bool fixed = usual.rule == mtu_rule::fixed || (tcp && tcp->fixed_mtu);
  return {{"hw_mtu", properties.hw_mtu == 0 ? json() : json(properties.hw_mtu)},
          {"link_mtu_discovery", node.config().reticulum.link_mtu_discovery},
          {"reticulum_mtu", wire::mtu},
          {"autoconfigure_mtu", usual.rule == mtu_rule::autoconfigure && !fixed},
          {"fixed_mtu", fixed},
          {"class_hw_mtu", usual.hw_mtu}};
}

json first_hop_timeout(live_node& node, const parameters& p) {
  const auto path = node.core().routes().find_path(destination_of(p), node.core().now());
  const auto name = path ? node.core().name_of(path->heard_on) : std::nullopt;
  const auto rate = name ? node.core().interface(*name).facts.bitrate : 0;
  return {{"timeout", seconds_of(link_timing::first_hop_timeout(rate))},
          {"default_per_hop_timeout", seconds_of(link_timing::timeout_per_hop)}};
}

// Access codes.

struct closed_medium {
  access_key key;
  std::size_t code_size = 0;
};

closed_medium access_of(const live_node& node) {
  const auto& first = first_interface(node);
  if (!first.has_access_code())
    throw command_error("handle: the node's interface has no access code");
  const auto view = [](const std::optional<std::string>& text) {
    return text ? std::optional<std::string_view>(*text) : std::nullopt;
  };
  return {derive_access_key(view(first.network_name), view(first.passphrase)), link_properties_of(first).ifac_size};
}

json compute_code(live_node& node, const parameters& p) {
  const auto medium = access_of(node);
  const auto size = static_cast<std::size_t>(
      p.integer_within("ifac_size", static_cast<std::int64_t>(medium.code_size), 1, access_codes::size_max));
  const auto packet = p.octets_of("packet_data");
  const auto made = identity(identity_secret::from(medium.key.bytes())).sign(packet);
  return {{"ifac_key", hex(medium.key)},
          {"ifac_size", size},
          {"signature", hex(made)},
          {"ifac", hex(made.bytes().last(size))}};
}

json status_signature(live_node& node, const parameters&) {
  const auto medium = access_of(node);
  return {{"ifac_signature", hex(access_codes(medium.key, medium.code_size).status_signature())},
          {"ifac_key", hex(medium.key)},
          {"ifac_size", medium.code_size},
          {"default_ifac_size", defaults_of_type(first_interface(node).type).ifac_size}};
}

}  // namespace

void add_start_commands(live_commands& commands) {
  auto& table = commands.table();
  const auto nodes = commands.nodes();
  table.add("wire_start_tcp_server", [nodes](const parameters& p) { return start_tcp_server(*nodes, p); });
  table.add("wire_start_tcp_client", [nodes](const parameters& p) { return start_tcp_client(*nodes, p); });
  table.add("wire_start_pipe_peer", [nodes](const parameters& p) { return start_pipe_peer(*nodes, p); });
  table.add("wire_start_pipe_tcp_relay", [nodes](const parameters& p) { return start_pipe_tcp_relay(*nodes, p); });
  table.add("wire_stop", [nodes](const parameters& p) -> json { return {{"stopped", nodes->stop(p.text("handle"))}}; });
  table.add("wire_get_received_packets", [nodes](const parameters& p) { return received_packets(*nodes, p); });
  table.add("wire_interface_transport_defaults", transport_defaults);
  table.add("wire_set_race_inducer", [](const parameters& p) -> json {
    return {{"seam", p.has("seam") ? p.at("seam") : json()}, {"delay_ms", p.integer_or("delay_ms", 0)}};
  });
  commands.add("wire_set_interface_mode", set_mode);
  commands.add("wire_tx_bytes",
               [](live_node& node, const parameters&) -> json { return {{"tx_bytes", node.octets_sent()}}; });
  commands.add("wire_transport_enabled", transport_enabled);
  commands.add("wire_instance_posture", posture);
  commands.add("wire_interface_bitrate", bitrate);
  commands.add("wire_interface_hw_mtu", hw_mtu);
  commands.add("wire_first_hop_timeout", first_hop_timeout);
  commands.add("wire_ifac_compute", compute_code);
  commands.add("wire_ifac_signature", status_signature);
}

}  // namespace plexus::bridge
