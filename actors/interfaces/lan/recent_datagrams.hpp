// Datagrams of the last moment: what a neighbour sends over two networks at once arrives twice.
// Source: AutoInterface.py: AutoInterfacePeer.process_incoming, MULTI_IF_DEQUE_LEN, MULTI_IF_DEQUE_TTL.
#pragma once

#include "messages/instant.hpp"

#include <array>
#include <chrono>
#include <cstdint>

namespace plexus {

class recent_datagrams {
public:
  static constexpr std::size_t capacity = 48;  ///< the oldest is forgotten first
  static constexpr duration lifetime = std::chrono::milliseconds(750);

  /// Whether a datagram of this fingerprint came within the lifetime. Remembered if not.
  bool heard_before(std::uint64_t fingerprint, instant now) {
    for (std::size_t i = 0; i < count_; ++i)
      if (entries_[i].fingerprint == fingerprint && now < entries_[i].at + lifetime)
        return true;
    entries_[next_] = {fingerprint, now};
    next_ = (next_ + 1) % capacity;
    count_ += count_ < capacity;
    return false;
  }

private:
  struct entry {
    std::uint64_t fingerprint = 0;
    instant at{};
  };
  std::array<entry, capacity> entries_{};
  std::size_t next_ = 0, count_ = 0;
};

}  // namespace plexus
