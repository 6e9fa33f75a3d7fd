// The transmit half of a stream: frames packets into a connection, with bounds.
//
//   transmit -> [parked batches] -> framing -> [buffer] -> socket
//
// Announces that come while batches are parked wait behind them, as many as the buffer would take.
//
// One owner, the interface's actor; time comes in.
#pragma once

#include "actors/interfaces/connection.hpp"
#include "actors/interfaces/peer_trust.hpp"
#include "actors/interfaces/stream_reader.hpp"
#include "actors/interfaces/transmit_buffer.hpp"
#include "messages/instant.hpp"
#include "transport/gates/interface_gate.hpp"

#include <cstdint>
#include <deque>
#include <memory>

namespace plexus {

class transmitter {
public:
  transmitter(const transmit_limits& limits, stream_framing framing, std::shared_ptr<const access_codes> access)
      : buffer_(limits),
        framing_(framing),
        access_(std::move(access)),
        counters_(std::make_shared<transmit_counters>()) {}

  /// The connection to write to, or none. What waited for another one is gone.
  void connect(connection_ptr link);

  // Each returns false when the connection turned out to be broken.

  bool send(const egress_batch_ptr& batch, interface_gate& gate, instant now);
  /// Whole packets of the node's own: announces.
  bool send(const std::vector<announce_packet>& packets, instant now);
  bool on_writable(interface_gate& gate, instant now);
  bool on_time(interface_gate& gate, instant now);

  /// The socket is full, and the owner must ask to be told when it is not. True once for each time.
  bool take_wish_to_write();
  /// When on_time() wants to be called.
  instant next_deadline() const;
  /// Since when the peer has taken nothing although something waits, or instant::max().
  instant stuck_since() const { return buffer_.empty() ? instant::max() : progress_at_; }

  bool idle() const { return buffer_.empty() && parked_.empty(); }
  bool holds_sources() const { return !parked_.empty(); }
  bool is_slow() const { return !trust_.is_waited_for(); }
  std::size_t waiting() const { return buffer_.size() + announces_size_; }
  const transmit_counters& counters() const { return *counters_; }
  std::shared_ptr<const transmit_counters> shared_counters() const { return counters_; }

private:
  struct parked {
    egress_batch_ptr batch;
    std::size_t next = 0;  ///< first packet that is not framed yet
    instant since{};
  };

  bool transmit(parked from, interface_gate& gate, instant now);
  bool unpark(interface_gate& gate, instant now);
  void keep(const announce_packet& packet);
  void frame(octets head, octets body, transmit_kind kind);
  bool write_framed(instant now);
  bool write(octets framed, std::size_t& taken, instant now);
  /// The last packet of a timed batch was framed.
  void time_batch(instant read_at);
  void note_progress();

  connection_ptr link_;
  transmit_buffer buffer_;
  stream_framing framing_;
  std::shared_ptr<const access_codes> access_;
  std::deque<parked> parked_;               ///< bounded by the slabs that their sources may have out
  std::vector<announce_packet> announces_;  ///< behind them; none when there are none
  std::size_t announces_size_ = 0;          ///< octets
  peer_trust trust_;
  instant progress_at_{};
  bool full_ = false, wish_to_write_ = false;
  std::shared_ptr<transmit_counters> counters_;
  /// A timed batch that is still in the buffer, at most one: it has left when so many octets were sent over all.
  instant timed_from_{};
  std::uint64_t timed_until_ = 0;
};

}  // namespace plexus
