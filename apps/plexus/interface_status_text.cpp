#include "apps/plexus/format.hpp"
#include "apps/plexus/status_lines.hpp"
#include "apps/plexus/status_text.hpp"

#include <algorithm>
#include <array>

namespace plexus {
namespace {

bool is_shared_instance(const interface_status& s) {
  return s.name.starts_with("Shared Instance[");
}
bool is_i2p(const interface_status& s) {
  return s.name.starts_with("I2PInterface[");
}

std::string mode_name(const interface_status& s) {
  constexpr std::array<std::string_view, 8> names{"Full",    "Full",     "Point-to-Point", "Access Point",
                                                  "Roaming", "Boundary", "Gateway",        "Internal"};
  std::string name(s.mode >= 0 && s.mode < 8 ? names[static_cast<std::size_t>(s.mode)] : names[0]);
  if (s.announces_to_internal.value_or(false))
    name += " (a>i)";
  return name;
}

std::string or_none(const keyed<number>& n) {
  return n ? text_of(*n) : "None";
}
std::string or_unknown(const keyed<number>& n, std::string_view unit) {
  return n ? text_of(*n) + std::string(unit) : "Unknown";
}
std::string or_unknown(const keyed<std::string>& text) {
  return text.value_or("Unknown");
}

/// Serving, Peers or Clients, and the addresses that a listener keeps out.
std::string clients_lines(const interface_status& s, const status_options& options) {
  if (!s.clients)
    return {};
  std::string text;
  if (is_shared_instance(s)) {
    const auto programs = std::max<std::int64_t>(*s.clients - options.own_connections, 0);
    text = status_line("Serving", std::to_string(programs) + (programs == 1 ? " program" : " programs"));
  } else if (is_i2p(s)) {
    if (s.i2p_connectable.value_or(false))
      text = status_line("Peers", std::to_string(*s.clients) +
                                      (*s.clients == 1 ? " connected I2P endpoint" : " connected I2P endpoints"));
  } else {
    text = status_line("Clients", std::to_string(*s.clients));
    if (s.blocked_ips.value_or(0) > 0)
      text += status_line("Blocked", std::to_string(*s.blocked_ips) + " IPs");
  }
  if (options.blocked_ips && s.blocked_ip_list)
    for (const auto& address : *s.blocked_ip_list)
      text += std::string(status_indent) + address + "\n";
  return text;
}

std::string interference_lines(const interface_status& s, double now) {
  if (!s.interference.present)
    return "\n";
  if (s.interference && *s.interference)
    return "\n" + status_line("Intrfrnc.", text_of(*s.interference) + " dBm");
  if (s.interference_last_ts && s.interference_last_dbm)
    return "\n" + status_line("Intrfrnc.",
                              text_of(*s.interference_last_dbm) + " dBm " +
                                  pretty_time(now - (*s.interference_last_ts).real(), time_style::compact) + " ago");
  return ", no interference\n";
}

/// What the hardware tells about itself and its medium.
std::string device_lines(const interface_status& s, double now) {
  std::string text;
  if (s.noise_floor.present) {
    text += status_line("Noise Fl.", or_unknown(s.noise_floor, " dBm"));
    if (s.noise_floor) {
      text.pop_back();
      text += interference_lines(s, now);
    }
  }
  if (s.cpu_load.present)
    text += status_line("CPU load", or_unknown(s.cpu_load, " %"));
  if (s.cpu_temp.present)
    text += s.cpu_temp ? status_line("CPU temp", text_of(*s.cpu_temp) + "°C") : status_line("CPU load", "Unknown");
  if (s.mem_load.present)
    text += status_line("Mem usage", s.cpu_load ? or_none(s.mem_load) + " %" : "Unknown");
  if (s.battery_percent && s.battery_state.present)
    text += status_line("Battery", std::to_string(static_cast<std::int64_t>((*s.battery_percent).real())) + "% (" +
                                       s.battery_state.value_or("None") + ")");
  if (s.airtime_short.present && s.airtime_long.present)
    text += status_line("Airtime", or_none(s.airtime_short) + "% (15s), " + or_none(s.airtime_long) + "% (1h)");
  if (s.channel_load_short.present && s.channel_load_long.present)
    text +=
        status_line("Ch. Load", or_none(s.channel_load_short) + "% (15s), " + or_none(s.channel_load_long) + "% (1h)");
  if (s.switch_id.present)
    text += status_line("Switch ID", or_unknown(s.switch_id));
  if (s.endpoint_id.present)
    text += status_line("Endpoint", or_unknown(s.endpoint_id));
  if (s.via_switch_id.present)
    text += status_line("Via", or_unknown(s.via_switch_id));
  return text;
}

std::string access_lines(const interface_status& s) {
  std::string text;
  if (s.peers)
    text += status_line("Peers", std::to_string(*s.peers) + " reachable");
  if (s.tunnelstate)
    text += status_line("I2P", *s.tunnelstate);
  if (s.ifac_signature) {
    const octets signature = *s.ifac_signature;
    text += status_line("Access", std::to_string(s.ifac_size.value_or(0) * 8) + "-bit IFAC by <…" +
                                      to_hex(signature.last(std::min<std::size_t>(signature.size(), 5))) + ">");
  }
  if (s.i2p_b32)
    text += status_line("I2P B32", *s.i2p_b32);
  return text;
}

std::string counted_announces(std::string_view label, std::int64_t n) {
  return n > 0 ? status_line(label, std::to_string(n) + (n == 1 ? " announce" : " announces")) : "";
}

std::string rate_limit(const interface_status& s) {
  if (!s.announce_rate_target || !*s.announce_rate_target)
    return {};
  auto text = "(t:" + pretty_time(*s.announce_rate_target);
  if (s.announce_rate_penalty) {
    text += "/p:" + pretty_time(*s.announce_rate_penalty);
    if (s.announce_rate_grace && *s.announce_rate_grace)
      text += "/g:" + text_of(*s.announce_rate_grace);
  }
  return text + ")";
}

std::string burst(bool active, const keyed<std::int64_t>& count, const number& since, double now) {
  if (!active)
    return {};
  const auto on = count.value_or(0) != 0 ? "on " + std::to_string(*count) + " " : "";
  return "burst " + on + "for " + pretty_time(now - since.real());
}

/// Who shares the outgoing announces and path requests: connections (c) or peers (p).
struct sharers {
  std::optional<std::int64_t> count;
  char unit = 'c';
};

/// One kind of traffic of an interface, announces or path requests.
struct flow {
  const std::optional<number>&frequency_in, &frequency_out;
  const keyed<number>&speed_in, &speed_out;
};

/// The frequency out for each sharer and the shares of the interface's flow.
std::string shares(const interface_status& s, const flow& f, const sharers& by) {
  std::string text;
  if (by.count.value_or(0) > 0)
    text = " " + pretty_rate(f.frequency_out->real() / static_cast<double>(*by.count)) + "/" + by.unit;
  if (s.prxs && s.ptxs && f.speed_in && f.speed_out) {
    if (!text.empty())
      text += " ";
    text += "(↓" + std::to_string(share_percent((*f.speed_in).real(), s.rxs.real())) + "% / ↑" +
            std::to_string(share_percent((*f.speed_out).real(), s.txs.real())) + "% of flow)";
  }
  return text;
}

/// Of what the shared instance sends, a share went to the tool that asks.
number without_own_share(const interface_status& s, const number& frequency, const sharers& by) {
  if (!is_shared_instance(s) || by.count.value_or(0) <= 0)
    return frequency;
  return frequency.real() - frequency.real() / static_cast<double>(*by.count);
}

std::string total_line(std::string_view label, const keyed<std::uint64_t>& in, const keyed<std::uint64_t>& out) {
  if (in.value_or(0) == 0 || out.value_or(0) == 0)
    return {};
  return status_line(label, std::to_string(*in) + "↓ " + std::to_string(*out) + "↑ total");
}

/// `Label : first` or, below a line of totals, only indented.
std::string flow_lines(std::string_view label, const std::string& totals, const std::string& out,
                       const std::string& in) {
  const std::string indent(status_indent);
  return (totals.empty() ? status_line(label, out) : totals + indent + out + "\n") + indent + in + "\n";
}

/// The columns of the last lines, all padded to one width, and the lines made of them.
std::string traffic_lines(const interface_status& s, const status_options& options, double now) {
  const flow announces{s.incoming_announce_frequency, s.outgoing_announce_frequency, s.arxs, s.atxs};
  const flow requests{s.incoming_pr_frequency, s.outgoing_pr_frequency, s.prxs, s.ptxs};
  const bool show_announces = options.announces && announces.frequency_in && announces.frequency_out;
  const bool show_requests = options.path_requests && requests.frequency_in && requests.frequency_out;
  const sharers connections{s.clients, 'c'};
  const bool by_peers = !s.clients && s.peers.value_or(0) != 0;
  const sharers all = by_peers ? sharers{*s.peers, 'p'} : connections;

  std::string announces_in, announces_out, requests_in, requests_out;
  if (show_announces) {
    announces_out = pretty_rate(without_own_share(s, *announces.frequency_out, connections));
    announces_in = pretty_rate(*announces.frequency_in);
  }
  const auto announce_width = std::max(length_of(announces_in), length_of(announces_out));
  announces_in = padded(announces_in, announce_width) + "↓";
  announces_out = padded(announces_out, announce_width) + "↑";
  if (show_requests) {
    const auto out = pretty_rate(without_own_share(s, *requests.frequency_out, connections));
    const auto in = pretty_rate(*requests.frequency_in);
    requests_out = options.announces ? "↑" + out : out + "↑";
    requests_in = options.announces ? "↓" + in : in + "↓";
  }
  auto received = "↓" + pretty_size(static_cast<double>(s.rxb));
  auto sent = "↑" + pretty_size(static_cast<double>(s.txb));

  std::size_t width = 10;
  std::string* const columns[] = {&announces_in, &announces_out, &requests_in, &requests_out, &received, &sent};
  for (const auto* column : columns)
    width = std::max(width, length_of(*column));
  for (auto* column : columns)
    *column = padded(*column, width);

  std::string text;
  if (show_requests) {
    // Once the announces have been shown by peers, rnstatus calls peers connections here.
    const sharers by{all.count, show_announces ? 'c' : all.unit};
    text +=
        flow_lines("Path Rqs.", total_line("Path Rqs.", s.prxc, s.ptxc), requests_out + " " + shares(s, requests, by),
                   requests_in + "  " + burst(s.pr_burst_active, s.pr_burst_count, s.pr_burst_activated, now));
  }
  if (show_announces) {
    auto bursting = burst(s.burst_active, s.burst_count, s.burst_activated, now);
    if (!bursting.empty())
      bursting = " " + bursting;
    text += flow_lines("Announces", total_line("Announces", s.arxc, s.atxc),
                       announces_out + " " + shares(s, announces, all), announces_in + " " + rate_limit(s) + bursting);
  }
  sent += "  " + pretty_speed(s.txs.real());
  received += "  " + pretty_speed(s.rxs.real());
  if (s.txbuffered.value_or(0) != 0)
    sent += " (" + pretty_size(static_cast<double>(*s.txbuffered)) + " waiting" +
            (s.txstalled.value_or(false) ? ", stalled)" : ")");
  return text + status_line("Traffic", sent) + std::string(status_indent) + received + "\n";
}

std::string violations_lines(const interface_status& s) {
  std::string text;
  const auto protocol = s.protocol_violations.value_or(0), ifac = s.ifac_violations.value_or(0);
  if (protocol != 0 || ifac != 0)
    text += status_line(
        "Violatns.", std::to_string(protocol) + " protocol" + (ifac != 0 ? ", " + std::to_string(ifac) + " IFAC" : ""));
  if (s.packet_filter_hits.value_or(0) != 0)
    text += status_line("Flt. Hits", std::to_string(*s.packet_filter_hits));
  return text;
}

std::string rate_line(const interface_status& s) {
  if (!s.bitrate)
    return {};
  auto text = pretty_bitrate((*s.bitrate).real());
  if (s.mtu.present)
    text += ", MTU " + (s.mtu ? std::to_string(*s.mtu) : "None");
  return status_line("Rate", text);
}

bool shows_mode(const interface_status& s) {
  return !is_shared_instance(s) && !s.name.starts_with("TCPInterface[Client") && !s.name.starts_with("LocalInterface[");
}

}  // namespace

std::string interface_text(const interface_status& s, const status_options& options, double now) {
  auto text = " " + s.name + "\n";
  if (s.autoconnect_source)
    text += status_line("Source", "Auto-connect via <" + *s.autoconnect_source + ">");
  if (s.ifac_netname)
    text += status_line("Network", *s.ifac_netname);
  const auto gravity = s.gravity && *s.gravity ? ", gravity " + text_of(*s.gravity) : std::string();
  text += status_line("Status", (s.status ? "Up" : "Down") + gravity);
  text += clients_lines(s, options);
  if (shows_mode(s))
    text += status_line("Mode", mode_name(s));
  if (s.txdrp.value_or(0) != 0)
    text += status_line("TX Drops",
                        std::to_string(*s.txdrp) + " (" + pretty_size(static_cast<double>(s.txdrb.value_or(0))) + ")");
  text += rate_line(s) + device_lines(s, now) + access_lines(s);
  if (options.announces)
    text += counted_announces("Queued", s.announce_queue.value_or(0)) +
            counted_announces("Held", s.held_announces.value_or(0));
  return text + violations_lines(s) + traffic_lines(s, options, now);
}

}  // namespace plexus
