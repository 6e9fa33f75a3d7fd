#include "transport/router/pending_announces.hpp"

#include <algorithm>

namespace plexus {
namespace {

/// Between one transmission and its repetition. Source: Transport.py: PATHFINDER_G + PATHFINDER_RW.
constexpr auto repetition = std::chrono::milliseconds{5500};
/// Transmissions of one announce. Source: Transport.py: PATHFINDER_R + 1, LOCAL_REBROADCASTS_MAX.
constexpr octet transmissions_max = 2;

}  // namespace

void pending_announces::schedule(const destination_hash& destination, instant due) {
  const auto ahead = std::clamp<std::int64_t>((due - turned_ + tick - duration{1}) / tick, 1, ticks - 1);
  wheel_[(position_ + static_cast<std::size_t>(ahead)) % ticks].push_back(destination);
  ++scheduled_;
}

bool pending_announces::put(const destination_hash& destination, const pending_announce& entry) {
  const auto known = entries_.find(destination);
  if (known == entries_.end() && entries_.size() >= entries_max_)
    return false;
  entries_[destination] = {entry, {}};
  schedule(destination, entry.due);
  return true;
}

bool pending_announces::put_before(const destination_hash& destination, const pending_announce& entry) {
  const auto known = entries_.find(destination);
  if (known == entries_.end())
    return put(destination, entry);
  auto& [current, held] = known->second;
  const auto same = [&](const pending_announce& other) {
    return other.path_response && other.only_on == entry.only_on && other.retries < transmissions_max;
  };
  if (same(current) || std::any_of(held.begin(), held.end(), same))
    return true;
  if (held.size() >= held_max)
    return false;
  held.push_back(current);
  current = entry;
  schedule(destination, entry.due);
  return true;
}

pending_announce* pending_announces::find(const destination_hash& destination) {
  const auto known = entries_.find(destination);
  return known == entries_.end() ? nullptr : &known->second.now;
}

std::vector<pending_announces::due_announce> pending_announces::take_due(instant now) {
  std::vector<due_announce> due;
  while (now - turned_ >= tick) {
    turned_ += tick;
    position_ = (position_ + 1) % ticks;
    auto visited = std::move(wheel_[position_]);
    wheel_[position_].clear();
    scheduled_ -= visited.size();
    for (const auto& destination : visited) {
      const auto known = entries_.find(destination);
      if (known == entries_.end())
        continue;
      auto& [entry, held] = known->second;
      if (entry.due > turned_)
        continue;  // replaced since; its own visit comes
      if (entry.retries >= transmissions_max) {
        entries_.erase(known);
        continue;
      }
      ++entry.retries;
      entry.due = turned_ + repetition;
      due.push_back({destination, entry});
      if (!held.empty()) {
        entry = held.back();
        held.pop_back();
      }
      schedule(destination, entry.due);
    }
  }
  std::stable_sort(due.begin(), due.end(), [](const auto& a, const auto& b) { return a.entry.hops < b.entry.hops; });
  return due;
}

std::optional<instant> pending_announces::next_deadline() const {
  if (scheduled_ == 0)
    return std::nullopt;
  for (std::size_t ahead = 1; ahead < ticks; ++ahead)
    if (!wheel_[(position_ + ahead) % ticks].empty())
      return turned_ + tick * static_cast<std::int64_t>(ahead);
  return std::nullopt;
}

void pending_announces::clear_interface(interface_id gone) {
  std::erase_if(entries_, [&](const auto& e) { return e.second.now.only_on == gone && gone; });
}

}  // namespace plexus
