#include "transport/router/path_records.hpp"

#include <algorithm>

namespace plexus {

void path_detail::set_announce(octets raw) {
  if (raw.size() != announce_size)
    announce_octets = std::make_unique_for_overwrite<octet[]>(raw.size());
  std::copy(raw.begin(), raw.end(), announce_octets.get());
  announce_size = static_cast<std::uint16_t>(raw.size());
}

std::uint32_t path_records::add() {
  if (free_.empty()) {
    records_.emplace_back();
    return static_cast<std::uint32_t>(records_.size() - 1);
  }
  const auto index = free_.back();
  free_.pop_back();
  return index;
}

void path_records::remove(std::uint32_t index) {
  records_[index] = path_detail{};
  free_.push_back(index);
}

}  // namespace plexus
