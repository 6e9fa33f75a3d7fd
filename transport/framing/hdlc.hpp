// HDLC-like framing of packets on octet streams.
//
//   7E escaped packet 7E        escape: 7D -> 7D 5D, 7E -> 7D 5E
//
// Only those two pairs are unescaped: a 7D before anything else stays, as in the reference. A closing flag also opens
// the next frame, so one flag between two frames is enough, and two of them enclose an empty frame that is ignored.
// Source: HDLC.py; TCPInterface.py: read_loop.
#pragma once

#include "messages/octets.hpp"

#include <cstring>

namespace plexus {

namespace hdlc {
inline constexpr octet flag = 0x7e, escape = 0x7d, mask = 0x20;
}  // namespace hdlc

/// Octets that a frame of n octets may take at most.
constexpr std::size_t hdlc_worst_size(std::size_t n) {
  return 2 * n + 2;
}

/// Writes flag, escaped head and body, flag at `out`, which must hold hdlc_worst_size(head.size() + body.size()) octets
/// and overlap neither; returns the end of what it wrote.
octet* append_frame(octet* out, octets head, octets body);

/// Takes the escapes out, in place; returns the size left.
std::size_t unescape(mutable_octets frame);

/// What a stream does with frames of the wrong size.
struct hdlc_limits {
  std::size_t frame_min = 20;   ///< octets; shorter frames hold no packet
  std::size_t frame_max = 0;    ///< octets, unescaped; hardware MTU and access code
  std::size_t waiting_max = 0;  ///< a frame that began and is longer than this without an end is given up
};

/// Finds the frames in a stream. Keeps no octets itself: the caller owns the buffer, calls `take` after each read, and
/// passes the octets that were not consumed again, with what was read next behind them.
class hdlc_deframer {
public:
  explicit hdlc_deframer(const hdlc_limits& limits) : limits_(limits) {}

  /// Calls on_frame(mutable_octets) for each whole frame, unescaped where it lies, and on_invalid(std::size_t) with the
  /// size of each that is too short or too long; empty ones are passed over. Returns how many octets at the front are
  /// done with: all of them when nothing is waiting for its end.
  template <class OnFrame, class OnInvalid>
  std::size_t take(mutable_octets buffer, OnFrame&& on_frame, OnInvalid&& on_invalid) {
    std::size_t start = scanned_ > 0 ? 0 : find(buffer, 0);
    std::size_t from = scanned_ > 0 ? scanned_ : start + 1;
    while (start < buffer.size()) {
      const auto end = find(buffer, from);
      if (end == buffer.size())
        return wait(start, buffer.size());
      if (end > start + 1)
        deliver(buffer.subspan(start + 1, end - start - 1), on_frame, on_invalid);
      start = end;
      from = start + 1;
    }
    scanned_ = 0;
    return buffer.size();
  }

  /// Forgets the frame that was waiting; for a stream that begins anew.
  void reset() { scanned_ = 0; }

private:
  /// Index of the next flag, or buffer.size().
  static std::size_t find(octets buffer, std::size_t from) {
    if (from >= buffer.size())
      return buffer.size();
    const auto* hit = std::memchr(buffer.data() + from, hdlc::flag, buffer.size() - from);
    return hit ? static_cast<std::size_t>(static_cast<const octet*>(hit) - buffer.data()) : buffer.size();
  }

  std::size_t wait(std::size_t start, std::size_t size) {
    const auto waiting = size - start;
    if (waiting > limits_.waiting_max) {
      scanned_ = 0;
      return size;
    }
    scanned_ = waiting;
    return start;
  }

  template <class OnFrame, class OnInvalid>
  void deliver(mutable_octets escaped, OnFrame&& on_frame, OnInvalid&& on_invalid) const {
    const auto size = unescape(escaped);
    if (size >= limits_.frame_min && size <= limits_.frame_max)
      on_frame(escaped.first(size));
    else
      on_invalid(size);
  }

  hdlc_limits limits_;
  std::size_t scanned_ = 0;  // octets at the front, flag first, that are known to hold no closing flag
};

}  // namespace plexus
