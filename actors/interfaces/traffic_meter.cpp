#include "actors/interfaces/traffic_meter.hpp"

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

}  // namespace plexus
