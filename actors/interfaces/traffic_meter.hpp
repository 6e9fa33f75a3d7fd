// What an interface carried, for status and metrics: counted where it happens, read from anywhere, without a message.
//
// Each number has one writer, the interface's actor or its reader, and is right for itself; two numbers read together
// need not be of the same moment. Writing is a plain store, so nothing waits for whoever reads.
#pragma once

#include "actors/interfaces/interface_figures.hpp"
#include "actors/interfaces/tally.hpp"
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
  std::array<tally, packet_classes> class_packets{}, class_octets{};
};

/// What went out. Written by the transmitter alone, that is by the interface's actor.
struct transmit_counters {
  tally packets, octets;  ///< octets that the medium took, framing included
  tally dropped_packets, dropped_octets;
  std::array<tally, packet_classes> class_packets{}, class_octets{}, class_dropped_packets{}, class_dropped_octets{};
  latency_tally forwarding;

  void count_sent(transmit_kind kind, std::size_t size) {
    ++packets;
    ++class_packets[class_index(kind)];
    class_octets[class_index(kind)] += size;
  }
  void count_dropped(transmit_kind kind, std::size_t size) {
    ++dropped_packets;
    dropped_octets += size;
    ++class_dropped_packets[class_index(kind)];
    class_dropped_octets[class_index(kind)] += size;
  }
};

/// What an interface's actor knows besides, as it publishes it.
struct interface_condition {
  std::uint64_t reconnects = 0, cut_off = 0;
  std::uint64_t transmit_octets = 0;  ///< waiting
  bool slow = false, holding = false;
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
  /// `sender` may be null.
  explicit traffic_meter(std::shared_ptr<const reader_counters> reader,
                         std::shared_ptr<const transmit_counters> sender = nullptr)
      : reader_(std::move(reader)), sender_(std::move(sender)) {}

  /// The interface's actor alone.
  void publish(std::uint64_t sent_octets, std::uint64_t sent_packets, const gate_counters& gate);
  void publish(const interface_condition& condition, const interface_gate& gate);
  traffic_totals read() const;
  interface_counts counts() const;
  /// Without those that the interface's facts tell.
  interface_levels levels() const;

private:
  std::shared_ptr<const reader_counters> reader_;
  std::shared_ptr<const transmit_counters> sender_;
  std::array<std::atomic<std::uint64_t>, 10> published_{};
  tally reconnects_, cut_off_, transmit_octets_, slow_, holding_;
  tally queued_, queue_refused_, queue_expired_, held_, hold_refused_, path_requests_refused_;
  tally under_cap_, held_now_, announce_burst_, path_request_burst_;
};
using traffic_meter_ptr = std::shared_ptr<const traffic_meter>;

}  // namespace plexus
