#include "transport/gates/announce_cap.hpp"

#include <algorithm>

namespace plexus {

announce_cap::announce_cap(double share, std::uint64_t bitrate, std::uint64_t hash_secret)
    : share_(share), bitrate_(bitrate), queue_(queued_max, hash_secret) {}

announce_cap::admission announce_cap::offer(const announce_transmit& announce, instant now) {
  used_ = true;
  if (queue_.empty() && now > allowed_at_ && bitrate_ != 0) {
    book(announce.packet->size(), now);
    return admission::send_now;
  }
  const auto* queued = queue_.find(announce.destination);
  if (queued && announce.emitted <= queued->emitted)
    return admission::refused;
  if (!queue_.put(announce.destination, announce.hops, now, {announce.packet, announce.emitted})) {
    ++refused_;
    return admission::refused;
  }
  ++queued_total_;
  arm(now);
  return admission::queued;
}

bool announce_cap::book_path_request(std::size_t size, instant now) {
  used_ = true;
  if (!queue_.empty() || now < allowed_at_ || bitrate_ == 0)
    return false;
  book(size, now);
  return true;
}

std::optional<announce_packet> announce_cap::drain(instant now) {
  if (!drain_at_ || now < *drain_at_)
    return std::nullopt;
  const auto due = std::max(*drain_at_, now - lateness_max);
  drain_at_.reset();
  expired_ += queue_.drop_before(now - queued_life);
  if (queue_.empty())
    return std::nullopt;
  auto packet = queue_.take().packet;
  book(packet->size(), due);
  arm(due);
  return packet;
}

void announce_cap::set_bitrate(std::uint64_t bitrate, instant now) {
  bitrate_ = bitrate;
  if (bitrate_ == 0)
    drain_at_.reset();
  arm(now);
}

std::size_t announce_cap::clear() {
  const auto waited = queue_.size();
  queue_.clear();
  drain_at_.reset();
  return waited;
}

void announce_cap::book(std::size_t size, instant now) {
  const auto seconds = static_cast<double>(size * 8) / static_cast<double>(bitrate_) / share_;
  allowed_at_ = now + from_seconds(seconds);
}

void announce_cap::arm(instant now) {
  if (!drain_at_ && !queue_.empty() && bitrate_ != 0)
    drain_at_ = std::max(allowed_at_, now);
}

}  // namespace plexus
