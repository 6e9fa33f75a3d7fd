// Two ends of octet streams, a socket twice or a pair of FIFOs, and the packets on them in HDLC frames.
#pragma once

#include "messages/octets.hpp"
#include "transport/framing/hdlc.hpp"

#include <functional>

namespace plexus::bridge {

class stream_port {
public:
  /// Owns the descriptors, which do not block.
  stream_port(int in, int out, const hdlc_limits& limits);
  ~stream_port();
  stream_port(const stream_port&) = delete;
  stream_port& operator=(const stream_port&) = delete;

  int in() const { return in_; }
  int out() const { return out_; }
  bool wants_to_write() const { return !unsent_.empty(); }
  bool ended() const { return ended_; }
  /// Octets that were handed to the system, frames included.
  std::uint64_t octets_sent() const { return octets_sent_; }

  void send(octets packet);
  /// Reads what there is.
  void read(const std::function<void(octets)>& on_packet);
  void write();

private:
  int in_, out_;
  hdlc_deframer deframer_;
  octet_string waiting_, unsent_;
  std::uint64_t octets_sent_ = 0;
  bool ended_ = false;
};

}  // namespace plexus::bridge
