#include "apps/plexus/status_totals_text.hpp"

#include "apps/plexus/format.hpp"
#include "apps/plexus/status_lines.hpp"

#include <algorithm>

namespace plexus {
namespace {

struct two_lines {
  std::string sent, received;
};

/// Octet counts behind their arrows, padded to the same width.
two_lines octet_counts(std::uint64_t sent, std::uint64_t received) {
  two_lines lines{"↑" + pretty_size(static_cast<double>(sent)), "↓" + pretty_size(static_cast<double>(received))};
  const auto width = std::max(length_of(lines.sent), length_of(lines.received));
  return {padded(lines.sent, width), padded(lines.received, width)};
}

std::string block(std::string_view label, const two_lines& lines) {
  return "\n " + padded(std::string(label), 13) + ": " + lines.sent + "\n" + std::string(status_indent) +
         lines.received + "\n";
}

/// The part of a speed that is neither announces nor path requests.
std::string data_share(double speed, double overhead) {
  if (!(speed > 0))
    return {};
  const auto percent = 100.0 - std::min(100.0, overhead / speed * 100.0);
  return ", " + std::to_string(static_cast<int>(percent)) + "% data (" + pretty_speed(speed * (percent / 100.0)) + ")";
}

std::string traffic_block(const node_status& node, const status_options& options) {
  auto lines = octet_counts(node.txb, node.rxb);
  lines.received += "  " + pretty_speed(node.rxs.real());
  lines.sent += "  " + pretty_speed(node.txs.real());
  if ((options.path_requests || options.announces) && node.prxs && node.ptxs && node.arxs && node.atxs) {
    lines.received += data_share(node.rxs.real(), (*node.prxs).real() + (*node.arxs).real());
    lines.sent += data_share(node.txs.real(), (*node.ptxs).real() + (*node.atxs).real());
  }
  if (options.pps && node.rxpps && node.txpps) {
    lines.received += ", " + pretty_size((*node.rxpps).real(), "pps");
    lines.sent += ", " + pretty_size((*node.txpps).real(), "pps");
  }
  return block("Totals", lines);
}

struct flow {
  const keyed<std::uint64_t>&received, &sent;
  const keyed<number>&speed_received, &speed_sent, &frequency_received, &frequency_sent;
};

std::string flow_block(std::string_view label, const node_status& node, const flow& f) {
  if (!f.received || !f.sent || !f.speed_received || !f.speed_sent)
    return {};
  const auto rest = [](const number& speed, const number& whole, const keyed<number>& frequency) {
    return "  " + pretty_speed(speed.real()) + ", " + std::to_string(share_percent(speed.real(), whole.real())) +
           "% of flow, " + pretty_frequency(frequency.value_or(0).real());
  };
  auto lines = octet_counts(*f.sent, *f.received);
  lines.received += rest(*f.speed_received, node.rxs, f.frequency_received);
  lines.sent += rest(*f.speed_sent, node.txs, f.frequency_sent);
  return block(label, lines);
}

std::string pressure(const keyed<number>& share, std::string_view queue, const keyed<std::uint64_t>& waiting,
                     const keyed<std::uint64_t>& dropped) {
  auto text = text_of(rounded(share.value_or(0).real() * 100.0, 1)) + "% " + std::string(queue) + ", " +
              std::to_string(waiting.value_or(0)) + " pkts";
  if (dropped.value_or(0) != 0)
    text += ", " + std::to_string(*dropped) + " dropped";
  return text + "\n";
}

std::string link_table_text(const link_counts& links) {
  if (!links.all)
    return {};
  auto text = " " + std::to_string(*links.all) + (*links.all == 1 ? " entry" : " entries") + " in link table";
  if (links.active.value_or(0) != 0)
    text += " (" + std::to_string(*links.active) + " active)";
  return text;
}

}  // namespace

std::string totals_text(const node_status& node, const status_options& options) {
  auto text = traffic_block(node, options);
  if (options.path_requests)
    text += flow_block("Path Rqs.", node, {node.prxb, node.ptxb, node.prxs, node.ptxs, node.prxf, node.ptxf});
  if (options.announces)
    text += flow_block("Announces", node, {node.arxb, node.atxb, node.arxs, node.atxs, node.arxf, node.atxf});
  return text;
}

std::string queues_text(const node_status& node) {
  if (!node.rxqt)
    return {};
  const std::string indent(status_indent);
  return "\n Qu. Pressure : " + pressure(node.tqpressure, "total", node.rxqt, node.rxqtd) + indent +
         pressure(node.dqpressure, "data", node.rxqd, node.rxqdd) + indent +
         pressure(node.aqpressure, "announce", node.rxqa, node.rxqad) + indent +
         pressure(node.pqpressure, "path request", node.rxqp, node.rxqpd) + indent +
         pressure(node.ilqpressure, "ingress limiter", node.rxqil, node.rxqild);
}

std::string node_text(const node_status& node, const link_counts& links) {
  const auto link_table = link_table_text(links);
  if (!node.transport_id)
    return link_table.empty() ? "" : "\n" + link_table + "\n";
  auto text = "\n Transport Instance " + pretty_hash(*node.transport_id) + " running\n";
  if (node.network_id)
    text += " Network Identity   " + pretty_hash(*node.network_id) + "\n";
  if (node.probe_responder)
    text += " Probe responder at " + pretty_hash(*node.probe_responder) + " active\n";
  if (node.transport_uptime)
    text += " Uptime is " + pretty_time(*node.transport_uptime) + (link_table.empty() ? "" : "," + link_table) + "\n";
  return text;
}

}  // namespace plexus
