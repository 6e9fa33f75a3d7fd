// The gate of one interface: what may leave by it now, what must wait, whether what comes in is a flood, and the counts
// of announces and path requests that status shows.
//
//   egress    announce_round -> rules -> cap -> announces to send now, or later by on_time()
//             transmit       -> egress control and cap for recursive path requests; everything else passes
//   ingress   what the shards heard -> burst detectors -> bursts(), which the owner tells the shards when it changes;
//             announces that shards give to hold come back one by one after the burst
//
// Sans I/O, one owner, one thread at a time; `now` never runs backwards. The owner calls on_time() at next_deadline().
// Source: rns-1.5.7 sections 1.8 to 1.10, 1.17 and 7.4.
#pragma once

#include "messages/traffic.hpp"
#include "transport/gates/announce_cap.hpp"
#include "transport/gates/egress_control.hpp"
#include "transport/gates/held_announces.hpp"
#include "transport/gates/ingress_control.hpp"
#include "transport/router/router_types.hpp"

#include <optional>
#include <vector>

namespace plexus {

struct gate_config {
  ingress_limits ingress{};
  double announce_share = announce_cap::share_default;  ///< announce_cap / 100
  /// Listeners that make peers (Auto, Weave) count the packets of their children, others only the octets.
  bool counts_children = false;
  std::uint64_t hash_secret = 0;
};

struct packet_count {
  std::uint64_t packets = 0;
  std::uint64_t octets = 0;
  void add(std::uint64_t more_packets, std::uint64_t more_octets) {
    packets += more_packets;
    octets += more_octets;
  }
};

/// The keys arxc arxb, atxc atxb, prxc prxb, ptxc ptxb of interface_stats.
struct gate_counters {
  packet_count announces_in, announces_out, path_requests_in, path_requests_out;
};

/// Announces and path requests that did not simply pass.
struct gate_losses {
  std::uint64_t queued = 0;                            ///< announces that had to wait for the announce cap
  std::uint64_t queue_refused = 0, queue_expired = 0;  ///< and those of them that never left
  std::uint64_t held = 0, hold_refused = 0;            ///< announces kept during a burst, and those that found no room
  std::uint64_t path_requests_refused = 0;             ///< passed on for others, over the limit
};

enum class violation { protocol, ifac, packet_filter };

/// What rnstatus shows of a gate. Frequencies in Hz.
struct gate_status {
  std::size_t held_announces = 0;
  double announces_in_hz = 0, announces_out_hz = 0, path_requests_in_hz = 0, path_requests_out_hz = 0;
  burst_state bursts{};
  std::optional<instant> announce_burst_activated, path_request_burst_activated;
  std::optional<std::size_t> announce_queue;  ///< length, once there ever was anything under the cap
  gate_counters counters{};
  std::uint64_t protocol_violations = 0, ifac_violations = 0, packet_filter_hits = 0;
  /// Lost to full tables or time: announces that were not held, not queued, or waited for more than 3 h.
  std::uint64_t hold_refused = 0, queue_refused = 0, queue_expired = 0;
};

class interface_gate {
public:
  /// Time between two jobs, as long as there is a burst or anything held.
  static constexpr duration job_interval = std::chrono::seconds{5};

  interface_gate(const interface_facts& facts, const gate_config& config, instant created);

  // Egress.

  /// Appends what is to be sent now; it is counted as sent.
  void admit(const announce_round& round, const interface_facts& target, instant now,
             std::vector<announce_packet>& out);
  /// False: not to be sent. What may be is counted.
  bool admit(const transmit& packet, instant now);
  void on_bitrate(std::uint64_t bitrate, instant now) { cap_.set_bitrate(bitrate, now); }
  /// Forgets the waiting announces and returns how many there were (`rnpath -D`).
  std::size_t drop_announce_queue() { return cap_.clear(); }

  // Ingress.

  void note_announces(instant now, std::uint64_t count, std::uint64_t octet_count);
  void note_path_requests(instant now, std::uint64_t count, std::uint64_t octet_count);
  /// For listeners: what a child counted since the last time. Counts for frequencies and totals, starts no burst by
  /// itself.
  void note_child(const gate_counters& since, instant now);
  void note_violation(violation kind);
  /// False: refused (hops, or full).
  bool hold(announce_held announce, instant now);
  burst_state bursts() const;

  // Time.

  /// The evaluation of every 5 s. An announce that it yields enters the router again, in the limited class.
  std::optional<announce_held> on_job(instant now);
  /// Does whatever is due; see next_deadline().
  std::optional<announce_held> on_time(instant now, std::vector<announce_packet>& out);
  /// The next queued announce or job; instant::max() when there is neither.
  instant next_deadline() const;

  gate_counters counters() const { return counters_; }
  gate_losses losses() const;
  /// Announces that wait under the cap, and those that are held.
  std::size_t queued() const { return cap_.queued(); }
  std::size_t held() const { return held_.size(); }
  gate_status status(instant now);

private:
  void send(const announce_packet& packet, instant now, std::vector<announce_packet>& out);
  void count_announce_out(std::size_t size, instant now);
  void count_path_request_out(std::size_t size, instant now);
  void catch_up(instant now);
  void arm_job(instant now);

  ingress_control ingress_;
  egress_control egress_;
  held_announces held_;
  announce_cap cap_;
  frequency_estimator announces_out_{frequency_estimator::direction::outgoing};
  gate_counters counters_{};
  std::uint64_t held_total_ = 0, path_requests_refused_ = 0;
  std::uint64_t protocol_violations_ = 0, ifac_violations_ = 0, packet_filter_hits_ = 0;
  bool counts_children_;
  duration aging_interval_;
  instant aged_at_;
  std::optional<instant> job_at_;
};

}  // namespace plexus
