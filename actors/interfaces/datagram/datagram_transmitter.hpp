// The transmit half of a datagram interface: each packet is one datagram to one address.
//
// What the socket does not take at once waits in a bounded queue; packets that find no room are dropped, announces and
// path requests at half the bound. One owner, the interface's actor; time comes in.
#pragma once

#include "actors/interfaces/datagram/datagram_socket.hpp"
#include "actors/interfaces/transmit_buffer.hpp"
#include "actors/interfaces/transmitter.hpp"
#include "transport/gates/interface_gate.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace plexus {

class access_codes;

class datagram_transmitter {
public:
  datagram_transmitter(const transmit_limits& limits, std::shared_ptr<const access_codes> access)
      : limits_(limits), access_(std::move(access)), counters_(std::make_shared<transmit_counters>()) {}

  /// Where datagrams go from now on; null: nowhere. What waited is gone.
  void connect(datagram_socket_ptr socket, const socket_address& to);

  void send(const egress_batch& batch, interface_gate& gate, instant now);
  /// Whole packets of the node's own: announces.
  void send(const std::vector<announce_packet>& packets);
  void on_writable();

  /// The socket is full, and the owner must ask to be told when it is not. True once for each time.
  bool take_wish_to_write() { return std::exchange(wish_to_write_, false); }
  bool idle() const { return queue_.empty(); }
  std::size_t waiting() const { return queued_octets_; }
  const datagram_socket_ptr& socket() const { return socket_; }
  const transmit_counters& counters() const { return *counters_; }
  std::shared_ptr<const transmit_counters> shared_counters() const { return counters_; }

private:
  /// What is counted of a packet.
  struct packet_note {
    transmit_kind kind{};
    std::size_t size = 0;  ///< octets, without access code
  };

  void add(octets head, octets body, transmit_kind kind);
  void send_collected();
  void enqueue(octets head, octets body, const packet_note& note);
  /// `notes` are of the packets that were offered, in the same order.
  void count(const datagram_socket::send_result& result, std::span<const packet_note> notes);

  transmit_limits limits_;
  std::shared_ptr<const access_codes> access_;
  datagram_socket_ptr socket_;
  socket_address to_;
  std::vector<datagram_socket::outgoing> collected_;  ///< of this call
  std::vector<packet_note> notes_;                    ///< of the collected
  std::deque<octet_string> masked_;                   ///< what the collected look into, with access codes
  struct queued {
    octet_string octets;
    packet_note note;
  };
  std::deque<queued> queue_;
  std::size_t queued_octets_ = 0;
  bool wish_to_write_ = false;
  std::shared_ptr<transmit_counters> counters_;
  /// A timed batch that waits, at most one, and how many packets of the queue must leave until it has.
  instant timed_from_{};
  std::size_t timed_behind_ = 0;
};

}  // namespace plexus
