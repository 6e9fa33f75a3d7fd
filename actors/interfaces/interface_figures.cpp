#include "actors/interfaces/interface_figures.hpp"

#include <algorithm>

namespace plexus {
namespace {

template <std::size_t N>
void add(std::array<packet_count, N>& to, const std::array<packet_count, N>& more) {
  for (std::size_t i = 0; i < N; ++i)
    to[i].add(more[i].packets, more[i].octets);
}

}  // namespace

interface_counts& interface_counts::operator+=(const interface_counts& other) {
  received_octets += other.received_octets;
  sent_octets += other.sent_octets;
  add(received, other.received);
  add(sent, other.sent);
  add(transmit_dropped, other.transmit_dropped);
  frames_invalid += other.frames_invalid;
  for (std::size_t i = 0; i < drop_reasons; ++i)
    refused[i] += other.refused[i];
  reconnects += other.reconnects;
  cut_off += other.cut_off;
  gate.queued += other.gate.queued;
  gate.queue_refused += other.gate.queue_refused;
  gate.queue_expired += other.gate.queue_expired;
  gate.held += other.gate.held;
  gate.hold_refused += other.gate.hold_refused;
  gate.path_requests_refused += other.gate.path_requests_refused;
  forwarding += other.forwarding;
  return *this;
}

interface_levels& interface_levels::operator+=(const interface_levels& other) {
  online += other.online;
  slow += other.slow;
  holding += other.holding;
  transmit_octets += other.transmit_octets;
  announces_under_cap += other.announces_under_cap;
  announces_held += other.announces_held;
  announce_bursts += other.announce_bursts;
  path_request_bursts += other.path_request_bursts;
  return *this;
}

void latency_tally::observe(duration took) {
  took = std::max(took, duration::zero());
  ++counts_[latency_histogram::class_of(took)];
  sum_ += static_cast<std::uint64_t>(took.count());
}

latency_histogram latency_tally::read() const {
  std::array<std::uint64_t, latency_histogram::bounds.size() + 1> counts{};
  std::copy(counts_.begin(), counts_.end(), counts.begin());
  return {counts, duration(static_cast<std::int64_t>(std::uint64_t{sum_}))};
}

}  // namespace plexus
