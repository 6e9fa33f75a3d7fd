#include "actors/interfaces/traffic_meter.hpp"

#include <algorithm>

namespace plexus {
namespace {

/// Every number that an interface's actor publishes, in the order of the meter.
template <class Totals, class Visitor>
void for_each_published(Totals& t, Visitor visit) {
  visit(t.sent_octets);
  visit(t.sent_packets);
  for (auto* count :
       {&t.gate.announces_in, &t.gate.announces_out, &t.gate.path_requests_in, &t.gate.path_requests_out}) {
    visit(count->packets);
    visit(count->octets);
  }
}

template <class Operation>
void combine(traffic_totals& to, traffic_totals from, Operation operation) {
  operation(to.received_octets, from.received_octets);
  operation(to.received_packets, from.received_packets);
  std::array<std::uint64_t, 10> numbers{};
  std::size_t i = 0;
  for_each_published(from, [&](std::uint64_t& number) { numbers[i++] = number; });
  i = 0;
  for_each_published(to, [&](std::uint64_t& number) { operation(number, numbers[i++]); });
}

}  // namespace

traffic_totals& traffic_totals::operator+=(const traffic_totals& other) {
  combine(*this, other, [](std::uint64_t& to, std::uint64_t from) { to += from; });
  return *this;
}

traffic_totals& traffic_totals::operator-=(const traffic_totals& other) {
  combine(*this, other, [](std::uint64_t& to, std::uint64_t from) { to -= from; });
  return *this;
}

void traffic_meter::publish(std::uint64_t sent_octets, std::uint64_t sent_packets, const gate_counters& gate) {
  traffic_totals now;
  now.sent_octets = sent_octets;
  now.sent_packets = sent_packets;
  now.gate = gate;
  std::size_t i = 0;
  for_each_published(now, [&](std::uint64_t& number) { published_[i++].store(number, std::memory_order_relaxed); });
}

traffic_totals traffic_meter::read() const {
  traffic_totals totals;
  if (reader_) {
    totals.received_octets = reader_->octets.load(std::memory_order_relaxed);
    totals.received_packets = reader_->packets.load(std::memory_order_relaxed);
  }
  std::size_t i = 0;
  for_each_published(totals, [&](std::uint64_t& number) { number = published_[i++].load(std::memory_order_relaxed); });
  return totals;
}

void traffic_meter::publish(const interface_condition& condition, const interface_gate& gate) {
  reconnects_ = condition.reconnects;
  cut_off_ = condition.cut_off;
  transmit_octets_ = condition.transmit_octets;
  slow_ = condition.slow;
  holding_ = condition.holding;
  const auto losses = gate.losses();
  queued_ = losses.queued;
  queue_refused_ = losses.queue_refused;
  queue_expired_ = losses.queue_expired;
  held_ = losses.held;
  hold_refused_ = losses.hold_refused;
  path_requests_refused_ = losses.path_requests_refused;
  under_cap_ = gate.queued();
  held_now_ = gate.held();
  const auto bursts = gate.bursts();
  announce_burst_ = bursts.announces;
  path_request_burst_ = bursts.path_requests;
}

interface_counts traffic_meter::counts() const {
  interface_counts c;
  c.received_octets = reader_->octets;
  c.frames_invalid = reader_->frames_invalid;
  std::copy(reader_->refused.begin(), reader_->refused.end(), c.refused.begin());
  for (std::size_t i = 0; i < packet_classes; ++i) {
    c.received[i] = {reader_->class_packets[i], reader_->class_octets[i]};
    if (sender_) {
      c.sent[i] = {sender_->class_packets[i], sender_->class_octets[i]};
      c.transmit_dropped[i] = {sender_->class_dropped_packets[i], sender_->class_dropped_octets[i]};
    }
  }
  if (sender_) {
    c.sent_octets = sender_->octets;
    c.forwarding = sender_->forwarding.read();
  }
  c.reconnects = reconnects_;
  c.cut_off = cut_off_;
  c.gate = {queued_, queue_refused_, queue_expired_, held_, hold_refused_, path_requests_refused_};
  return c;
}

interface_levels traffic_meter::levels() const {
  interface_levels l;
  l.slow = slow_;
  l.holding = holding_;
  l.transmit_octets = transmit_octets_;
  l.announces_under_cap = under_cap_;
  l.announces_held = held_now_;
  l.announce_bursts = announce_burst_;
  l.path_request_bursts = path_request_burst_;
  return l;
}

}  // namespace plexus
