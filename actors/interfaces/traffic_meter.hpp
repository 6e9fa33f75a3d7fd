// What an interface carried, for status and metrics: counted where it happens, read from anywhere, without a message.
//
// Each number has one writer, the interface's actor or its reader, and is right for itself; two numbers read together
// need not be of the same moment. Writing is a plain store, so nothing waits for whoever reads.
#pragma once

#include "transport/gates/interface_gate.hpp"
#include "transport/router/router_types.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

namespace plexus {

/// What came in over an interface. Written by its reader alone.
struct reader_counters {
  std::atomic<std::uint64_t> octets{0}, packets{0}, frames_invalid{0};
  std::array<std::atomic<std::uint64_t>, drop_reasons> refused{};
};

/// Since the interface exists.
struct traffic_totals {
  std::uint64_t received_octets = 0, sent_octets = 0;  ///< framing included
  std::uint64_t received_packets = 0, sent_packets = 0;
  gate_counters gate{};

  traffic_totals& operator+=(const traffic_totals& other);
  traffic_totals& operator-=(const traffic_totals& other);
};

/// Over the last second or so.
struct traffic_rates {
  double received = 0, sent = 0;                          ///< bit/s
  double announces_in = 0, announces_out = 0;             ///< bit/s
  double path_requests_in = 0, path_requests_out = 0;     ///< bit/s
  double received_packet_rate = 0, sent_packet_rate = 0;  ///< packets/s
};

class traffic_meter {
public:
  explicit traffic_meter(std::shared_ptr<const reader_counters> reader) : reader_(std::move(reader)) {}

  /// The interface's actor alone.
  void publish(std::uint64_t sent_octets, std::uint64_t sent_packets, const gate_counters& gate);
  traffic_totals read() const;

private:
  std::shared_ptr<const reader_counters> reader_;
  std::array<std::atomic<std::uint64_t>, 10> published_{};
};
using traffic_meter_ptr = std::shared_ptr<const traffic_meter>;

}  // namespace plexus
