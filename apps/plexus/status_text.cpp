#include "apps/plexus/status_text.hpp"

#include "apps/plexus/format.hpp"
#include "apps/plexus/status_lines.hpp"
#include "apps/plexus/status_totals_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace plexus {
namespace {

bool hidden_by_default(std::string_view name) {
  constexpr std::array<std::string_view, 6> prefixes{
      "LocalInterface[",    "TCPInterface[Client", "BackboneInterface[Client on",
      "AutoInterfacePeer[", "WeaveInterfacePeer[", "I2PInterfacePeer[Connected peer"};
  return std::any_of(prefixes.begin(), prefixes.end(), [&](auto prefix) { return name.starts_with(prefix); });
}

bool unreachable_i2p(const interface_status& s) {
  return s.name.starts_with("I2PInterface[") && s.i2p_connectable && !*s.i2p_connectable;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool shown(const interface_status& s, const status_options& options) {
  if (unreachable_i2p(s) || (!options.all && hidden_by_default(s.name)))
    return false;
  const bool named = lower(s.name).find(lower(options.filter)) != std::string::npos;
  if (!options.bursts_only)
    return named;
  return s.burst_active || s.pr_burst_active || (!options.filter.empty() && named);
}

double real(const std::optional<number>& n) {
  return n ? n->real() : 0;
}

using sort_figure = double (*)(const interface_status&);

/// What the key sorts by, or null.
sort_figure figure_named(std::string_view key) {
  struct entry {
    std::string_view key;
    sort_figure figure;
  };
  using s = interface_status;
  static constexpr auto bitrate = [](const s& i) { return i.bitrate.value_or(0).real(); };
  static constexpr auto announces = [](const s& i) {
    return real(i.incoming_announce_frequency) + real(i.outgoing_announce_frequency);
  };
  static constexpr auto gravity = [](const s& i) { return real(i.gravity); };
  static constexpr auto count = [](const keyed<std::uint64_t>& n) { return static_cast<double>(n.value_or(0)); };
  static constexpr entry entries[] = {
      {"rate", bitrate},
      {"bitrate", bitrate},
      {"rx", [](const s& i) { return static_cast<double>(i.rxb); }},
      {"tx", [](const s& i) { return static_cast<double>(i.txb); }},
      {"rxs", [](const s& i) { return i.rxs.real(); }},
      {"txs", [](const s& i) { return i.txs.real(); }},
      {"traffic", [](const s& i) { return static_cast<double>(i.rxb + i.txb); }},
      {"anns", announces},
      {"announces", announces},
      {"arx", [](const s& i) { return real(i.incoming_announce_frequency); }},
      {"atx", [](const s& i) { return real(i.outgoing_announce_frequency); }},
      {"arxc", [](const s& i) { return count(i.arxc); }},
      {"atxc", [](const s& i) { return count(i.atxc); }},
      {"prx", [](const s& i) { return real(i.incoming_pr_frequency); }},
      {"ptx", [](const s& i) { return real(i.outgoing_pr_frequency); }},
      {"prxc", [](const s& i) { return count(i.prxc); }},
      {"ptxc", [](const s& i) { return count(i.ptxc); }},
      {"held", [](const s& i) { return static_cast<double>(i.held_announces.value_or(0)); }},
      {"pvs", [](const s& i) { return count(i.protocol_violations); }},
      {"ivs", [](const s& i) { return count(i.ifac_violations); }},
      {"flt", [](const s& i) { return count(i.packet_filter_hits); }},
      {"gravity", gravity},
      {"g", gravity},
      {"txdrp", [](const s& i) { return count(i.txdrp); }},
      {"txdrb", [](const s& i) { return count(i.txdrb); }},
      {"txbuf", [](const s& i) { return count(i.txbuffered); }},
  };
  for (const auto& e : entries)
    if (e.key == key)
      return e.figure;
  return nullptr;
}

/// Equal ones keep their order in both directions.
std::vector<const interface_status*> sorted(const node_status& node, const status_options& options) {
  std::vector<const interface_status*> order;
  for (const auto& interface : node.interfaces)
    order.push_back(&interface);
  if (const auto figure = figure_named(lower(options.sort_key)))
    std::stable_sort(order.begin(), order.end(), [&](const auto* a, const auto* b) {
      return options.ascending ? figure(*a) < figure(*b) : figure(*a) > figure(*b);
    });
  return order;
}

}  // namespace

std::string status_line(std::string_view label, std::string_view content) {
  return "    " + padded(std::string(label), 10) + ": " + std::string(content) + "\n";
}

int share_percent(double part, double whole) {
  return part != 0 && whole != 0 ? static_cast<int>(std::min(100.0, part / whole * 100.0)) : 0;
}

std::string status_text(const node_status& node, const status_options& options, const link_counts& links, double now) {
  std::string text;
  for (const auto* interface : sorted(node, options))
    if (shown(*interface, options))
      text += "\n" + interface_text(*interface, options, now);
  if (options.totals)
    text += totals_text(node, options);
  if (options.queues)
    text += queues_text(node);
  return text + node_text(node, options.links ? links : link_counts{}) + "\n";
}

}  // namespace plexus
