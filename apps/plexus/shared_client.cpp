#include "apps/plexus/shared_client.hpp"

#include "messages/packet.hpp"
#include "messages/path_request.hpp"
#include "transport/announce_check.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"
#include "transport/packet_proof_check.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <poll.h>

namespace plexus {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto tick = 100ms;

asio::generic::stream_protocol::endpoint endpoint_of(const shared_endpoint& to) {
  if (const auto* local = std::get_if<shared_unix_endpoint>(&to))
    return asio::local::stream_protocol::endpoint(std::string(1, '\0') + "rns/" + local->instance);
  const auto port = std::get<shared_tcp_endpoint>(to).port;
  return asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), port);
}

bool fits(const shared_endpoint& to) {
  const auto* local = std::get_if<shared_unix_endpoint>(&to);
  return !local || local->instance.size() + 5 <= sizeof(sockaddr_un::sun_path);
}

}  // namespace

std::string_view to_string(shared_failure failure) {
  switch (failure) {
    case shared_failure::unreachable:
      return "no shared instance is running";
    case shared_failure::closed:
      return "the shared instance closed the connection";
    case shared_failure::timed_out:
      return "nothing came in time";
  }
  return "unknown";
}

expected<std::monostate, shared_failure> shared_client::connect(const shared_endpoint& to) {
  if (!fits(to))
    return unexpected(shared_failure::unreachable);
  error_code error;
  socket_.connect(endpoint_of(to), error);
  if (error)
    return unexpected(shared_failure::unreachable);
  return {};
}

expected<std::monostate, shared_failure> shared_client::send(octets packet) {
  octet_string frame(hdlc_worst_size(packet.size()));
  const auto* end = append_frame(frame.data(), packet, {});
  error_code error;
  asio::write(socket_, asio::buffer(frame.data(), static_cast<std::size_t>(end - frame.data())), error);
  if (error)
    return unexpected(shared_failure::closed);
  return {};
}

expected<std::monostate, shared_failure> shared_client::request_path(const destination_hash& destination) {
  std::array<octet, request_tag::size_max> tag;
  random_.fill(tag);
  packet_header header;
  header.flags = make_flags(packet_type::data, destination_type::plain);
  header.destination = rename<address>(control::path_request);
  path_request request;
  request.destination = destination;
  request.tag = request_tag(tag);
  return send(encode_packet(header, request.encode()));
}

expected<destination_hash, shared_failure> shared_client::send_announce(const identity& owner, std::string_view dotted,
                                                                        std::uint64_t unix_seconds) {
  const auto destination = hash_destination(dotted, owner.hash());
  std::array<octet, 5> chance;
  random_.fill(chance);
  announce made;
  made.key = owner.key();
  made.name = hash_name(dotted);
  made.blob = make_random_blob(chance, unix_seconds);
  made.proof = owner.sign(made.signed_data(destination));
  packet_header header;
  header.flags = make_flags(packet_type::announce, destination_type::single);
  header.destination = rename<address>(destination);
  if (const auto sent = send(encode_packet(header, made.encode())); !sent)
    return unexpected(sent.error());
  return destination;
}

std::size_t shared_client::packet_size(std::size_t payload) {
  return wire::header_1_size + encrypted_size_for_identity(payload);
}

expected<sent_packet, shared_failure> shared_client::send_data(const known_peer& to, octets payload) {
  const auto encrypted = to.owner.encrypt(payload, random_, to.ratchet ? &*to.ratchet : nullptr);
  if (!encrypted)
    return unexpected(shared_failure::unreachable);
  const bool carried = to.hops > 0 && to.via;
  packet_header header;
  header.flags = make_flags(packet_type::data, destination_type::single, carried ? header_type::two : header_type::one,
                            carried ? transport_type::transport : transport_type::broadcast);
  header.transport = to.via.value_or(transport_id{});
  header.destination = rename<address>(to.destination);
  const auto packet = encode_packet(header, *encrypted);
  const sent_packet sent{hash_packet(packet), clock::now()};
  if (const auto done = send(packet); !done)
    return unexpected(done.error());
  return sent;
}

expected<known_peer, shared_failure> shared_client::await_announce(octets hash, time deadline, const on_wait& waiting) {
  for (;;) {
    const auto packet = receive(deadline, waiting);
    if (!packet)
      return unexpected(packet.error());
    const auto view = parse_packet(*packet);
    if (!view || view->header.type() != packet_type::announce)
      continue;
    const auto heard = verify_announce(*view);
    if (!heard)
      continue;
    if (!std::ranges::equal(heard->destination().bytes(), hash) && !std::ranges::equal(heard->owner().bytes(), hash))
      continue;
    known_peer peer{
        heard->destination(), public_identity(heard->content().key), heard->content().ratchet, {}, view->header.hops};
    if (view->header.has_transport())
      peer.via = view->header.transport;
    return peer;
  }
}

expected<heard_proof, shared_failure> shared_client::await_proof(const sent_packet& sent, const public_identity& by,
                                                                 time deadline, const on_wait& waiting) {
  for (;;) {
    const auto packet = receive(deadline, waiting);
    if (!packet)
      return unexpected(packet.error());
    const auto arrived = clock::now();
    const auto view = parse_packet(*packet);
    if (!view || view->header.type() != packet_type::proof || view->header.destination != proof_address(sent.hash))
      continue;
    const auto proof = packet_proof::parse(view->data);
    if (proof && proves(*proof, sent.hash, signing_key_of(by.key())))
      return heard_proof{hash_packet(*packet), arrived - sent.at};
  }
}

expected<octet_string, shared_failure> shared_client::receive(time deadline, const on_wait& waiting) {
  while (packets_.empty())
    if (const auto read = read_some(deadline, waiting); !read)
      return unexpected(read.error());
  auto packet = std::move(packets_.front());
  packets_.pop_front();
  return packet;
}

expected<std::monostate, shared_failure> shared_client::read_some(time deadline, const on_wait& waiting) {
  pollfd watched{socket_.native_handle(), POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now());
    if (left <= 0ms)
      return unexpected(shared_failure::timed_out);
    if (::poll(&watched, 1, static_cast<int>(std::min<std::chrono::milliseconds>(left, tick).count())) > 0)
      break;
    if (waiting)
      waiting();
  }
  const auto kept = unread_.size();
  unread_.resize(kept + 65536);
  error_code error;
  const auto size = socket_.read_some(asio::buffer(unread_.data() + kept, 65536), error);
  unread_.resize(kept + size);
  if (error)
    return unexpected(shared_failure::closed);
  const auto done = deframer_.take(
      unread_, [&](mutable_octets frame) { packets_.emplace_back(frame.begin(), frame.end()); }, [](std::size_t) {});
  unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(done));
  return {};
}

}  // namespace plexus
