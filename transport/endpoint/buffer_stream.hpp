// A stream of octets over a channel, as messages of type FF00.
//
//   header(2, big-endian): bit 15 end of stream, bit 14 compressed, bits 13-0 stream id; then data
//
// Source: Buffer.py: StreamDataMessage, RawChannelWriter, RawChannelReader; rns-1.5.7 section 4.
#pragma once

#include "transport/endpoint/link.hpp"

namespace plexus {

struct stream_data {
  static constexpr std::uint16_t message_type = 0xff00;
  static constexpr std::uint16_t stream_id_max = 0x3fff;
  static constexpr std::size_t header_size = 2;
  /// Octets of one message after decompression, and of input taken for one.
  static constexpr std::size_t chunk_max = 16384;

  std::uint16_t stream = 0;
  bool end = false;
  octet_string data;  ///< uncompressed

  /// Errors: truncated, those of decompress.
  static expected<stream_data> parse(octets message);
};

struct stream_piece {
  octet_string message;
  std::size_t consumed = 0;  ///< octets of the input
};
/// The next message of a stream: of at most `chunk_max` octets of input, all, half or a third compressed where that
/// makes them fit and smaller, else as many as fit. `message_max` is channel::mdu().
stream_piece make_stream_piece(std::uint16_t stream, octets input, bool end, std::size_t message_max);

/// Octets that wait for the channel. Bounded.
class stream_writer {
public:
  static constexpr std::size_t capacity_default = 256 * 1024;

  /// Requires stream <= stream_data::stream_id_max.
  explicit stream_writer(std::uint16_t stream, std::size_t capacity = capacity_default)
      : stream_(stream), capacity_(capacity) {}

  /// Takes what there is room for and sends what the channel takes; returns the octets taken. None after finish().
  std::size_t write(instant now, octets data, link& through, link_output& out);
  /// After what was written comes the end.
  void finish(instant now, link& through, link_output& out);
  /// The channel is ready again.
  void on_ready(instant now, link& through, link_output& out);

  std::size_t waiting() const { return pending_.size() - sent_; }
  bool finished() const { return end_sent_; }

private:
  std::uint16_t stream_;
  std::size_t capacity_;
  octet_string pending_;
  std::size_t sent_ = 0;  // octets of pending_ that are gone
  bool ending_ = false, end_sent_ = false;
};

}  // namespace plexus
