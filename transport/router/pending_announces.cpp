#include "transport/router/pending_announces.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

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

bool pending_announces::put(const destination_hash& destination, const pending_announce& rebroadcast) {
  const auto known = entries_.find(destination);
  const bool replaces = known != entries_.end() && known->second.rebroadcast;
  if (!replaces && size_ >= entries_max_)
    return false;
  entries_[destination].rebroadcast = rebroadcast;
  size_ += replaces ? 0 : 1;
  schedule(destination, rebroadcast.due);
  return true;
}

bool pending_announces::put_answer(const destination_hash& destination, const pending_announce& answer) {
  if (const auto known = entries_.find(destination); known != entries_.end()) {
    const auto& answers = known->second.answers;
    if (std::any_of(answers.begin(), answers.end(), [&](const auto& a) { return a.only_on == answer.only_on; }))
      return true;
    if (answers.size() >= answers_max)
      return false;
  }
  if (size_ >= entries_max_)
    return false;
  entries_[destination].answers.push_back(answer);
  ++size_;
  schedule(destination, answer.due);
  return true;
}

pending_announce* pending_announces::find(const destination_hash& destination) {
  const auto known = entries_.find(destination);
  return known == entries_.end() || !known->second.rebroadcast ? nullptr : &*known->second.rebroadcast;
}

void pending_announces::erase_rebroadcast(const destination_hash& destination) {
  const auto known = entries_.find(destination);
  if (known == entries_.end() || !known->second.rebroadcast)
    return;
  known->second.rebroadcast.reset();
  --size_;
  if (known->second.empty())
    entries_.erase(known);
}

void pending_announces::erase(const destination_hash& destination) {
  const auto known = entries_.find(destination);
  if (known == entries_.end())
    return;
  size_ -= known->second.answers.size() + (known->second.rebroadcast ? 1 : 0);
  entries_.erase(known);
}

std::vector<pending_announces::due_announce> pending_announces::take_due(instant now) {
  std::vector<due_announce> due;
  while (now - turned_ >= tick) {
    if (scheduled_ == 0) {
      turned_ += (now - turned_) / tick * tick;
      break;
    }
    turned_ += tick;
    position_ = (position_ + 1) % ticks;
    const auto visited = std::exchange(wheel_[position_], {});
    scheduled_ -= visited.size();
    for (const auto& destination : visited)
      visit(destination, due);
  }
  std::stable_sort(due.begin(), due.end(), [](const auto& a, const auto& b) {
    return std::tie(a.entry.hops, a.destination) < std::tie(b.entry.hops, b.destination);
  });
  return due;
}

// What is not due yet was put there or put off since this visit was made, and has a visit of its own.
void pending_announces::visit(const destination_hash& destination, std::vector<due_announce>& due) {
  const auto known = entries_.find(destination);
  if (known == entries_.end())
    return;
  auto& [rebroadcast, answers] = known->second;
  size_ -= std::erase_if(answers, [&](const auto& answer) {
    if (answer.due > turned_)
      return false;
    due.push_back({destination, answer});
    return true;
  });
  if (rebroadcast && rebroadcast->due <= turned_) {
    if (rebroadcast->retries >= transmissions_max) {
      rebroadcast.reset();
      --size_;
    } else {
      ++rebroadcast->retries;
      rebroadcast->due = turned_ + repetition;
      due.push_back({destination, *rebroadcast});
      schedule(destination, rebroadcast->due);
    }
  }
  if (known->second.empty())
    entries_.erase(known);
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
  for (auto e = entries_.begin(); e != entries_.end();) {
    size_ -= std::erase_if(e->second.answers, [&](const auto& answer) { return answer.only_on == gone; });
    e = e->second.empty() ? entries_.erase(e) : std::next(e);
  }
}

}  // namespace plexus
