#include "transport/endpoint/channel.hpp"

#include "messages/cursor.hpp"

#include <cmath>

namespace plexus {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds rtt_fast{180}, rtt_medium{750}, rtt_slow{1450};
constexpr std::size_t window_first = 2, window_max_slow = 5, window_max_medium = 12, window_max_fast = 48;
constexpr std::size_t window_min_medium = 5, window_min_fast = 16, flexibility_default = 4;
constexpr int rounds_needed = 10;
constexpr double timeout_growth = 1.5, timeout_rtts = 2.5, timeout_min = 0.025, timeout_spare = 1.5;

}  // namespace

octet_string channel_envelope::encode() const {
  octet_string plaintext(header_size);
  write_big_endian(type, mutable_octets(plaintext).subspan(0, 2));
  write_big_endian(sequence, mutable_octets(plaintext).subspan(2, 2));
  write_big_endian(content.size(), mutable_octets(plaintext).subspan(4, 2));
  append(plaintext, content);
  return plaintext;
}

expected<channel_envelope> channel_envelope::parse(octets plaintext) {
  if (plaintext.size() < header_size)
    return unexpected(parse_error::truncated);
  channel_envelope e;
  e.type = static_cast<std::uint16_t>(read_big_endian(plaintext.subspan(0, 2)));
  e.sequence = static_cast<std::uint16_t>(read_big_endian(plaintext.subspan(2, 2)));
  e.content = plaintext.subspan(header_size);
  return e;
}

channel::channel(link_session& link) : link_(link) {
  const bool slow = link.rtt > rtt_slow;
  window_ = window_min_ = slow ? 1 : window_first;
  window_max_ = slow ? 1 : window_max_slow;
  flexibility_ = slow ? 1 : flexibility_default;
}

expected<std::uint16_t, link_error> channel::send(instant now, std::uint16_t type, octets content, link_output& out) {
  if (content.size() > mdu())
    return unexpected(link_error::too_large);
  if (!ready())
    return unexpected(link_error::window_full);
  const auto sequence = next_sequence_++;
  outstanding_.push_back({sequence, channel_envelope{type, sequence, content}.encode(), {}, now, {}});
  transmit(now, outstanding_.back(), out);
  return sequence;
}

void channel::transmit(instant now, sent_message& message, link_output& out) {
  message.packets.push_back(link_.send(now, packet_context::channel, message.envelope, out));
  message.sent_at = now;
  message.timeout = timeout_of(link_.rtt, outstanding_.size(), message.packets.size());
  raise_timeouts();
}

duration channel::timeout_of(duration rtt, std::size_t outstanding, std::size_t tries) {
  const auto base = std::max(seconds_of(rtt) * timeout_rtts, timeout_min);
  return from_seconds(std::pow(timeout_growth, static_cast<double>(tries) - 1) * base *
                      (static_cast<double>(outstanding) + timeout_spare));
}

void channel::raise_timeouts() {
  for (auto& message : outstanding_)
    message.timeout = std::max(message.timeout, timeout_of(link_.rtt, outstanding_.size(), message.packets.size()));
}

std::deque<channel::sent_message>::const_iterator channel::find(const packet_hash& packet) const {
  return std::find_if(outstanding_.begin(), outstanding_.end(), [&](const sent_message& m) {
    return std::find(m.packets.begin(), m.packets.end(), packet) != m.packets.end();
  });
}

bool channel::awaits(const packet_hash& packet) const {
  return find(packet) != outstanding_.end();
}

void channel::on_delivered(const packet_hash& packet, link_output& out) {
  const auto found = find(packet);
  if (found == outstanding_.end())
    return;
  const bool was_ready = ready();
  outstanding_.erase(found);
  widen();
  if (!was_ready && ready())
    out.events.emplace_back(channel_ready{});
}

void channel::widen() {
  if (window_ < window_max_)
    ++window_;
  if (link_.rtt == duration::zero())
    return;
  if (link_.rtt <= rtt_fast) {
    if (++fast_rounds_ == rounds_needed && window_max_ < window_max_fast) {
      window_max_ = window_max_fast;
      window_min_ = window_min_fast;
    }
    return;
  }
  fast_rounds_ = 0;
  if (link_.rtt > rtt_medium) {
    medium_rounds_ = 0;
  } else if (++medium_rounds_ == rounds_needed && window_max_ < window_max_medium) {
    window_max_ = window_max_medium;
    window_min_ = window_min_medium;
  }
}

void channel::narrow() {
  if (window_ <= window_min_)
    return;
  --window_;
  if (window_max_ > window_min_ + flexibility_)
    --window_max_;
}

bool channel::on_message(octets plaintext, link_output& out) {
  const auto envelope = channel_envelope::parse(plaintext);
  if (!envelope) {
    ++link_.counters.malformed;
    return true;
  }
  const auto ahead = static_cast<std::uint16_t>(envelope->sequence - expected_sequence_);
  const bool behind = ahead > 0x7fff;
  if (ahead > receive_window && !behind) {
    ++link_.counters.refused;
    return false;
  }
  waiting_message message{envelope->type, {envelope->content.begin(), envelope->content.end()}};
  if (behind || !early_.emplace(envelope->sequence, std::move(message)).second) {
    ++link_.counters.duplicate;
    return true;
  }
  for (auto next = early_.find(expected_sequence_); next != early_.end(); next = early_.find(expected_sequence_)) {
    out.events.emplace_back(channel_message{next->second.type, std::move(next->second.content)});
    early_.erase(next);
    ++expected_sequence_;
  }
  return true;
}

bool channel::on_time(instant now, link_output& out) {
  for (auto& message : outstanding_) {
    if (now < message.due_at())
      continue;
    if (message.packets.size() >= tries_max)
      return false;
    narrow();
    transmit(now, message, out);
  }
  return true;
}

std::optional<instant> channel::next_deadline() const {
  std::optional<instant> earliest;
  for (const auto& message : outstanding_)
    if (const auto due = message.due_at(); !earliest || due < *earliest)
      earliest = due;
  return earliest;
}

}  // namespace plexus
