#include "actors/interfaces/interface_factory.hpp"

#include "actors/interfaces/datagram/udp.hpp"
#include "actors/interfaces/lan/auto_interface.hpp"
#include "actors/interfaces/local_instance.hpp"
#include "actors/interfaces/pipe/pipe_interface.hpp"
#include "actors/interfaces/tcp.hpp"
#include "actors/interfaces/tcp_listener.hpp"

#include <algorithm>
#include <stdexcept>

namespace plexus {
namespace {

struct place {
  caf::actor_system& system;
  const interface_config& config;
  const node_settings& node;
  const interface_registry& registry;
  io_pool& pool;
  const flap_guard& flaps;
};

std::string name_in_status(const std::string& type, const std::string& name, const std::string& host,
                           std::uint16_t port) {
  return type + "[" + name + "/" + host_in_name(host) + ":" + std::to_string(port) + "]";
}

flap_limits flap_limits_of(const backbone_server_settings& s) {
  constexpr double longest = 100 * 365.0 * 86400;
  return {from_seconds(std::min(s.flap_threshold, longest)), s.flap_grace,
          from_seconds(std::min(s.flap_block_time, longest))};
}

interface_actor start_listener(const place& at, const listen_settings& listen, const std::string& type,
                               const std::string& child_type, const keepalive_options& keepalive,
                               const flap_guard& flaps = {}, const flap_limits& flap = {}) {
  listener_settings settings;
  const auto bound = resolve_listen_address(listen);
  settings.common =
      make_interface_settings(at.config, at.node, name_in_status(type, at.config.name, bound.host, bound.port));
  settings.child = named_after(settings.common, child_type);
  settings.flaps = flaps;
  settings.flap = flap;
  settings.keepalive = keepalive;
  const int descriptor = open_listener(bound, listen.fwmark);
  return spawn_listener(at.system, settings, descriptor, at.registry, at.pool);
}

interface_actor start_client(const place& at, const target_settings& target, const std::string& type,
                             const keepalive_options& keepalive, stream_framing framing,
                             std::optional<std::uint32_t> fixed_mtu) {
  stream_settings settings;
  settings.common =
      make_interface_settings(at.config, at.node, name_in_status(type, at.config.name, target.host, target.port));
  if (fixed_mtu)
    settings.common.facts.hw_mtu = settings.common.intake.packet_size_max = *fixed_mtu;
  settings.framing = framing;
  settings.reconnects_max = target.reconnects_max;
  settings.connect = [to = connect_target{target, keepalive}, &pool = at.pool](stream_actor owner) {
    start_connecting(pool.next(), to, std::move(owner));
  };
  return spawn_stream_interface(at.system, settings, at.registry);
}

struct starter {
  const place& at;

  interface_actor operator()(const tcp_server_settings& s) const {
    return start_listener(at, s.listen, "TCPServerInterface", "TCPInterface",
                          s.i2p_tunneled ? keepalive_i2p : keepalive_tcp);
  }
  interface_actor operator()(const tcp_client_settings& s) const {
    return start_client(at, s.target, "TCPInterface", s.i2p_tunneled ? keepalive_i2p : keepalive_tcp,
                        s.kiss_framing ? stream_framing::kiss : stream_framing::hdlc, s.fixed_mtu);
  }
  interface_actor operator()(const backbone_server_settings& s) const {
    return start_listener(at, s.listen, "BackboneInterface", "BackboneInterface", keepalive_tcp,
                          s.block_fast_flapping ? at.flaps : flap_guard(), flap_limits_of(s));
  }
  interface_actor operator()(const backbone_client_settings& s) const {
    return start_client(at, s.target, "BackboneInterface", keepalive_tcp, stream_framing::hdlc, {});
  }
  interface_actor operator()(const udp_settings& s) const {
    const auto settings = with_device_addresses(s);
    return start_udp(at.system, make_interface_settings(at.config, at.node, udp_name(at.config.name, settings)),
                     settings, at.registry, at.pool);
  }
  interface_actor operator()(const auto_interface_settings& s) const {
    return start_auto(at.system, named("AutoInterface"), s, at.registry, at.pool);
  }
  interface_actor operator()(const pipe_settings& s) const {
    return start_pipe(at.system, named("PipeInterface"), s, at.registry, at.pool);
  }
  interface_actor operator()(const unavailable_settings&) const {
    if (at.config.type == shared_instance_type)
      return start_local_instance(at.system, at.node, at.registry, at.pool);
    if (at.config.type == shared_client_type)
      return start_local_client(at.system, at.node, at.registry, at.pool);
    throw interface_unavailable("this program does not run interfaces of type " + at.config.type);
  }

  interface_settings named(const std::string& type) const {
    return make_interface_settings(at.config, at.node, type + "[" + at.config.name + "]");
  }
};

}  // namespace

interface_actor start_interface(caf::actor_system& system, const interface_config& config, const node_settings& node,
                                const interface_registry& registry, io_pool& pool, const flap_guard& flaps) {
  const place at{system, config, node, registry, pool, flaps};
  return std::visit(starter{at}, config.settings);
}

interface_config shared_instance_config() {
  interface_config shared;
  shared.name = shared_instance_name;
  shared.type = shared_instance_type;
  shared.enabled = true;
  return shared;
}

interface_config shared_client_config() {
  auto client = shared_instance_config();
  client.type = shared_client_type;
  return client;
}

}  // namespace plexus
