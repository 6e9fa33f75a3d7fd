#include "actors/metrics/node_figures.hpp"

#include "actors/metrics/process_figures.hpp"

#include <algorithm>

namespace plexus {
namespace {

constexpr std::array<std::string_view, traffic_classes> queue_names{"data", "announce", "path_request", "limited"};

/// Adds what only grows, and leaves the rest.
void add_counts(shard_status& to, const shard_status& from) {
  for (std::size_t i = 0; i < traffic_classes; ++i)
    to.queue_dropped[i] += from.queue_dropped[i];
  to.forwarded_data += from.forwarded_data;
  to.forwarded_link_data += from.forwarded_link_data;
  to.announces_verified += from.announces_verified;
  to.link_proofs_verified += from.link_proofs_verified;
  for (std::size_t i = 0; i < drop_reasons; ++i)
    to.dropped[i] += from.dropped[i];
  for (std::size_t i = 0; i < announce_outcomes; ++i)
    to.announces[i] += from.announces[i];
  to.path_requests_answered += from.path_requests_answered;
  to.path_request_latency += from.path_request_latency;
}

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

void add_process(exposition& out) {
  const auto build = this_build();
  out.add(families::build_info, {build.version, build.compiler, build.revision}, 1);
  const auto process = read_process_figures();
  out.add(families::cpu_seconds, {}, process.cpu_seconds);
  out.add(families::start_time, {}, process.start_time);
  out.add(families::resident_memory, {}, number(process.resident_bytes));
  out.add(families::virtual_memory, {}, number(process.virtual_bytes));
  out.add(families::open_fds, {}, number(process.open_fds));
  out.add(families::max_fds, {}, number(process.max_fds));
}

void add_node(exposition& out, const node_figures& figures) {
  out.add(families::ready, {}, figures.progress && figures.progress->reason_not_ready().empty());
  for (const auto& [actor, answered] : figures.answers)
    out.add(families::actor_answers, {actor}, answered);
  for (const auto& [supervisor, restarts] : figures.restarts)
    out.add(families::restarts, {supervisor}, number(restarts));
  out.add(families::gather_seconds, {}, seconds_of(figures.gathered_in));
  if (figures.interfaces)
    out.add(families::local_clients, {}, number(figures.interfaces->local_clients));
}

void add_discovery(exposition& out, const discovery_meter& d) {
  for (std::size_t i = 0; i < d.outcomes.size(); ++i)
    out.add(families::discovery_announces, {discovery_outcome_names[i]}, number(d.outcomes[i]));
  out.add(families::discovered_interfaces, {}, number(d.interfaces));
  out.add(families::discovery_connections, {}, number(d.connections));
}

void add_storage(exposition& out, const storage_status& s) {
  out.add(families::saves, {"complete"}, number(s.saves));
  out.add(families::saves, {"failed"}, number(s.saves_failed));
  out.add(families::save_seconds, {}, seconds_of(s.last_save_took));
  out.add(families::restore_seconds, {}, seconds_of(s.restore_took));
  out.add(families::paths_restored, {}, number(s.paths_restored));
  out.add(families::paths_waiting, {}, number(s.paths_waiting));
}

void add_tables(exposition& out, const std::string& shard, const shard_status& s) {
  const auto entries = [&](std::string_view table, std::size_t count) {
    out.add(families::table_entries, {shard, table}, number(count));
  };
  entries("paths", s.paths);
  entries("links_validated", s.links_validated);
  entries("links_pending", s.links - s.links_validated);
  entries("reverse", s.reverses);
  entries("packet_hashes", s.packet_hashes);
  entries("tunnels", s.tunnels);
  entries("announces_pending", s.announces_pending);
  entries("path_requests", s.path_requests_pending);
  const auto capacity = [&](std::string_view table, std::size_t count) {
    out.add(families::table_capacity, {shard, table}, number(count));
  };
  capacity("paths_and_links", s.capacities.paths_and_links);
  capacity("reverse", s.capacities.reverses);
  capacity("packet_hashes", s.capacities.packet_hashes);
  capacity("tunnels", s.capacities.tunnels);
  capacity("announces_pending", s.capacities.announces_pending);
  capacity("path_requests", s.capacities.path_requests_pending);
}

void add_shard(exposition& out, const std::string& shard, const shard_status& s) {
  out.add(families::forwarded, {shard, "data"}, number(s.forwarded_data));
  out.add(families::forwarded, {shard, "link"}, number(s.forwarded_link_data));
  for (std::size_t i = 0; i < drop_reasons; ++i)
    out.add(families::dropped, {shard, to_string(static_cast<drop_reason>(i))}, number(s.dropped[i]));
  for (std::size_t i = 0; i < announce_outcomes; ++i)
    out.add(families::announces, {shard, to_string(static_cast<announce_outcome>(i))}, number(s.announces[i]));
  out.add(families::signature_checks, {shard, "announce"}, number(s.announces_verified));
  out.add(families::signature_checks, {shard, "link_proof"}, number(s.link_proofs_verified));
  for (std::size_t i = 0; i < traffic_classes; ++i) {
    if (static_cast<traffic_class>(i) == traffic_class::data)  // never waits
      continue;
    out.add(families::queue_packets, {shard, queue_names[i]}, number(s.queued[i]));
    out.add(families::queue_capacity, {shard, queue_names[i]}, number(s.capacities.queued[i]));
    out.add(families::queue_dropped, {shard, queue_names[i]}, number(s.queue_dropped[i]));
  }
  add_tables(out, shard, s);
  out.add(families::path_requests_answered, {shard}, number(s.path_requests_answered));
  out.add(families::path_request_latency, {shard}, s.path_request_latency);
}

void add_by_class(exposition& out, const metric_family& packets, const metric_family& bytes, const std::string& name,
                  std::string_view direction, const std::array<packet_count, packet_classes>& counts) {
  for (std::size_t i = 0; i < packet_classes; ++i) {
    out.add(packets, {name, direction, packet_class_names[i]}, number(counts[i].packets));
    out.add(bytes, {name, direction, packet_class_names[i]}, number(counts[i].octets));
  }
}

void add_counts(exposition& out, const std::string& name, const interface_counts& c) {
  out.add(families::wire_bytes, {name, "in"}, number(c.received_octets));
  out.add(families::wire_bytes, {name, "out"}, number(c.sent_octets));
  add_by_class(out, families::packets, families::packet_bytes, name, "in", c.received);
  add_by_class(out, families::packets, families::packet_bytes, name, "out", c.sent);
  for (std::size_t i = 0; i < packet_classes; ++i) {
    out.add(families::transmit_dropped, {name, packet_class_names[i]}, number(c.transmit_dropped[i].packets));
    out.add(families::transmit_dropped_bytes, {name, packet_class_names[i]}, number(c.transmit_dropped[i].octets));
  }
  for (std::size_t i = 0; i < drop_reasons; ++i)
    if (c.refused[i] > 0)
      out.add(families::refused, {name, to_string(static_cast<drop_reason>(i))}, number(c.refused[i]));
  out.add(families::frames_invalid, {name}, number(c.frames_invalid));
  out.add(families::reconnects, {name}, number(c.reconnects));
  out.add(families::cut_off, {name}, number(c.cut_off));
  const auto announces = [&](std::string_view outcome, std::uint64_t count) {
    out.add(families::interface_announces, {name, outcome}, number(count));
  };
  announces("queued", c.gate.queued);
  announces("queue_refused", c.gate.queue_refused);
  announces("queue_expired", c.gate.queue_expired);
  announces("held", c.gate.held);
  announces("hold_refused", c.gate.hold_refused);
  out.add(families::path_requests_limited, {name}, number(c.gate.path_requests_refused));
  out.add(families::forwarding_latency, {name}, c.forwarding);
}

void add_interface_figures(exposition& out, const interface_figures& one) {
  const auto& name = one.name;
  const auto& l = one.levels;
  out.add(families::interface_up, {name}, one.up);
  out.add(families::connections, {name}, number(l.online));
  out.add(families::stalled, {name}, number(l.slow));
  out.add(families::holding, {name}, number(l.holding));
  out.add(families::transmit_buffer, {name}, number(l.transmit_octets));
  out.add(families::announces_waiting, {name, "cap"}, number(l.announces_under_cap));
  out.add(families::announces_waiting, {name, "burst"}, number(l.announces_held));
  out.add(families::bursts, {name, "announce"}, number(l.announce_bursts));
  out.add(families::bursts, {name, "path_request"}, number(l.path_request_bursts));
  add_counts(out, name, one.counts);
}

void add_violations(exposition& out, const drop_counters& all) {
  std::uint64_t protocol = 0, ifac = 0, filtered = 0;
  for (std::size_t i = 0; i < drop_reasons; ++i) {
    const auto reason = static_cast<drop_reason>(i);
    protocol += is_protocol_violation(reason) ? all[i] : 0;
    ifac += is_ifac_violation(reason) ? all[i] : 0;
    filtered += is_filter_hit(reason) ? all[i] : 0;
  }
  out.add(families::violations, {"protocol"}, number(protocol));
  out.add(families::violations, {"ifac"}, number(ifac));
  out.add(families::violations, {"filter"}, number(filtered));
}

}  // namespace

void shard_ledger::on_status(std::size_t index, std::uint64_t life, const shard_status& status) {
  if (index >= entries_.size())
    entries_.resize(index + 1);
  auto& one = entries_[index];
  if (one.life != 0 && one.life != life)
    add_counts(one.gone, one.last);
  one.life = life;
  one.last = status;
}

shard_status shard_ledger::status_of(std::size_t index) const {
  auto status = entries_[index].last;
  add_counts(status, entries_[index].gone);
  return status;
}

void node_figures::on_storage(const storage_status& status) {
  storage = status;
  restarts.emplace_back("storage", status.restarts);
}

void node_figures::note_answer(const std::string& actor, bool answered) {
  const auto known = std::find_if(answers.begin(), answers.end(), [&](const auto& one) { return one.first == actor; });
  if (known == answers.end())
    answers.emplace_back(actor, answered);
  else
    known->second = known->second && answered;
}

std::string text_of(const node_figures& figures, const shard_ledger& shards) {
  exposition out;
  add_process(out);
  add_node(out, figures);
  if (figures.storage)
    add_storage(out, *figures.storage);
  if (figures.discovery)
    add_discovery(out, *figures.discovery);
  drop_counters dropped{};
  const auto note_drops = [&](const drop_counters& more) {
    for (std::size_t i = 0; i < drop_reasons; ++i)
      dropped[i] += more[i];
  };
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const auto status = shards.status_of(i);
    add_shard(out, std::to_string(i), status);
    note_drops(status.dropped);
  }
  if (figures.interfaces) {
    for (const auto& one : figures.interfaces->interfaces) {
      add_interface_figures(out, one);
      note_drops(one.counts.refused);
    }
    add_violations(out, dropped);
  }
  return out.text();
}

}  // namespace plexus
