#include "transport/gates/interface_gate.hpp"

#include "transport/gates/announce_rules.hpp"

#include <algorithm>

namespace plexus {

namespace {

/// The reference asks for the frequencies of every interface without parent once a second, for its traffic counter, and
/// for those of children in its interface job; each question makes old samples be forgotten.
duration aging_interval(const interface_facts& facts) {
  return facts.parent ? interface_gate::job_interval : duration{std::chrono::seconds{1}};
}
/// After so many questions on end nothing is left to forget.
constexpr int aging_steps_max = 64;

}  // namespace

interface_gate::interface_gate(const interface_facts& facts, const gate_config& config, instant created)
    : ingress_(config.ingress, created),
      egress_(config.ingress.egress_control, config.ingress.pr_freq_out),
      held_(config.ingress.held_announces_max, config.hash_secret),
      cap_(config.announce_share, facts.bitrate, config.hash_secret),
      counts_children_(config.counts_children),
      aging_interval_(aging_interval(facts)),
      aged_at_(created) {}

void interface_gate::admit(const announce_round& round, const interface_facts& target, instant now,
                           std::vector<announce_packet>& out) {
  catch_up(now);
  for (const auto& announce : round.announces)
    switch (may_send(announce, target)) {
      case announce_verdict::block:
        break;
      case announce_verdict::pass:
        send(announce.outside && target.role == interface_role::network ? announce.outside : announce.packet, now, out);
        break;
      case announce_verdict::pass_with_cap:
        if (cap_.offer(announce, now) == announce_cap::admission::send_now)
          send(announce.packet, now, out);
        break;
    }
}

bool interface_gate::admit(const transmit& packet, instant now) {
  switch (packet.kind) {
    case transmit_kind::data:
      return true;
    case transmit_kind::announce:
      catch_up(now);
      count_announce_out(packet.size(), now);
      return true;
    case transmit_kind::recursive_path_request:
      catch_up(now);
      if (egress_.should_limit(now) || !cap_.book_path_request(packet.size(), now)) {
        ++path_requests_refused_;
        return false;
      }
      count_path_request_out(packet.size(), now);
      return true;
    case transmit_kind::path_request:
      catch_up(now);
      count_path_request_out(packet.size(), now);
      return true;
  }
  return true;
}

void interface_gate::note_announces(instant now, std::uint64_t count, std::uint64_t octet_count) {
  catch_up(now);
  counters_.announces_in.add(count, octet_count);
  ingress_.on_announce(now, count);
  ingress_.should_limit_announces(now);
  arm_job(now);
}

void interface_gate::note_path_requests(instant now, std::uint64_t count, std::uint64_t octet_count) {
  catch_up(now);
  counters_.path_requests_in.add(count, octet_count);
  ingress_.on_path_request(now, count);
  ingress_.should_limit_path_requests(now);
  arm_job(now);
}

void interface_gate::note_child(const gate_counters& since, instant now) {
  catch_up(now);
  const auto add = [this](packet_count& to, const packet_count& more) {
    to.add(counts_children_ ? more.packets : 0, more.octets);
  };
  add(counters_.announces_in, since.announces_in);
  add(counters_.announces_out, since.announces_out);
  add(counters_.path_requests_in, since.path_requests_in);
  add(counters_.path_requests_out, since.path_requests_out);
  ingress_.on_announce(now, since.announces_in.packets);
  ingress_.on_path_request(now, since.path_requests_in.packets);
  announces_out_.note(now, since.announces_out.packets);
  egress_.on_path_request_sent(now, since.path_requests_out.packets);
}

void interface_gate::note_violation(violation kind) {
  switch (kind) {
    case violation::protocol:
      ++protocol_violations_;
      break;
    case violation::ifac:
      ++ifac_violations_;
      break;
    case violation::packet_filter:
      ++packet_filter_hits_;
      break;
  }
}

bool interface_gate::hold(announce_held announce, instant now) {
  const bool held = held_.hold(std::move(announce));
  held_total_ += held;
  arm_job(now);
  return held;
}

burst_state interface_gate::bursts() const {
  return {ingress_.announce_burst().active(), ingress_.path_request_burst().active()};
}

std::optional<announce_held> interface_gate::on_job(instant now) {
  catch_up(now);
  ingress_.on_job(now);
  std::optional<announce_held> released;
  if (!held_.empty() && ingress_.release_one(now))
    released = held_.release();
  job_at_.reset();
  arm_job(now);
  return released;
}

std::optional<announce_held> interface_gate::on_time(instant now, std::vector<announce_packet>& out) {
  while (auto packet = cap_.drain(now))
    send(*packet, now, out);
  if (job_at_ && now >= *job_at_)
    return on_job(now);
  return std::nullopt;
}

instant interface_gate::next_deadline() const {
  return std::min(cap_.next_deadline(), job_at_.value_or(instant::max()));
}

gate_losses interface_gate::losses() const {
  return {cap_.queued_total(), cap_.refused(), cap_.expired(), held_total_, held_.refused(), path_requests_refused_};
}

gate_status interface_gate::status(instant now) {
  catch_up(now);
  gate_status s;
  s.held_announces = held_.size();
  s.announces_in_hz = ingress_.announce_frequency(now);
  s.announces_out_hz = announces_out_.peek(now);
  s.path_requests_in_hz = ingress_.path_request_frequency(now);
  s.path_requests_out_hz = egress_.frequency(now);
  s.bursts = bursts();
  s.announce_burst_activated = ingress_.announce_burst().activated();
  s.path_request_burst_activated = ingress_.path_request_burst().activated();
  if (cap_.used())
    s.announce_queue = cap_.queued();
  s.counters = counters_;
  s.protocol_violations = protocol_violations_;
  s.ifac_violations = ifac_violations_;
  s.packet_filter_hits = packet_filter_hits_;
  s.hold_refused = held_.refused();
  s.queue_refused = cap_.refused();
  s.queue_expired = cap_.expired();
  return s;
}

void interface_gate::send(const announce_packet& packet, instant now, std::vector<announce_packet>& out) {
  count_announce_out(packet->size(), now);
  out.push_back(packet);
}

void interface_gate::count_announce_out(std::size_t size, instant now) {
  counters_.announces_out.add(1, size);
  announces_out_.note(now);
}

void interface_gate::count_path_request_out(std::size_t size, instant now) {
  counters_.path_requests_out.add(1, size);
  egress_.on_path_request_sent(now);
}

void interface_gate::catch_up(instant now) {
  aged_at_ = std::max(aged_at_, now - aging_interval_ * aging_steps_max);
  for (; aged_at_ + aging_interval_ <= now; aged_at_ += aging_interval_) {
    const auto then = aged_at_ + aging_interval_;
    ingress_.age(then);
    announces_out_.ask(then);
    egress_.age(then);
  }
}

void interface_gate::arm_job(instant now) {
  const auto active = bursts();
  if (!job_at_ && (active.announces || active.path_requests || !held_.empty()))
    job_at_ = now + job_interval;
}

}  // namespace plexus
