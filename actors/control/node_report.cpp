#include "actors/control/node_report.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <unistd.h>

namespace plexus {
namespace {

/// Octets of the packet that time-outs are reckoned with. Source: Reticulum.MTU, MINIMUM_BITRATE,
/// DEFAULT_PER_HOP_TIMEOUT.
constexpr double mtu = 500, bitrate_min = 5, per_hop_timeout = 6;

octet_string copy(octets from) {
  return {from.begin(), from.end()};
}

/// Whole where nothing flowed, as before the reference's first sample.
number rate(double value) {
  return value == 0 ? number(0) : number(value);
}

bool is(const interface_report& report, std::string_view type) {
  return report.description->type == type;
}
bool is_listener(const interface_report& report) {
  return is(report, "TCPServerInterface") || is(report, "BackboneInterface") || is(report, "LocalServerInterface");
}

struct violations {
  std::uint64_t protocol = 0, access = 0, filter = 0;
};
violations violations_of(const drop_counters& drops) {
  violations found;
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    const auto reason = static_cast<drop_reason>(i);
    if (is_protocol_violation(reason))
      found.protocol += drops[i];
    if (is_ifac_violation(reason))
      found.access += drops[i];
    if (is_filter_hit(reason))
      found.filter += drops[i];
  }
  return found;
}

number unix_or_zero(const std::optional<instant>& at, const clocks& clock) {
  return at ? number(clock.to_unix(*at).seconds) : number(0);
}

void set_traffic(interface_status& s, const interface_report& report) {
  const auto& t = report.traffic;
  s.rxb = t.received_octets;
  s.txb = t.sent_octets;
  s.arxb = t.gate.announces_in.octets;
  s.atxb = t.gate.announces_out.octets;
  s.prxb = t.gate.path_requests_in.octets;
  s.ptxb = t.gate.path_requests_out.octets;
  if (!is_listener(report)) {  // the reference's listeners add up the octets of their connections, not the packets
    s.arxc = t.gate.announces_in.packets;
    s.atxc = t.gate.announces_out.packets;
    s.prxc = t.gate.path_requests_in.packets;
    s.ptxc = t.gate.path_requests_out.packets;
  }
  s.rxs = rate(report.rates.received);
  s.txs = rate(report.rates.sent);
  s.arxs = rate(report.rates.announces_in);
  s.atxs = rate(report.rates.announces_out);
  s.prxs = rate(report.rates.path_requests_in);
  s.ptxs = rate(report.rates.path_requests_out);
  s.txdrp = report.transmit_dropped_packets;
  s.txdrb = report.transmit_dropped_octets;
  s.txstalled = report.stalled;
  s.txbuffered = report.transmit_waiting;
}

void set_gate(interface_status& s, const interface_report& report, const clocks& clock) {
  const auto& gate = report.gate;
  s.incoming_announce_frequency = rate(gate.announces_in_hz);
  s.outgoing_announce_frequency = rate(gate.announces_out_hz);
  s.incoming_pr_frequency = rate(gate.path_requests_in_hz);
  s.outgoing_pr_frequency = rate(gate.path_requests_out_hz);
  s.held_announces = static_cast<std::int64_t>(gate.held_announces);
  s.burst_active = gate.bursts.announces;
  s.burst_activated = unix_or_zero(gate.announce_burst_activated, clock);
  s.pr_burst_active = gate.bursts.path_requests;
  s.pr_burst_activated = unix_or_zero(gate.path_request_burst_activated, clock);
  if (gate.announce_queue)
    s.announce_queue = static_cast<std::int64_t>(*gate.announce_queue);
}

void set_facts(interface_status& s, const interface_report& report) {
  const auto& facts = report.facts;
  s.name = facts.name;
  s.hash = copy(facts.hash.bytes());
  s.status = facts.online;
  s.mode = static_cast<std::int64_t>(facts.mode);
  s.gravity = number(std::int64_t{facts.gravity});
  s.announces_to_internal = facts.announces_to_internal;
  if (facts.bitrate > 0)
    s.bitrate = number(facts.bitrate);
  if (facts.hw_mtu > 0)
    s.mtu = std::int64_t{facts.hw_mtu};
  if (facts.ifac_size > 0)
    s.ifac_size = facts.ifac_size;
  if (facts.announce_rate.target > duration{}) {
    s.announce_rate_target = number(static_cast<std::int64_t>(seconds_of(facts.announce_rate.target)));
    s.announce_rate_penalty = number(static_cast<std::int64_t>(seconds_of(facts.announce_rate.penalty)));
    s.announce_rate_grace = number(std::int64_t{facts.announce_rate.grace});
  }
}

interface_status status_of(const interface_report& report, const clocks& clock) {
  interface_status s;
  s.short_name = report.description->short_name;
  s.type = report.description->type;
  s.ifac_netname = report.description->access_name;
  if (report.description->autoconnect_source)
    s.autoconnect_source = report.description->autoconnect_source->hex();
  s.ifac_signature = report.description->access_code;
  if (report.clients)
    s.clients = static_cast<std::int64_t>(*report.clients);
  if (report.peers)
    s.peers = static_cast<std::int64_t>(*report.peers);
  if (is(report, "BackboneInterface")) {
    s.blocked_ip_list = report.blocked.value_or(std::vector<std::string>{});
    s.blocked_ips = static_cast<std::int64_t>(s.blocked_ip_list.content->size());
    s.burst_count = std::int64_t{0};
    s.pr_burst_count = std::int64_t{0};
  }
  set_facts(s, report);
  set_traffic(s, report);
  set_gate(s, report, clock);
  const auto counted = violations_of(report.refused);
  s.protocol_violations = counted.protocol;
  s.ifac_violations = counted.access;
  s.packet_filter_hits = counted.filter;
  return s;
}

number sum(const std::optional<number>& a, const std::optional<number>& b) {
  return rate((a ? a->real() : 0) + (b ? b->real() : 0));
}

/// A listener hears and sends what its connections do.
void add_child(interface_status& parent, const interface_status& child) {
  parent.incoming_announce_frequency = sum(parent.incoming_announce_frequency, child.incoming_announce_frequency);
  parent.outgoing_announce_frequency = sum(parent.outgoing_announce_frequency, child.outgoing_announce_frequency);
  parent.incoming_pr_frequency = sum(parent.incoming_pr_frequency, child.incoming_pr_frequency);
  parent.outgoing_pr_frequency = sum(parent.outgoing_pr_frequency, child.outgoing_pr_frequency);
  if (parent.burst_count)
    parent.burst_count = *parent.burst_count + child.burst_active;
  if (parent.pr_burst_count)
    parent.pr_burst_count = *parent.pr_burst_count + child.pr_burst_active;
}

/// The order that the reference keeps its interfaces in.
std::vector<const interface_report*> fastest_first(const std::vector<interface_report>& reports) {
  std::vector<const interface_report*> order;
  for (const auto& report : reports)
    order.push_back(&report);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return a->facts.bitrate != b->facts.bitrate ? a->facts.bitrate > b->facts.bitrate
                                                : a->facts.id.slot() < b->facts.id.slot();
  });
  return order;
}

void set_interfaces(node_status& s, const interfaces_report& interfaces, const clocks& clock) {
  std::unordered_map<std::uint32_t, std::size_t> index;
  const auto order = fastest_first(interfaces.interfaces);
  const bool announced = interfaces.totals.gate.announces_out.packets > 0;
  for (const auto* report : order) {
    index[report->facts.id.value] = s.interfaces.size();
    s.interfaces.push_back(status_of(*report, clock));
    if (is_listener(*report) && announced)  // the reference's listeners take part in every round, with nothing to send
      s.interfaces.back().announce_queue = std::int64_t{0};
  }
  for (std::size_t i = 0; i < s.interfaces.size(); ++i) {
    const auto parent = index.find(order[i]->facts.parent.value);
    if (parent == index.end())
      continue;
    auto& above = s.interfaces[parent->second];
    s.interfaces[i].parent_interface_name = above.name;
    s.interfaces[i].parent_interface_hash = above.hash;
    add_child(above, s.interfaces[i]);
  }
}

void set_totals(node_status& s, const interfaces_report& interfaces) {
  const auto& t = interfaces.totals;
  s.rxb = t.received_octets;
  s.txb = t.sent_octets;
  s.arxb = t.gate.announces_in.octets;
  s.atxb = t.gate.announces_out.octets;
  s.prxb = t.gate.path_requests_in.octets;
  s.ptxb = t.gate.path_requests_out.octets;
  const auto& r = interfaces.rates;
  s.rxs = rate(r.received);
  s.txs = rate(r.sent);
  s.arxs = rate(r.announces_in);
  s.atxs = rate(r.announces_out);
  s.prxs = rate(r.path_requests_in);
  s.ptxs = rate(r.path_requests_out);
  s.rxpps = number(static_cast<std::int64_t>(std::llround(r.received_packet_rate)));
  s.txpps = number(static_cast<std::int64_t>(std::llround(r.sent_packet_rate)));
  std::optional<number> announces_in, announces_out, requests_in, requests_out;
  for (const auto& one : s.interfaces)
    if (!one.parent_interface_name && one.type != "LocalServerInterface") {
      announces_in = sum(announces_in, one.incoming_announce_frequency);
      announces_out = sum(announces_out, one.outgoing_announce_frequency);
      requests_in = sum(requests_in, one.incoming_pr_frequency);
      requests_out = sum(requests_out, one.outgoing_pr_frequency);
    }
  s.arxf = announces_in.value_or(0);
  s.atxf = announces_out.value_or(0);
  s.prxf = requests_in.value_or(0);
  s.ptxf = requests_out.value_or(0);
}

number pressure(std::uint64_t waiting, std::uint64_t length) {
  return waiting == 0 || length == 0 ? number(0) : number(static_cast<double>(waiting) / static_cast<double>(length));
}

/// Data is never queued in a shard: it is decided when it comes in.
void set_queues(node_status& s, const std::vector<shard_status>& shards, const reticulum_config& config) {
  std::array<std::uint64_t, traffic_classes> queued{}, dropped{};
  for (const auto& shard : shards)
    for (std::size_t i = 0; i < traffic_classes; ++i) {
      queued[i] += shard.queued[i];
      dropped[i] += shard.queue_dropped[i];
    }
  const std::array<std::uint64_t, traffic_classes> length{config.data_queue_max, config.announce_queue_max,
                                                          config.path_request_queue_max, config.limited_queue_max};
  s.rxqd = queued[0];
  s.rxqa = queued[1];
  s.rxqp = queued[2];
  s.rxqil = queued[3];
  s.rxqt = queued[0] + queued[1] + queued[2] + queued[3];
  s.rxqdd = dropped[0];
  s.rxqad = dropped[1];
  s.rxqpd = dropped[2];
  s.rxqild = dropped[3];
  s.rxqtd = dropped[0] + dropped[1] + dropped[2] + dropped[3];
  s.dqpressure = pressure(queued[0], length[0]);
  s.aqpressure = pressure(queued[1], length[1]);
  s.pqpressure = pressure(queued[2], length[2]);
  s.ilqpressure = pressure(queued[3], length[3]);
  s.tqpressure = pressure(*s.rxqt, length[0] + length[1] + length[2] + length[3]);
}

}  // namespace

node_status status_of(const interfaces_report& interfaces, const std::vector<shard_status>& shards,
                      const node_facts& node, const clocks& clock) {
  node_status s;
  set_interfaces(s, interfaces, clock);
  set_totals(s, interfaces);
  set_queues(s, shards, node.config);
  if (node.config.enable_transport) {
    s.transport_id = copy(node.identity.bytes());
    s.network_id = std::nullopt;
    if (node.network)
      s.network_id = copy(node.network->bytes());
    s.transport_uptime = number(clock.unix_now.seconds - node.started.seconds);
    s.probe_responder = std::nullopt;
    if (node.probe_responder)
      s.probe_responder = copy(node.probe_responder->bytes());
  }
  s.rss = node.memory;
  return s;
}

interface_names::interface_names(const interface_list& interfaces) : interfaces_(interfaces) {
  for (const auto& one : *interfaces)
    by_id_[one.facts->id.value] = one.facts.get();
}

const interface_facts* interface_names::find(interface_id id) const {
  const auto found = by_id_.find(id.value);
  return found == by_id_.end() ? nullptr : found->second;
}

std::string interface_names::name_of(interface_id id) const {
  const auto* facts = find(id);
  return facts ? facts->name : "None";
}

void append_paths(path_entries& to, const path_list& paths, const interface_names& names, const clocks& clock) {
  to.reserve(to.size() + paths->size());
  for (const auto& path : *paths)
    to.push_back({path.destination, number(clock.to_unix(path.learned_at).seconds), path.next_hop, path.hops,
                  number(clock.to_unix(path.expires_at).seconds), names.name_of(path.heard_on)});
}

void append_rates(rate_entries& to, const rate_list& rates, const clocks& clock) {
  for (const auto& rate : *rates) {
    rate_entry entry;
    entry.destination = rate.destination;
    entry.last = number(clock.to_unix(rate.last).seconds);
    entry.rate_violations = rate.violations;
    entry.blocked_until = unix_or_zero(rate.blocked_until, clock);
    for (const auto heard : rate.heard)
      entry.timestamps.emplace_back(clock.to_unix(heard).seconds);
    to.push_back(std::move(entry));
  }
}

number first_hop_timeout(const interface_facts* next) {
  if (!next || next->bitrate == 0)
    return number(static_cast<std::int64_t>(per_hop_timeout));
  return number(mtu * (1 / static_cast<double>(next->bitrate) * 8) + per_hop_timeout);
}

number medium_path_timeout(std::optional<std::uint64_t> lowest_bitrate) {
  if (!lowest_bitrate || *lowest_bitrate == 0)
    return number(0);
  return number(2 * (mtu * 8 / std::max(static_cast<double>(*lowest_bitrate), bitrate_min)) + per_hop_timeout);
}

std::optional<std::uint64_t> lowest_bitrate(const interface_list& interfaces) {
  std::optional<std::uint64_t> lowest;
  for (const auto& one : *interfaces)
    if (one.facts->online && one.facts->bitrate > 0)
      lowest = std::min(lowest.value_or(one.facts->bitrate), one.facts->bitrate);
  return lowest;
}

std::optional<std::uint64_t> resident_memory() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  if (!(statm >> size >> resident))
    return std::nullopt;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace plexus
