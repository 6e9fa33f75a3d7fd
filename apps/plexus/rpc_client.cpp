#include "apps/plexus/rpc_client.hpp"

#include "transport/control/authentication.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <random>

namespace plexus {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Octets of the longest reply: the table of a million paths takes 150 MB.
constexpr std::uint64_t reply_size_max = std::uint64_t{1} << 31;

authenticated_stream::randomness fresh_randomness() {
  std::random_device device;
  authenticated_stream::randomness random;
  std::generate(random.begin(), random.end(), [&] { return static_cast<octet>(device()); });
  return random;
}

/// One call on one connection. Every wait runs the context until the call's deadline.
template <class Protocol>
class conversation {
public:
  using outcome = expected<value, rpc_failure>;

  conversation(const rpc_client::options& how)
      : how_(how),
        deadline_(std::chrono::steady_clock::now() + how.timeout),
        stream_({authentication_role::connector, how.key, reply_size_max, handshake_form::named_sha256},
                fresh_randomness()) {}

  outcome run(const typename Protocol::endpoint& to, const value& request) {
    if (const auto error = await([&](auto done) { socket_.async_connect(to, std::move(done)); }))
      return unexpected(*error == asio::error::timed_out ? rpc_failure::timed_out : rpc_failure::unreachable);
    std::array<octet, 65536> buffer;
    for (;;) {
      std::size_t size = 0;
      const auto error = await([&](auto done) {
        socket_.async_read_some(asio::buffer(buffer), [&size, done](error_code e, std::size_t n) mutable {
          size = n;
          done(e);
        });
      });
      if (error)
        return unexpected(broken(*error));
      authentication_output out;
      stream_.on_received(octets(buffer).first(size), out);
      if (out.authenticated)
        stream_.send(encode_message(how_.dialect, request), out);
      if (const auto failure = flush(out))
        return unexpected(*failure);
      if (!out.messages.empty())
        return read(out.messages.front());
    }
  }

private:
  rpc_failure broken(const error_code& error) const {
    if (error == asio::error::timed_out)
      return rpc_failure::timed_out;
    return stream_.authenticated() ? rpc_failure::closed : rpc_failure::rejected;
  }

  std::optional<rpc_failure> flush(const authentication_output& out) {
    const auto error = await([&](auto done) {
      asio::async_write(socket_, asio::buffer(out.to_send), [done](error_code e, std::size_t) mutable { done(e); });
    });
    if (out.failed)
      return *out.failed == authentication_failure::message_oversized ? rpc_failure::unreadable : rpc_failure::rejected;
    return error ? std::optional(broken(*error)) : std::nullopt;
  }

  static outcome read(const octet_string& message) {
    auto reply = decode_message(message, value_limits_reply);
    if (!reply)
      return unexpected(rpc_failure::unreadable);
    return std::move(reply->content);
  }

  /// Starts an operation and runs it to its end: nothing, its error, or timed_out.
  template <class Start>
  std::optional<error_code> await(Start start) {
    std::optional<error_code> result;
    start([&result](error_code e) { result = e; });
    context_.restart();
    context_.run_until(deadline_);
    if (!result) {
      error_code ignored;
      socket_.close(ignored);
      context_.run();
      return asio::error::timed_out;
    }
    return *result ? result : std::nullopt;
  }

  const rpc_client::options& how_;
  std::chrono::steady_clock::time_point deadline_;
  asio::io_context context_{1};
  typename Protocol::socket socket_{context_};
  authenticated_stream stream_;
};

}  // namespace

std::string_view to_string(rpc_failure failure) {
  switch (failure) {
    case rpc_failure::unreachable:
      return "no shared instance is running";
    case rpc_failure::timed_out:
      return "the shared instance did not answer in time";
    case rpc_failure::rejected:
      return "the shared instance has another key";
    case rpc_failure::closed:
      return "the shared instance closed the connection without an answer";
    case rpc_failure::unreadable:
      return "the answer of the shared instance cannot be read";
  }
  return "unknown";
}

expected<value, rpc_failure> rpc_client::call(const value& request) const {
  if (const auto* local = std::get_if<rpc_unix_endpoint>(&how_.endpoint)) {
    using protocol = asio::local::stream_protocol;
    const std::string path = std::string(1, '\0') + "rns/" + local->instance + "/rpc";
    if (path.size() > sizeof(sockaddr_un::sun_path) - 1)
      return unexpected(rpc_failure::unreachable);
    return conversation<protocol>(how_).run(protocol::endpoint(path), request);
  }
  using protocol = asio::ip::tcp;
  const auto port = std::get<rpc_tcp_endpoint>(how_.endpoint).port;
  return conversation<protocol>(how_).run({asio::ip::address_v4::loopback(), port}, request);
}

}  // namespace plexus
