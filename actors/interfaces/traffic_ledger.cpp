#include "actors/interfaces/traffic_ledger.hpp"

namespace plexus {
namespace {

traffic_rates rates_between(const traffic_totals& before, traffic_totals after, double seconds) {
  after -= before;
  const auto bits = [&](std::uint64_t octets) { return static_cast<double>(octets) * 8 / seconds; };
  traffic_rates rates;
  rates.received = bits(after.received_octets);
  rates.sent = bits(after.sent_octets);
  rates.announces_in = bits(after.gate.announces_in.octets);
  rates.announces_out = bits(after.gate.announces_out.octets);
  rates.path_requests_in = bits(after.gate.path_requests_in.octets);
  rates.path_requests_out = bits(after.gate.path_requests_out.octets);
  rates.received_packet_rate = static_cast<double>(after.received_packets) / seconds;
  rates.sent_packet_rate = static_cast<double>(after.sent_packets) / seconds;
  return rates;
}

traffic_rates& operator+=(traffic_rates& to, const traffic_rates& from) {
  to.received += from.received;
  to.sent += from.sent;
  to.announces_in += from.announces_in;
  to.announces_out += from.announces_out;
  to.path_requests_in += from.path_requests_in;
  to.path_requests_out += from.path_requests_out;
  to.received_packet_rate += from.received_packet_rate;
  to.sent_packet_rate += from.sent_packet_rate;
  return to;
}

traffic_totals read(const traffic_meter_ptr& meter) {
  return meter ? meter->read() : traffic_totals{};
}

}  // namespace

void traffic_ledger::add(interface_id id, interface_id parent, bool in_totals, traffic_meter_ptr meter) {
  auto& added = entries_[id.value];
  added.parent = parent;
  added.in_totals = in_totals;
  added.meter = std::move(meter);
}

void traffic_ledger::remove(interface_id id) {
  const auto found = entries_.find(id.value);
  if (found == entries_.end())
    return;
  auto last = read(found->second.meter);
  last += found->second.gone;
  const auto parent = entries_.find(found->second.parent.value);
  if (parent != entries_.end())
    parent->second.gone += last;
  else if (!found->second.parent && found->second.in_totals)
    gone_ += last;
  entries_.erase(found);
}

void traffic_ledger::refresh() {
  for (auto& [id, one] : entries_) {
    one.line.totals = read(one.meter);
    one.line.totals += one.gone;
  }
  for (auto& [id, one] : entries_)
    if (one.parent)
      if (const auto parent = entries_.find(one.parent.value); parent != entries_.end())
        parent->second.line.totals += one.line.totals;
  node_.totals = gone_;
  for (const auto& [id, one] : entries_)
    if (!one.parent && one.in_totals)
      node_.totals += one.line.totals;
}

void traffic_ledger::sample(instant now) {
  refresh();
  const double seconds = seconds_of(now - sampled_at_);
  if (sampled_ && seconds <= 0)
    return;
  node_.rates = {};
  for (auto& [id, one] : entries_) {
    if (one.parent)
      continue;
    if (sampled_)
      one.line.rates = rates_between(one.sampled, one.line.totals, seconds);
    one.sampled = one.line.totals;
    if (one.in_totals) {
      node_.rates += one.line.rates;
    } else {  // the bits of local traffic are not in the totals, its packets are
      node_.rates.received_packet_rate += one.line.rates.received_packet_rate;
      node_.rates.sent_packet_rate += one.line.rates.sent_packet_rate;
    }
  }
  sampled_at_ = now;
  sampled_ = true;
}

ledger_line traffic_ledger::line_of(interface_id id) const {
  const auto found = entries_.find(id.value);
  return found == entries_.end() ? ledger_line{} : found->second.line;
}

}  // namespace plexus
