#include "chaos/simulator/medium.hpp"

#include <algorithm>

namespace plexus::chaos {

medium::medium(const medium_traits& traits, std::vector<std::size_t> members, std::unique_ptr<access_codes> codes)
    : traits_(traits),
      members_(std::move(members)),
      codes_(std::move(codes)),
      free_at_(members_.size()),
      last_heard_at_(members_.size()) {}

void medium::fall() {
  up_ = false;
  ++life_;
}

std::vector<medium::hearing> medium::carry(std::size_t from, std::size_t size, const weather& sky, instant now,
                                           chance& luck) {
  const auto sender = static_cast<std::size_t>(std::find(members_.begin(), members_.end(), from) - members_.begin());
  auto& free_at = free_at_[sender];
  const auto sent_at = std::max(free_at, now);
  free_at = sent_at + from_seconds(static_cast<double>(size) * 8 / static_cast<double>(traits_.bitrate));
  auto at = free_at + traits_.latency + luck.up_to(traits_.disorder);
  if (traits_.kind == medium_kind::stream) {
    at = std::max(at, last_heard_at_[sender] + duration{1});
    last_heard_at_[sender] = at;
    return {{at, false}};
  }
  std::vector<hearing> heard;
  if (!luck.happens(sky.loss))
    heard.push_back({at, luck.happens(sky.noise)});
  if (luck.happens(sky.repetition))
    heard.push_back({at + luck.up_to(sky.repeated_within), false});
  return heard;
}

octet_string medium::unmask(octets packet) const {
  if (!codes_)
    return {packet.begin(), packet.end()};
  auto opened = codes_->remove(packet);
  return opened ? std::move(*opened) : octet_string{};
}

}  // namespace plexus::chaos
