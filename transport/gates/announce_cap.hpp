// The share of an interface's bitrate that announces of others may take, and the queue of those that must wait for it.
//
// An announce goes out at once when nothing waits and the time booked by the last one is over; else it queues. The
// queue drains one announce at a time, fewest hops first, then longest waiting, and each books the channel for its size
// divided by the share. Recursive path requests book the same time, but never queue.
//
// Bound: 4096 destinations. When full, new destinations are refused; a newer emission of a queued one replaces it even
// then (the reference refuses that too). An interface of unknown bitrate sends nothing and queues until its bitrate is
// known (the reference queues, and loses the queue in an error).
//
// Source: rns-1.5.7 sections 1.8 and 1.10; Transport.py: outbound, request_path; Interface.py: process_announce_queue.
#pragma once

#include "messages/traffic.hpp"
#include "transport/gates/announce_shelf.hpp"

#include <memory>
#include <optional>

namespace plexus {

using announce_packet = std::shared_ptr<const octet_string>;

class announce_cap {
public:
  static constexpr std::size_t queued_max = 4096;
  static constexpr duration queued_life = std::chrono::seconds{10800};
  static constexpr double share_default = 0.02;
  /// A caller may come so late without the announces losing time: what was due meanwhile is handed out at once.
  static constexpr duration lateness_max = std::chrono::milliseconds{100};

  enum class admission { send_now, queued, refused };

  /// `share` of the bitrate, over 0 and up to 1. `bitrate` in bit/s, 0 while it is unknown.
  announce_cap(double share, std::uint64_t bitrate, std::uint64_t hash_secret);

  admission offer(const announce_transmit& announce, instant now);
  /// True: send the recursive path request of so many octets now; its time is booked.
  bool book_path_request(std::size_t size, instant now);
  /// The queued announce whose turn has come, or nothing. Each call that yields one puts off the next deadline.
  std::optional<announce_packet> drain(instant now);
  /// When drain() will have something to do; instant::max() when it has not.
  instant next_deadline() const { return drain_at_.value_or(instant::max()); }

  void set_bitrate(std::uint64_t bitrate, instant now);
  /// Empties the queue and returns how many announces waited.
  std::size_t clear();
  std::size_t queued() const { return queue_.size(); }
  /// Whether there ever was anything to queue or send under the cap.
  bool used() const { return used_; }
  /// Announces that ever had to wait.
  std::uint64_t queued_total() const { return queued_total_; }
  std::uint64_t refused() const { return refused_; }
  std::uint64_t expired() const { return expired_; }

private:
  struct waiting {
    announce_packet packet;
    std::uint64_t emitted = 0;
  };

  void book(std::size_t size, instant now);
  void arm(instant now);

  double share_;
  std::uint64_t bitrate_;
  instant allowed_at_ = instant::min();
  std::optional<instant> drain_at_;
  announce_shelf<waiting> queue_;
  bool used_ = false;
  std::uint64_t queued_total_ = 0, refused_ = 0, expired_ = 0;
};

}  // namespace plexus
