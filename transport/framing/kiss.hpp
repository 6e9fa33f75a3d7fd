// KISS framing of packets on octet streams.
//
//   C0 00 escaped packet C0     escape: C0 -> DB DC, DB -> DB DD
//
// The high half of the command octet names a port and is ignored. Unlike HDLC a closing C0 opens nothing: the next
// frame has its own. Source: TCPInterface.py: read_loop; KISS specification (Chepponis, Karn).
#pragma once

#include "messages/octets.hpp"

namespace plexus {

namespace kiss {
inline constexpr octet frame_end = 0xc0, frame_escape = 0xdb, escaped_end = 0xdc, escaped_escape = 0xdd;
inline constexpr octet data_command = 0x00, port_mask = 0x0f;
}  // namespace kiss

/// Octets that a frame of n octets may take at most.
constexpr std::size_t kiss_worst_size(std::size_t n) {
  return 2 * n + 3;
}

/// Writes a data frame at `out`, which must hold kiss_worst_size(head.size() + body.size()) octets and overlap neither;
/// returns the end of what it wrote.
octet* append_kiss_frame(octet* out, octets head, octets body);

/// Finds the data frames in a stream, one octet after another. Frames of other commands and empty ones are passed over.
/// Two deliberate deviations from the reference, neither of which a peer can see: a frame over the limit is dropped
/// where the reference delivers its beginning, and an escape at the end of a frame does not reach into the next one.
class kiss_deframer {
public:
  /// `frame_max` in octets, unescaped. No more than that is ever kept.
  explicit kiss_deframer(std::size_t frame_max) : frame_max_(frame_max) {}

  /// Calls on_frame(octets) for each whole frame; the view holds until the call returns.
  template <class OnFrame>
  void feed(octets stream, OnFrame&& on_frame) {
    for (const auto o : stream)
      if (accept(o))
        on_frame(octets(frame_));
  }

  void reset();

private:
  enum class state : octet { outside, command, data, escaped, oversized, other_command };

  /// Returns whether `frame_` is whole.
  bool accept(octet value);
  void keep(octet value);

  std::size_t frame_max_;
  state state_ = state::outside;
  octet_string frame_;
};

}  // namespace plexus
