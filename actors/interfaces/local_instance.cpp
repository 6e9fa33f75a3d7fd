#include "actors/interfaces/local_instance.hpp"

#include "actors/interfaces/stream_interface.hpp"
#include "actors/interfaces/tcp_listener.hpp"
#include "storage/config/interface_defaults.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace plexus {
namespace {

bool by_tcp(const reticulum_config& config) {
  return config.shared_instance_type == shared_instance_transport::tcp;
}

[[noreturn]] void fail(const reticulum_config& config, const std::string& place, int error) {
  if (error == EADDRINUSE)
    throw instance_taken("another program already is the shared instance \"" + config.instance_name + "\" (" +
                         (by_tcp(config) ? "127.0.0.1 port " : "abstract unix socket ") + place + ")");
  throw std::system_error(error, std::generic_category(), "cannot listen on " + place);
}

/// An abstract address, and its size.
std::pair<sockaddr_un, socklen_t> abstract_address(const std::string& name) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (name.size() + 1 > sizeof to.sun_path)
    throw std::runtime_error("the instance name is too long for a socket: " + name);
  std::memcpy(to.sun_path + 1, name.data(), name.size());
  return {to, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size())};
}

/// A connected socket that does not block, or -1 with errno set. Local sockets connect at once or not at all.
int connect_to(const reticulum_config& config) {
  if (by_tcp(config)) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(config.shared_instance_port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (descriptor >= 0 && ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
        ::fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
      return descriptor;
    const int error = errno;
    if (descriptor >= 0)
      ::close(descriptor);
    errno = error;
    return -1;
  }
  const auto [to, size] = abstract_address("rns/" + config.instance_name);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor >= 0 && ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), size) == 0)
    return descriptor;
  const int error = errno;
  if (descriptor >= 0)
    ::close(descriptor);
  errno = error;
  return -1;
}

void connect_and_tell(io_thread& home, const reticulum_config& config, const stream_actor& owner) {
  const int descriptor = connect_to(config);
  if (descriptor < 0) {
    home.send(owner, connect_failed{std::strerror(errno)});
  } else {
    const auto family = by_tcp(config) ? AF_INET : AF_UNIX;
    home.send(owner, std::make_shared<connection>(
                         home, connection::socket_type(home.context(), {family, 0}, descriptor), local_place(config)));
  }
  home.drain();
}

int open_abstract(const reticulum_config& config, const std::string& name) {
  const auto [to, size] = abstract_address(name);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor >= 0 && ::bind(descriptor, reinterpret_cast<const sockaddr*>(&to), size) == 0 &&
      ::listen(descriptor, SOMAXCONN) == 0)
    return descriptor;
  const int error = errno;
  if (descriptor >= 0)
    ::close(descriptor);
  fail(config, name, error);
}

int open_place(const reticulum_config& config, const std::string& name, std::uint16_t port) {
  if (!by_tcp(config))
    return open_abstract(config, name);
  try {
    return open_listener({"127.0.0.1", port}, {});
  } catch (const std::system_error& error) {
    fail(config, std::to_string(port), error.code().value());
  }
}

/// Common to the instance and its programs. Announces of programs are never held back.
interface_settings settings_of(const node_settings& node, const std::string& name) {
  interface_config none;
  none.type = "LocalInterface";
  auto settings = make_interface_settings(none, node, name);
  settings.facts.mtu_negotiable = true;
  settings.facts.hw_mtu = local_hw_mtu;
  settings.facts.bitrate = node.reticulum.force_shared_instance_bitrate.value_or(local_bitrate);
  settings.facts.announce_rate = {};
  settings.gate.ingress.announces = false;
  settings.intake.packet_size_max = local_hw_mtu;
  return settings;
}

}  // namespace

std::string local_place(const reticulum_config& config) {
  return by_tcp(config) ? std::to_string(config.shared_instance_port) : "rns/" + config.instance_name;
}

int open_local_listener(const reticulum_config& config) {
  return open_place(config, "rns/" + config.instance_name, config.shared_instance_port);
}

int open_control_listener(const reticulum_config& config) {
  return open_place(config, "rns/" + config.instance_name + "/rpc", config.instance_control_port);
}

interface_actor start_local_instance(caf::actor_system& system, const node_settings& node,
                                     const interface_registry& registry, io_pool& pool) {
  const auto place = local_place(node.reticulum);
  listener_settings settings;
  settings.common = settings_of(node, "Shared Instance[" + place + "]");
  if (const auto forced = node.reticulum.force_shared_instance_bitrate)
    settings.common.facts.hw_mtu = hw_mtu_at(*forced);
  settings.common.description = {shared_instance_name, shared_instance_type, {}, {}};
  settings.child = [node, place, tcp = by_tcp(node.reticulum)](const connection& link, std::size_t others) {
    const auto port = std::to_string(link.port());
    auto child = settings_of(node, "LocalInterface[" + (tcp ? port : place) + "]");
    child.description = {tcp ? port : std::to_string(others) + "@" + '\0' + place, "LocalClientInterface", {}, {}};
    child.facts.role = interface_role::local_client;
    child.intake.from_local_client = true;
    return child;
  };
  return spawn_listener(system, settings, open_local_listener(node.reticulum), registry, pool);
}

bool local_instance_runs(const reticulum_config& config) {
  const int descriptor = connect_to(config);
  if (descriptor < 0)
    return false;
  ::close(descriptor);
  return true;
}

interface_actor start_local_client(caf::actor_system& system, const node_settings& node,
                                   const interface_registry& registry, io_pool& pool) {
  stream_settings settings;
  settings.common = settings_of(node, "LocalInterface[" + local_place(node.reticulum) + "]");
  settings.common.description = {shared_instance_name, shared_client_type, {}, {}};
  settings.common.facts.role = interface_role::shared_instance;
  settings.common.streams.reconnect_wait = std::chrono::seconds(1);
  settings.connect = [config = node.reticulum, &pool](stream_actor owner) {
    auto& home = pool.next();
    boost::asio::post(home.context(), [&home, config, owner] { connect_and_tell(home, config, owner); });
  };
  return spawn_stream_interface(system, settings, registry);
}

}  // namespace plexus
