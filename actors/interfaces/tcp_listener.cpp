#include "actors/interfaces/tcp_listener.hpp"

#include "actors/clock.hpp"
#include "actors/interfaces/stream_interface.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <caf/all.hpp>

#include <cstring>
#include <map>
#include <sys/socket.h>

namespace plexus {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// After an error of accept(), most likely too many open files.
constexpr auto accept_pause = std::chrono::milliseconds(100);
/// Whoever the flap guard does not judge in time is taken in.
constexpr std::chrono::seconds guard_timeout{1};

int family_of(int descriptor) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &size);
  return bound.ss_family;
}

/// Empty for local sockets.
tcp::endpoint tcp_endpoint(const asio::generic::stream_protocol::endpoint& peer) {
  tcp::endpoint result;
  if (peer.protocol().family() != AF_UNIX && peer.size() <= result.capacity()) {
    std::memcpy(result.data(), peer.data(), peer.size());
    result.resize(peer.size());
  }
  return result;
}
std::string host_of(const asio::generic::stream_protocol::endpoint& peer) {
  return peer.protocol().family() == AF_UNIX ? std::string() : tcp_endpoint(peer).address().to_string();
}
std::uint16_t port_of(const asio::generic::stream_protocol::endpoint& peer) {
  return tcp_endpoint(peer).port();
}

/// Accepts on one I/O thread; each connection is given to the next one.
class acceptor : public std::enable_shared_from_this<acceptor> {
public:
  acceptor(io_thread& home, int descriptor, const listener_settings& settings, io_pool& pool)
      : home_(home),
        pool_(pool),
        keepalive_(settings.keepalive),
        socket_(home.context(), asio::generic::stream_protocol(family_of(descriptor), 0), descriptor) {}

  void start(listener_actor owner) {
    asio::co_spawn(home_.context(), run(std::move(owner)), [self = shared_from_this()](const std::exception_ptr&) {});
  }
  void stop() {
    asio::post(home_.context(), [self = shared_from_this()] { self->close(); });
  }
  /// As above; `owner` is told when the port is free again.
  void stop(listener_actor owner) {
    asio::post(home_.context(), [self = shared_from_this(), owner] {
      self->close();
      self->home_.send(owner, detached_atom::value);
      self->home_.drain();
    });
  }

private:
  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  asio::awaitable<void> run(listener_actor owner) {
    asio::steady_timer pause(home_.context());
    while (socket_.is_open()) {
      auto& thread = pool_.next();
      boost::system::error_code error;
      asio::generic::stream_protocol::endpoint peer;
      auto socket =
          co_await socket_.async_accept(thread.context(), peer, asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
        break;
      if (error) {
        pause.expires_after(accept_pause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      set_stream_options(socket.native_handle(), keepalive_);
      home_.send(owner, std::make_shared<connection>(thread, connection::socket_type(std::move(socket)), host_of(peer),
                                                     port_of(peer)));
      home_.drain();
    }
  }

  io_thread& home_;
  io_pool& pool_;
  keepalive_options keepalive_;
  asio::basic_socket_acceptor<asio::generic::stream_protocol> socket_;
};

struct listener_state {
  explicit listener_state(listener_actor::base*) {}
  ~listener_state() {
    if (accepting)
      accepting->stop();
    for (const auto& [address, of] : connections)
      if (const auto alive = caf::actor_cast<caf::actor>(address))
        caf::anon_send_exit(alive, caf::exit_reason::user_shutdown);
  }

  const char* name = "listener";
  listener_settings settings;
  interface_registry registry;
  interface_facts facts;
  std::shared_ptr<acceptor> accepting;
  struct child {
    std::string from;
    instant since{};
  };
  std::map<caf::actor_addr, child> connections;
  std::uint64_t accepted = 0, refused = 0;
  bool detaching = false;
  bool closed = false;  ///< the port is free again
};

using self_ptr = listener_actor::stateful_pointer<listener_state>;

void take_in(self_ptr self, const connection_ptr& link) {
  auto& s = self->state;
  if (s.detaching || s.connections.size() >= s.settings.connections_max) {
    ++s.refused;
    return link->shut();
  }
  stream_settings stream;
  stream.common = s.settings.child(*link, s.connections.size());
  stream.common.facts.parent = s.facts.id;
  const auto child = spawn_stream_interface(self->system(), stream, s.registry, link);
  self->monitor(child);
  s.connections[child.address()] = {link->peer(), now()};
  ++s.accepted;
  log(log_level::debug, "{} accepted", stream.common.facts.name);
}

void on_accepted(self_ptr self, const connection_ptr& link) {
  auto& s = self->state;
  if (!s.settings.flaps)
    return take_in(self, link);
  self->request(s.settings.flaps, guard_timeout, connection_offered{link->peer(), s.settings.flap})
      .then(
          [self, link](bool accept) {
            if (accept)
              return take_in(self, link);
            ++self->state.refused;
            link->shut();
          },
          [self, link](const caf::error&) { take_in(self, link); });
}

void quit_when_done(self_ptr self) {
  auto& s = self->state;
  if (s.closed && s.connections.empty())
    self->quit();
}

void on_down(self_ptr self, const caf::down_msg& down) {
  auto& s = self->state;
  const auto ended = s.connections.find(down.source);
  if (ended == s.connections.end())
    return;
  if (s.settings.flaps && !s.detaching)
    self->send(s.settings.flaps, connection_ended{ended->second.from, now() - ended->second.since, s.settings.flap});
  s.connections.erase(ended);
  quit_when_done(self);
}

void detach(self_ptr self, duration within) {
  auto& s = self->state;
  s.detaching = true;
  s.accepting->stop(self);
  for (const auto& [child, of] : s.connections)
    if (const auto alive = caf::actor_cast<interface_actor>(child))
      self->send(alive, detach_atom::value, within);
}

caf::result<interface_report_ptr> on_status(self_ptr self) {
  auto& s = self->state;
  auto status = std::make_shared<interface_report>();
  status->facts = s.facts;
  status->clients = s.connections.size();
  if (!s.settings.flaps)
    return interface_report_ptr(status);
  auto promise = self->make_response_promise<interface_report_ptr>();
  self->request(s.settings.flaps, guard_timeout, status_atom::value, s.settings.flap)
      .then(
          [promise, status](const std::vector<std::string>& blocked) mutable {
            status->blocked = blocked;
            promise.deliver(interface_report_ptr(status));
          },
          [promise, status](const caf::error&) mutable { promise.deliver(interface_report_ptr(status)); });
  return promise;
}

listener_actor::behavior_type listener_behavior(self_ptr self, const listener_settings& settings, int descriptor,
                                                const interface_registry& registry, io_pool* pool) {
  auto& s = self->state;
  end_on_exception(self);
  s.settings = settings;
  s.registry = registry;
  s.facts = settings.common.facts;
  s.facts.online = true;
  s.facts.outgoing = false;
  s.accepting = std::make_shared<acceptor>(pool->next(), descriptor, settings, *pool);
  self->set_down_handler([self](const caf::down_msg& down) { on_down(self, down); });
  const auto description = std::make_shared<interface_description>(settings.common.description);
  self->request(registry, caf::infinite, register_interface{s.facts, self, description})
      .then([self](const registration_ptr& registered) {
        auto& state = self->state;
        state.facts = registered->facts;
        if (!state.detaching)
          state.accepting->start(self);
      });
  return {
      [](const egress_batch_ptr&) {},
      [](const announce_round_ptr&) {},
      [](const gate_report_ptr&) {},
      [](const shards_changed&) {},
      [self](detach_atom, duration within) { detach(self, within); },
      [self, &s](detached_atom) {
        s.closed = true;
        quit_when_done(self);
      },
      [](drop_queue_atom) {},
      [self](status_atom) { return on_status(self); },
      [self](const connection_ptr& link) { on_accepted(self, link); },
  };
}

}  // namespace

child_settings named_after(const interface_settings& listener, const std::string& child_type) {
  auto child = listener;
  child.description.short_name = "Client on " + listener.description.short_name;
  child.description.type = child_type == "TCPInterface" ? "TCPClientInterface" : "BackboneClientInterface";
  return [child, begin = child_type + "[" + child.description.short_name + "/"](const connection& link, std::size_t) {
    return renamed(child, begin + host_in_name(link.peer()) + ":" + std::to_string(link.port()) + "]");
  };
}

listener_actor spawn_listener(caf::actor_system& system, const listener_settings& settings, int descriptor,
                              const interface_registry& registry, io_pool& pool) {
  return system.spawn(listener_behavior, settings, descriptor, registry, &pool);
}

}  // namespace plexus
