// A program on the shared instance of a running daemon, ours or the reference's: asks for paths, sends packets and
// announces, takes proofs. Blocking, one thread.
//
// The daemon carries everything: what is more than 0 hops away goes to it in HEADER_2, under the transport id that its
// announces carry. It also hands over what other programs and the network say; what is not waited for is passed over.
// Source: LocalInterface.py; Transport.py: outbound; rns-1.5.7 sections 1.15 and 7.1.
#pragma once

#include "messages/addresses.hpp"
#include "messages/announce.hpp"
#include "messages/expected.hpp"
#include "transport/crypto/random_source.hpp"
#include "transport/framing/hdlc.hpp"
#include "transport/identity.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace plexus {

/// The abstract Unix socket `\0rns/<instance>`.
struct shared_unix_endpoint {
  std::string instance = "default";
};
/// 127.0.0.1; where `shared_instance_type = tcp`.
struct shared_tcp_endpoint {
  std::uint16_t port = 37428;
};
using shared_endpoint = std::variant<shared_unix_endpoint, shared_tcp_endpoint>;

enum class shared_failure : unsigned char {
  unreachable,  ///< nobody listens
  closed,       ///< the daemon ended, or closed the socket
  timed_out,
};
std::string_view to_string(shared_failure failure);

/// Whom an announce told us of, and the way there.
struct known_peer {
  destination_hash destination;
  public_identity owner;
  std::optional<ratchet_key> ratchet;
  std::optional<transport_id> via;  ///< the daemon, or who else passed it on
  octet hops = 0;                   ///< 0: another program on the same daemon
};

struct sent_packet {
  packet_hash hash;
  std::chrono::steady_clock::time_point at;
};
struct heard_proof {
  packet_hash hash;                     ///< of the proof's own packet
  std::chrono::nanoseconds round_trip;  ///< since the packet was sent
};

class shared_client {
public:
  using clock = std::chrono::steady_clock;
  using time = clock::time_point;
  /// Called about ten times a second while waiting.
  using on_wait = std::function<void()>;

  explicit shared_client(random_source& random) : random_(random) {}

  expected<std::monostate, shared_failure> connect(const shared_endpoint& to);

  expected<std::monostate, shared_failure> send(octets packet);
  expected<std::monostate, shared_failure> request_path(const destination_hash& destination);
  /// Announces a destination of that dotted name, without application data and ratchet.
  expected<destination_hash, shared_failure> send_announce(const identity& owner, std::string_view dotted,
                                                           std::uint64_t unix_seconds);
  /// Encrypts and sends. Requires packet_size(payload.size()) of at most 500.
  expected<sent_packet, shared_failure> send_data(const known_peer& to, octets payload);
  /// Octets of a packet with that much payload, as the reference checks it: with the short header.
  static std::size_t packet_size(std::size_t payload);

  /// The first verified announce that is of this destination, or whose owner has this hash.
  expected<known_peer, shared_failure> await_announce(octets hash, time deadline, const on_wait& waiting);
  /// A proof by `by` for this packet. Proofs that prove nothing are passed over.
  expected<heard_proof, shared_failure> await_proof(const sent_packet& sent, const public_identity& by, time deadline,
                                                    const on_wait& waiting);

  /// The next packet, whatever it is.
  expected<octet_string, shared_failure> receive(time deadline, const on_wait& waiting);

private:
  expected<std::monostate, shared_failure> read_some(time deadline, const on_wait& waiting);

  /// What both sides of the socket pass over in silence (rns-1.5.7 section 7.1).
  static constexpr std::size_t frame_max = 262144;

  random_source& random_;
  boost::asio::io_context context_{1};
  boost::asio::generic::stream_protocol::socket socket_{context_};
  hdlc_deframer deframer_{{20, frame_max, hdlc_worst_size(frame_max)}};
  octet_string unread_;
  /// Of one read: at most 64 KiB and the frame that was waiting.
  std::deque<octet_string> packets_;
};

}  // namespace plexus
