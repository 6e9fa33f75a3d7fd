// What the metrics say of an interface. Figures add up: over the connections of a listener, over those that are gone.
#pragma once

#include "actors/interfaces/tally.hpp"
#include "messages/latency_histogram.hpp"
#include "messages/traffic.hpp"
#include "transport/gates/interface_gate.hpp"
#include "transport/router/router_types.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace plexus {

/// Kinds of packets that figures tell apart.
enum class packet_class : octet { data, announce, path_request, count_ };
inline constexpr std::size_t packet_classes = static_cast<std::size_t>(packet_class::count_);
inline constexpr std::array<std::string_view, packet_classes> packet_class_names{"data", "announce", "path_request"};

constexpr std::size_t class_index(traffic_class kind) {
  return std::min(static_cast<std::size_t>(kind), packet_classes - 1);
}
constexpr std::size_t class_index(transmit_kind kind) {
  return std::min(static_cast<std::size_t>(kind), packet_classes - 1);
}

/// One round of reading of a connection in so many is timed, from there to the socket that its packets leave by.
inline constexpr unsigned timed_rounds = 256;

/// What only grows.
struct interface_counts {
  std::uint64_t received_octets = 0, sent_octets = 0;  ///< framing included
  std::array<packet_count, packet_classes> received{}, sent{}, transmit_dropped{};
  std::uint64_t frames_invalid = 0;
  drop_counters refused{};  ///< by the reader
  std::uint64_t reconnects = 0, cut_off = 0;
  gate_losses gate{};
  latency_histogram forwarding;  ///< sampled; see packet_batch::read_at

  interface_counts& operator+=(const interface_counts& other);
};

/// What is so now, in connections unless another unit is named.
struct interface_levels {
  std::uint64_t online = 0, slow = 0, holding = 0;
  std::uint64_t transmit_octets = 0;
  std::uint64_t announces_under_cap = 0, announces_held = 0;  ///< announces
  std::uint64_t announce_bursts = 0, path_request_bursts = 0;

  interface_levels& operator+=(const interface_levels& other);
};

/// One interface of the configuration, with all its connections and peers.
struct interface_figures {
  std::string name;  ///< its section
  bool up = false;
  interface_counts counts;  ///< those of connections that are gone included
  interface_levels levels;
};

struct interfaces_figures {
  std::vector<interface_figures> interfaces;
  std::uint64_t local_clients = 0;
  std::uint64_t restarts = 0;
};
using interfaces_figures_ptr = std::shared_ptr<const interfaces_figures>;

/// A latency_histogram whose writer needs not be asked.
class latency_tally {
public:
  void observe(duration took);
  latency_histogram read() const;

private:
  std::array<tally, latency_histogram::bounds.size() + 1> counts_{};
  tally sum_;
};

}  // namespace plexus
