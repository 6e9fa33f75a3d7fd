// Octets on their way into a socket, and what may still join them.
//
//   framed   in one piece of memory, front first; send() takes from the front
//
// Three marks, in octets that wait:
//
//   hold      from here on a peer that keeps up makes its sources wait instead of losing packets
//   bulk_max  from here on announces and path requests are dropped
//   size_max  from here on everything is dropped, whole packets only (rns-1.5.7 section 8.7: tx_hwm)
//
// One owner. No sockets, no clock.
#pragma once

#include "messages/octets.hpp"
#include "messages/traffic.hpp"

#include <cstddef>
#include <cstdint>

namespace plexus {

struct transmit_limits {
  std::size_t size_max = 4u << 20;
  std::size_t bulk_max() const { return size_max / 2; }
  std::size_t hold() const { return size_max / 4; }
  /// Below this a peer counts as having caught up.
  std::size_t low() const { return size_max / 16; }
};

class transmit_buffer {
public:
  explicit transmit_buffer(const transmit_limits& limits) : limits_(limits) {}

  const transmit_limits& limits() const { return limits_; }
  octets waiting() const { return {octets_.data() + front_, octets_.size() - front_}; }
  std::size_t size() const { return octets_.size() - front_; }
  bool empty() const { return size() == 0; }

  bool must_hold() const { return size() >= limits_.hold(); }
  bool is_low() const { return size() <= limits_.low(); }
  /// Whether a packet of `more` octets and this kind may still join.
  bool accepts(transmit_kind kind, std::size_t more) const {
    return size() + more <= (kind == transmit_kind::data ? limits_.size_max : limits_.bulk_max());
  }

  void append(octets framed);
  /// The first `count` octets are gone. Memory is given back when nothing waits.
  void consume(std::size_t count);
  void clear();

private:
  transmit_limits limits_;
  octet_string octets_;
  std::size_t front_ = 0;
};

}  // namespace plexus
