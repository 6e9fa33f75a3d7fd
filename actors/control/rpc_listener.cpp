#include "actors/control/rpc_listener.hpp"

#include "actors/log.hpp"
#include "actors/system_random.hpp"
#include "transport/control/authentication.hpp"
#include "transport/control/rpc_message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <caf/all.hpp>

#include <algorithm>
#include <list>
#include <sys/socket.h>

namespace plexus {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using stream_socket = asio::generic::stream_protocol::socket;

/// After an error of accept(), most likely too many open files.
constexpr auto accept_pause = std::chrono::milliseconds(100);

asio::generic::stream_protocol protocol_of(int descriptor) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &size);
  return {bound.ss_family, 0};
}

/// One caller. Lives as long as its coroutine, its timer, or the answer that it waits for.
class session : public std::enable_shared_from_this<session> {
public:
  session(io_thread& home, stream_socket socket, const rpc_listener_settings& settings, control_actor control)
      : home_(home),
        socket_(std::move(socket)),
        settings_(settings),
        control_(std::move(control)),
        limit_(home.context()),
        stream_(options_of(settings), fresh()) {}

  bool authenticated() const { return stream_.authenticated(); }
  void close() {
    error_code ignored;
    socket_.close(ignored);
    limit_.cancel();
  }

  asio::awaitable<void> run() {
    error_code error;
    allow(settings_.handshake_timeout);
    authentication_output out;
    stream_.on_connected(out);
    std::array<octet, 4096> piece;
    while (!error && out.messages.empty() && !out.failed) {
      co_await send(std::exchange(out.to_send, {}));
      const auto size =
          co_await socket_.async_read_some(asio::buffer(piece), asio::redirect_error(asio::use_awaitable, error));
      if (!error)
        stream_.on_received(octets{piece.data(), size}, out);
    }
    if (!out.to_send.empty())
      co_await send(std::exchange(out.to_send, {}));
    if (out.failed)
      log(log_level::debug, "A caller of the management socket was refused: {}", to_string(*out.failed));
    if (!out.messages.empty() && !out.failed)
      co_await answer(out.messages.front());
    close();
  }

private:
  static authenticated_stream::options options_of(const rpc_listener_settings& settings) {
    authenticated_stream::options options;
    options.key = settings.key;
    return options;
  }

  static authenticated_stream::randomness fresh() {
    authenticated_stream::randomness challenge;
    system_random().fill(challenge);
    return challenge;
  }

  /// The connection is closed when this time is over.
  void allow(std::chrono::milliseconds time) {
    limit_.expires_after(time);
    limit_.async_wait([weak = weak_from_this()](const error_code& error) {
      if (const auto self = weak.lock(); self && !error)
        self->close();
    });
  }

  asio::awaitable<void> send(octet_string what) {
    error_code ignored;  // the next read tells
    if (!what.empty())
      co_await asio::async_write(socket_, asio::buffer(what), asio::redirect_error(asio::use_awaitable, ignored));
  }

  asio::awaitable<void> answer(const octet_string& message) {
    const auto call = decode_message(message);
    if (!call)
      co_return;
    const auto request = rpc::parse_request(call->content);
    if (!request)
      co_return;
    allow(settings_.answer_timeout);
    auto reply = std::make_shared<octet_string>();
    ask(*request, call->dialect, reply);
    co_await wait_for_reply();
    if (!socket_.is_open())
      co_return;
    allow(settings_.write_timeout);
    authentication_output out;
    stream_.send(*reply, out);
    co_await send(std::move(out.to_send));
  }

  /// The answer is put into octets by the thread that gives it: a table of paths is large.
  void ask(const rpc::request& request, rpc_dialect dialect, const std::shared_ptr<octet_string>& reply) {
    auto call = std::make_shared<control_call>();
    call->request = request;
    // When the call is thrown away unanswered, because who had it died, the caller is not left waiting.
    std::shared_ptr<void> unanswered{nullptr, [self = shared_from_this()](void*) {
                                       asio::post(self->home_.context(), [self] {
                                         if (!self->answered_)
                                           self->close();
                                       });
                                     }};
    call->done = [self = shared_from_this(), dialect, reply, unanswered](const control_reply& content) {
      *reply = encode_message(dialect, *content);
      asio::post(self->home_.context(), [self] {
        self->answered_ = true;
        self->limit_.cancel();
      });
    };
    caf::anon_send(control_, control_call_ptr(std::move(call)));
  }

  /// Until there is an answer, or the time for it is over.
  asio::awaitable<void> wait_for_reply() {
    error_code ignored;
    while (!answered_ && socket_.is_open())
      co_await limit_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  io_thread& home_;
  stream_socket socket_;
  const rpc_listener_settings settings_;
  control_actor control_;
  asio::steady_timer limit_;
  authenticated_stream stream_;
  bool answered_ = false;
};

}  // namespace

/// All of it runs on the one I/O thread, but for construction and stop().
class rpc_listener::server : public std::enable_shared_from_this<server> {
public:
  server(io_thread& home, int descriptor, const rpc_listener_settings& settings, control_actor control)
      : home_(home),
        settings_(settings),
        control_(std::move(control)),
        acceptor_(home.context(), protocol_of(descriptor), descriptor) {}

  void start() {
    asio::co_spawn(home_.context(), accept(), [self = shared_from_this()](const std::exception_ptr&) {});
  }
  void stop() {
    asio::post(home_.context(), [self = shared_from_this()] {
      error_code ignored;
      self->acceptor_.close(ignored);
      for (const auto& one : self->sessions_)
        one->close();
    });
  }

private:
  asio::awaitable<void> accept() {
    asio::steady_timer pause(home_.context());
    while (acceptor_.is_open()) {
      error_code error;
      stream_socket socket(home_.context());
      co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
        break;
      if (error) {
        pause.expires_after(accept_pause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      if (make_room())
        begin(std::move(socket));
    }
  }

  void begin(stream_socket socket) {
    const auto one = std::make_shared<session>(home_, std::move(socket), settings_, control_);
    sessions_.push_back(one);
    asio::co_spawn(home_.context(), one->run(), [self = shared_from_this(), one](const std::exception_ptr& thrown) {
      if (thrown)
        one->close();
      self->sessions_.remove(one);
    });
  }

  /// False: the newcomer is one too many.
  bool make_room() {
    if (sessions_.size() < settings_.sessions_max)
      return true;
    const auto idle =
        std::find_if(sessions_.begin(), sessions_.end(), [](const auto& one) { return !one->authenticated(); });
    if (idle == sessions_.end())
      return false;
    (*idle)->close();
    sessions_.erase(idle);
    return true;
  }

  io_thread& home_;
  const rpc_listener_settings settings_;
  control_actor control_;
  asio::basic_socket_acceptor<asio::generic::stream_protocol> acceptor_;
  std::list<std::shared_ptr<session>> sessions_;  ///< oldest first
};

rpc_listener::rpc_listener(io_thread& home, int descriptor, const rpc_listener_settings& settings,
                           control_actor control)
    : server_(std::make_shared<server>(home, descriptor, settings, std::move(control))) {
  server_->start();
}

rpc_listener::~rpc_listener() {
  server_->stop();
}

}  // namespace plexus
