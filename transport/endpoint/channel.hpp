// Messages over a link, each in one packet, delivered once and in order.
//
//   message type(2) sequence(2) length(2) content
//
// All numbers big-endian. The length is written but not checked on receipt. Every packet is proved by the receiver;
// what is not proved in time is sent again under a new ciphertext, five times at most, then the link is closed. Source:
// Channel.py; rns-1.5.7 section 4.
#pragma once

#include "transport/endpoint/link_session.hpp"

#include <deque>
#include <map>

namespace plexus {

struct channel_envelope {
  static constexpr std::size_t header_size = 6;
  /// Message types from here on belong to the protocol itself.
  static constexpr std::uint16_t system_types_begin = 0xf000;

  std::uint16_t type = 0;
  std::uint16_t sequence = 0;
  octets content;  ///< a view into what was parsed

  octet_string encode() const;
  /// Error: truncated.
  static expected<channel_envelope> parse(octets plaintext);
};

class channel {
public:
  static constexpr int tries_max = 5;
  /// Messages that may wait for one before them.
  static constexpr std::uint16_t receive_window = 48;

  /// `link` must outlive it.
  explicit channel(link_session& link);

  /// How long a message that was sent `tries` times waits for its proof.
  static duration timeout_of(duration rtt, std::size_t outstanding, std::size_t tries);

  /// Octets of the largest message.
  std::size_t mdu() const { return std::min<std::size_t>(link_.mdu() - channel_envelope::header_size, 0xffff); }
  /// The reference counts outstanding messages alone. Here they must also lie within what the receiver keeps, because a
  /// message beyond that is proved by the reference, thrown away, and waited for ever after.
  bool ready() const {
    return outstanding_.size() < window_ &&
           (outstanding_.empty() ||
            static_cast<std::uint16_t>(next_sequence_ - outstanding_.front().sequence) <= receive_window);
  }
  std::size_t outstanding() const { return outstanding_.size(); }
  std::size_t window() const { return window_; }

  /// Returns the sequence number. Errors: too_large, window_full; then nothing has changed. Requires an active link.
  expected<std::uint16_t, link_error> send(instant now, std::uint16_t type, octets content, link_output& out);

  /// Whether the packet is one that the channel sent and that was not proved yet.
  bool awaits(const packet_hash& packet) const;
  /// A packet that the channel awaits was proved.
  void on_delivered(const packet_hash& packet, link_output& out);
  /// Emits channel_message events, as far as they are in order. False when the message is too far ahead: it is not kept
  /// and must not be proved. A message of any type is handed on: the reference refuses unknown ones after the proof,
  /// and then waits for them for ever.
  [[nodiscard]] bool on_message(octets plaintext, link_output& out);

  /// False when a message was given up: the link must be closed.
  [[nodiscard]] bool on_time(instant now, link_output& out);
  std::optional<instant> next_deadline() const;

private:
  struct sent_message {
    std::uint16_t sequence = 0;
    octet_string envelope;
    std::vector<packet_hash> packets;  ///< one for each try; the proof of any is good
    instant sent_at{};
    duration timeout{};

    instant due_at() const { return sent_at + timeout + link_timing::channel_check_delay; }
  };
  struct waiting_message {
    std::uint16_t type = 0;
    octet_string content;
  };

  std::deque<sent_message>::const_iterator find(const packet_hash& packet) const;
  void transmit(instant now, sent_message& message, link_output& out);
  void raise_timeouts();
  void widen();
  void narrow();

  link_session& link_;
  std::deque<sent_message> outstanding_;            // in order of sequence
  std::map<std::uint16_t, waiting_message> early_;  // by sequence; never more than receive_window + 1
  std::uint16_t next_sequence_ = 0, expected_sequence_ = 0;
  std::size_t window_, window_min_, window_max_, flexibility_;
  int fast_rounds_ = 0, medium_rounds_ = 0;
};

}  // namespace plexus
