#include "actors/interfaces/interface_settings.hpp"

#include "storage/config/interface_defaults.hpp"
#include "transport/crypto/sha256.hpp"

namespace plexus {
namespace {

ingress_limits ingress_limits_of(const burst_limits& bursts) {
  ingress_limits limits;
  limits.announces = limits.path_requests = bursts.ingress_control;
  limits.new_time = bursts.new_time;
  limits.burst_freq_new = bursts.announce_frequency_new;
  limits.burst_freq = bursts.announce_frequency;
  limits.pr_burst_freq_new = bursts.path_request_frequency_new;
  limits.pr_burst_freq = bursts.path_request_frequency;
  limits.burst_hold = bursts.hold;
  limits.burst_penalty = bursts.penalty;
  limits.held_release_interval = bursts.held_release_interval;
  limits.held_announces_max = bursts.held_announces_max;
  limits.egress_control = bursts.egress_control;
  limits.pr_freq_out = bursts.egress_frequency;
  return limits;
}

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

void set_name(interface_facts& facts, const std::string& name) {
  facts.name = name;
  facts.hash = interface_hash(sha256(as_octets(name)));
}

/// The reference runs one type under two class names.
std::string class_name_of(const interface_config& config) {
  if (std::holds_alternative<backbone_client_settings>(config.settings))
    return "BackboneClientInterface";
  if (std::holds_alternative<backbone_server_settings>(config.settings))
    return "BackboneInterface";
  return config.type;
}

}  // namespace

interface_settings make_interface_settings(const interface_config& config, const node_settings& node,
                                           const std::string& name) {
  const auto link = link_properties_of(config);
  interface_settings settings;
  auto& facts = settings.facts;
  set_name(facts, name);
  facts.mode = config.mode;
  facts.outgoing = config.outgoing;
  facts.mtu_negotiable = link.mtu_negotiable;
  facts.hw_mtu = link.hw_mtu;
  facts.bitrate = link.bitrate;
  facts.ifac_size = link.ifac_size;
  facts.gravity = gravity_of(config, node.reticulum);
  facts.recursive_path_requests = config.recursive_path_requests;
  facts.announces_from_internal = config.announces_from_internal;
  facts.announces_to_internal = config.announces_to_internal;
  facts.ingress_control = config.ingress_control;
  facts.announce_rate = announce_rate_of(config, node.reticulum);

  settings.description.short_name = config.name;
  settings.description.type = class_name_of(config);
  settings.description.access_name = config.network_name;
  settings.description.autoconnect_source = config.autoconnect_source;

  settings.gate.ingress = ingress_limits_of(burst_limits_of(config, node.reticulum));
  settings.gate.announce_share = config.announce_cap;
  settings.gate.hash_secret = node.hash_secret;
  settings.transmit = node.transmit;
  if (config.has_access_code()) {
    settings.access = std::make_shared<const access_codes>(
        derive_access_key(view(config.network_name), view(config.passphrase)), link.ifac_size);
    const auto shown = settings.access->status_signature();
    settings.description.access_code = octet_string(shown.bytes().begin(), shown.bytes().end());
  }
  settings.intake.identity = node.identity;
  settings.intake.hash_secret = node.hash_secret;
  settings.intake.shard_count = node.shard_count;
  settings.intake.packet_size_max = facts.hw_mtu;
  settings.intake.access = settings.access.get();
  return settings;
}

interface_settings renamed(interface_settings settings, const std::string& name) {
  set_name(settings.facts, name);
  return settings;
}

std::string host_in_name(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace plexus
