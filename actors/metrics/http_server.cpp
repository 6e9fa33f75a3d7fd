#include "actors/metrics/http_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <list>
#include <optional>

namespace plexus {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using text_request = http::request<http::empty_body>;
using text_response = http::response<http::span_body<const char>>;

constexpr auto accept_pause = std::chrono::milliseconds(100);

http_answer sentence(unsigned status, const char* text) {
  http_answer answer;
  answer.status = status;
  answer.body = std::make_shared<const std::string>(text);
  return answer;
}

/// One connection.
class session : public std::enable_shared_from_this<session> {
public:
  session(tcp::socket socket, const http_server::handler& on_request, const http_limits& limits)
      : stream_(std::move(socket)),
        answered_(stream_.get_executor()),
        buffer_(limits.header_max),
        on_request_(on_request),
        limits_(limits) {}

  asio::awaitable<void> run() {
    for (;;) {
      http::request_parser<http::empty_body> parser;
      parser.header_limit(limits_.header_max);
      parser.body_limit(std::uint64_t{0});
      boost::system::error_code error;
      stream_.expires_after(limits_.receive_timeout);
      co_await http::async_read(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
      if (error == http::error::end_of_stream || error == beast::error::timeout || !stream_.socket().is_open())
        break;
      if (error) {  // whatever this was, it cannot be followed by a request that makes sense
        co_await send(text_request{}, sentence(400, "not a request that is understood here\n"), false);
        break;
      }
      const auto& request = parser.get();
      const bool keep = request.keep_alive();
      const auto answer = co_await answer_to(request);
      if (!co_await send(request, answer, keep) || !keep)
        break;
    }
    boost::system::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  void close() { stream_.close(); }

private:
  asio::awaitable<http_answer> answer_to(const text_request& request) {
    if (request.method() != http::verb::get && request.method() != http::verb::head)
      co_return sentence(405, "only GET and HEAD\n");
    answer_.reset();
    const auto turn = ++turn_;
    auto asked = std::make_shared<http_request>();
    const std::string_view target(request.target().data(), request.target().size());
    asked->path = target.substr(0, target.find('?'));
    asked->reply = [weak = weak_from_this(), turn, executor = stream_.get_executor()](http_answer answer) {
      asio::post(executor, [weak, turn, answer = std::move(answer)]() mutable {
        const auto self = weak.lock();
        if (!self || self->turn_ != turn || self->answer_)
          return;
        self->answer_ = std::move(answer);
        self->answered_.cancel();
      });
    };
    answered_.expires_after(limits_.answer_timeout);
    on_request_(std::move(asked));
    boost::system::error_code cancelled;
    co_await answered_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    co_return answer_ ? std::move(*answer_) : sentence(503, "no answer in time\n");
  }

  asio::awaitable<bool> send(const text_request& request, const http_answer& answer, bool keep) {
    text_response response{static_cast<http::status>(answer.status), request.version()};
    response.set(http::field::content_type, answer.content_type);
    response.set(http::field::cache_control, "no-store");
    response.keep_alive(keep);
    response.body() = {answer.body->data(), answer.body->size()};
    response.prepare_payload();
    http::response_serializer<http::span_body<const char>> serializer{response};
    boost::system::error_code error;
    stream_.expires_after(limits_.send_timeout);
    if (request.method() == http::verb::head)
      co_await http::async_write_header(stream_, serializer, asio::redirect_error(asio::use_awaitable, error));
    else
      co_await http::async_write(stream_, serializer, asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
  }

  beast::tcp_stream stream_;
  asio::steady_timer answered_;  ///< cancelled when the answer is there
  beast::flat_buffer buffer_;
  const http_server::handler& on_request_;
  const http_limits& limits_;
  std::optional<http_answer> answer_;
  std::uint64_t turn_ = 0;  ///< tells a late answer from the one waited for
};

}  // namespace

/// Lives on the home thread. Sessions keep it alive, and with it the handler and the limits.
class http_server::listener : public std::enable_shared_from_this<listener> {
public:
  listener(io_thread& home, int descriptor, bool ipv6, handler on_request, const http_limits& limits)
      : home_(home),
        socket_(home.context(), ipv6 ? tcp::v6() : tcp::v4(), descriptor),
        on_request_(std::move(on_request)),
        limits_(limits) {}

  void start() {
    asio::co_spawn(home_.context(), run(), [self = shared_from_this()](const std::exception_ptr&) {});
  }
  void stop() {
    asio::post(home_.context(), [self = shared_from_this()] {
      boost::system::error_code ignored;
      self->socket_.close(ignored);
      for (const auto& one : self->sessions_)
        one->close();
    });
  }

private:
  asio::awaitable<void> run() {
    asio::steady_timer pause(home_.context());
    while (socket_.is_open()) {
      boost::system::error_code error;
      auto socket = co_await socket_.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
        break;
      if (error) {  // most likely too many open files
        pause.expires_after(accept_pause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      begin(std::move(socket));
    }
  }

  void begin(tcp::socket socket) {
    if (sessions_.size() >= limits_.connections_max) {
      sessions_.front()->close();
      sessions_.pop_front();
    }
    auto one = std::make_shared<session>(std::move(socket), on_request_, limits_);
    sessions_.push_back(one);
    asio::co_spawn(home_.context(), one->run(), [self = shared_from_this(), one](const std::exception_ptr&) {
      one->close();
      self->sessions_.remove(one);
    });
  }

  io_thread& home_;
  tcp::acceptor socket_;
  handler on_request_;
  http_limits limits_;
  std::list<std::shared_ptr<session>> sessions_;  ///< oldest first
};

http_server::http_server(io_thread& home, int descriptor, bool ipv6, handler on_request, const http_limits& limits)
    : listener_(std::make_shared<listener>(home, descriptor, ipv6, std::move(on_request), limits)) {
  listener_->start();
}

http_server::~http_server() {
  listener_->stop();
}

}  // namespace plexus
