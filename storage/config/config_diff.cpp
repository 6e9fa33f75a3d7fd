#include "storage/config/config_diff.hpp"

#include "storage/config/interface_defaults.hpp"

#include <algorithm>

namespace plexus {

namespace {

const interface_config* find_enabled(const node_config& config, const std::string& name) {
  for (const auto& one : config.interfaces)
    if (one.enabled && one.name == name)
      return &one;
  return nullptr;
}

class differences {
public:
  explicit differences(std::vector<std::string>& keys) : keys_(keys) {}

  template <class T>
  void operator()(const char* key, const T& before, const T& after) {
    if (!(before == after))
      keys_.emplace_back(key);
  }

private:
  std::vector<std::string>& keys_;
};

void compare_bursts(differences& differ, const burst_limits& a, const burst_limits& b) {
  differ("ingress_control", a.ingress_control, b.ingress_control);
  differ("egress_control", a.egress_control, b.egress_control);
  differ("ic_max_held_announces", a.held_announces_max, b.held_announces_max);
  differ("ic_burst_hold", a.hold, b.hold);
  differ("ic_burst_freq_new", a.announce_frequency_new, b.announce_frequency_new);
  differ("ic_burst_freq", a.announce_frequency, b.announce_frequency);
  differ("ic_pr_burst_freq_new", a.path_request_frequency_new, b.path_request_frequency_new);
  differ("ic_pr_burst_freq", a.path_request_frequency, b.path_request_frequency);
  differ("ic_new_time", a.new_time, b.new_time);
  differ("ic_burst_penalty", a.penalty, b.penalty);
  differ("ic_held_release_interval", a.held_release_interval, b.held_release_interval);
  differ("ec_pr_freq", a.egress_frequency, b.egress_frequency);
}

std::vector<std::string> changed_keys(const interface_config& a, const reticulum_config& node_a,
                                      const interface_config& b, const reticulum_config& node_b) {
  std::vector<std::string> keys;
  differences differ{keys};
  differ("type", a.type, b.type);
  if (a.type == b.type)
    differ("type", a.settings, b.settings);
  differ("mode", a.mode, b.mode);
  differ("outgoing", a.outgoing, b.outgoing);
  differ("gravity", gravity_of(a, node_a), gravity_of(b, node_b));
  differ("network_name", a.network_name, b.network_name);
  differ("passphrase", a.passphrase, b.passphrase);
  differ("ifac_size", a.ifac_size, b.ifac_size);
  differ("bitrate", a.bitrate, b.bitrate);
  differ("announce_cap", a.announce_cap, b.announce_cap);
  const auto rate_a = announce_rate_of(a, node_a), rate_b = announce_rate_of(b, node_b);
  differ("announce_rate_target", rate_a.target, rate_b.target);
  differ("announce_rate_penalty", rate_a.penalty, rate_b.penalty);
  differ("announce_rate_grace", rate_a.grace, rate_b.grace);
  compare_bursts(differ, burst_limits_of(a, node_a), burst_limits_of(b, node_b));
  differ("recursive_prs", a.recursive_path_requests, b.recursive_path_requests);
  differ("announces_from_internal", a.announces_from_internal, b.announces_from_internal);
  differ("announces_to_internal", a.announces_to_internal, b.announces_to_internal);
  differ("bootstrap_only", a.bootstrap_only, b.bootstrap_only);
  differ("discoverable", a.discovery, b.discovery);
  return keys;
}

void compare_live(differences& differ, const node_config& before, const node_config& after) {
  differ("logging.loglevel", before.logging.level, after.logging.level);
  differ("logging.logtimestamps", before.logging.timestamps, after.logging.timestamps);
  const auto& a = before.reticulum;
  const auto& b = after.reticulum;
  differ("reticulum.remote_management_allowed", a.remote_management_allowed, b.remote_management_allowed);
  differ("reticulum.enable_interface_management", a.enable_interface_management, b.enable_interface_management);
  differ("reticulum.publish_blackhole", a.publish_blackhole, b.publish_blackhole);
  differ("reticulum.blackhole_sources", a.blackhole_sources, b.blackhole_sources);
  differ("reticulum.blackhole_update_interval", a.blackhole_update_interval, b.blackhole_update_interval);
  differ("reticulum.interface_discovery_sources", a.interface_discovery_sources, b.interface_discovery_sources);
}

void compare_identity(differences& differ, const reticulum_config& a, const reticulum_config& b) {
  differ("reticulum.share_instance", a.share_instance, b.share_instance);
  differ("reticulum.instance_name", a.instance_name, b.instance_name);
  differ("reticulum.shared_instance_type", a.shared_instance_type, b.shared_instance_type);
  differ("reticulum.shared_instance_port", a.shared_instance_port, b.shared_instance_port);
  differ("reticulum.instance_control_port", a.instance_control_port, b.instance_control_port);
  differ("reticulum.rpc_key", a.rpc_key, b.rpc_key);
  differ("reticulum.enable_transport", a.enable_transport, b.enable_transport);
  differ("reticulum.static_transport_identity", a.static_transport_identity, b.static_transport_identity);
  differ("reticulum.local_hops_delta", a.local_hops_delta, b.local_hops_delta);
  differ("reticulum.network_identity", a.network_identity, b.network_identity);
  differ("reticulum.link_mtu_discovery", a.link_mtu_discovery, b.link_mtu_discovery);
  differ("reticulum.use_implicit_proof", a.use_implicit_proof, b.use_implicit_proof);
  differ("reticulum.enable_remote_management", a.enable_remote_management, b.enable_remote_management);
  differ("reticulum.respond_to_probes", a.respond_to_probes, b.respond_to_probes);
  differ("reticulum.panic_on_interface_error", a.panic_on_interface_error, b.panic_on_interface_error);
  differ("reticulum.force_shared_instance_bitrate", a.force_shared_instance_bitrate, b.force_shared_instance_bitrate);
}

void compare_sizes(differences& differ, const node_config& before, const node_config& after) {
  const auto& a = before.reticulum;
  const auto& b = after.reticulum;
  differ("reticulum.qlen_in_data", a.data_queue_max, b.data_queue_max);
  differ("reticulum.qlen_in_announce", a.announce_queue_max, b.announce_queue_max);
  differ("reticulum.qlen_in_pr", a.path_request_queue_max, b.path_request_queue_max);
  differ("reticulum.qlen_in_il", a.limited_queue_max, b.limited_queue_max);
  differ("reticulum.discover_interfaces", a.discover_interfaces, b.discover_interfaces);
  differ("reticulum.required_discovery_value", a.required_discovery_value, b.required_discovery_value);
  differ("reticulum.autoconnect_discovered_interfaces", a.autoconnect_discovered_interfaces,
         b.autoconnect_discovered_interfaces);
  differ("reticulum.autoconnect_unverified_implementations", a.autoconnect_unverified_implementations,
         b.autoconnect_unverified_implementations);
  differ("reticulum.autoconnect_interface_mode", a.autoconnect_interface_mode, b.autoconnect_interface_mode);
  differ("reticulum.autoconnect_interface_gravity", a.autoconnect_interface_gravity, b.autoconnect_interface_gravity);
  differ("reticulum.autoconnect_announces_to_internal", a.autoconnect_announces_to_internal,
         b.autoconnect_announces_to_internal);
  differ("plexus.shards", before.plexus.shards, after.plexus.shards);
  differ("plexus.io_threads", before.plexus.io_threads, after.plexus.io_threads);
  differ("plexus.tx_buffer", before.plexus.tx_buffer, after.plexus.tx_buffer);
  differ("plexus.max_paths", before.plexus.max_paths, after.plexus.max_paths);
  differ("plexus.max_links", before.plexus.max_links, after.plexus.max_links);
  differ("metrics.enabled", before.metrics.enabled, after.metrics.enabled);
  differ("metrics.listen", std::pair{before.metrics.address, before.metrics.port},
         std::pair{after.metrics.address, after.metrics.port});
}

}  // namespace

reload_plan plan_reload(const node_config& before, const node_config& after) {
  reload_plan out;
  for (const auto& one : after.interfaces) {
    if (!one.enabled)
      continue;
    const auto* old = find_enabled(before, one.name);
    if (!old) {
      out.added.push_back(one);
      continue;
    }
    auto keys = changed_keys(*old, before.reticulum, one, after.reticulum);
    if (keys.empty())
      out.unchanged.push_back(one.name);
    else
      out.changed.push_back({*old, one, std::move(keys)});
  }
  for (const auto& one : before.interfaces)
    if (one.enabled && !find_enabled(after, one.name))
      out.removed.push_back(one);
  differences live{out.applies_now};
  compare_live(live, before, after);
  differences rest{out.needs_restart};
  compare_identity(rest, before.reticulum, after.reticulum);
  compare_sizes(rest, before, after);
  return out;
}

}  // namespace plexus
