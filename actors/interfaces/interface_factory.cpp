#include "actors/interfaces/interface_factory.hpp"

#include "actors/interfaces/tcp.hpp"
#include "actors/interfaces/tcp_listener.hpp"

#include <stdexcept>

namespace plexus {
namespace {

struct place {
  caf::actor_system& system;
  const interface_config& config;
  const node_settings& node;
  const interface_registry& registry;
  io_pool& pool;
};

std::string name_in_status(const std::string& type, const std::string& name, const std::string& host,
                           std::uint16_t port) {
  return type + "[" + name + "/" + host_in_name(host) + ":" + std::to_string(port) + "]";
}

interface_actor start_listener(const place& at, const listen_settings& listen, const std::string& type,
                               const std::string& child_type, const keepalive_options& keepalive) {
  listener_settings settings;
  settings.address = resolve_listen_address(listen);
  settings.common = make_interface_settings(
      at.config, at.node, name_in_status(type, at.config.name, settings.address.host, settings.address.port));
  settings.name = at.config.name;
  settings.child_type = child_type;
  settings.keepalive = keepalive;
  const int descriptor = open_listener(settings.address, listen.fwmark);
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
    return start_listener(at, s.listen, "BackboneInterface", "BackboneInterface", keepalive_tcp);
  }
  interface_actor operator()(const backbone_client_settings& s) const {
    return start_client(at, s.target, "BackboneInterface", keepalive_tcp, stream_framing::hdlc, {});
  }
  template <class Other>
  interface_actor operator()(const Other&) const {
    throw interface_unavailable("this program does not run interfaces of type " + at.config.type);
  }
};

}  // namespace

interface_actor start_interface(caf::actor_system& system, const interface_config& config, const node_settings& node,
                                const interface_registry& registry, io_pool& pool) {
  const place at{system, config, node, registry, pool};
  return std::visit(starter{at}, config.settings);
}

}  // namespace plexus
