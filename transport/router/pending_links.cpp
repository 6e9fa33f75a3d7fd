#include "transport/router/pending_links.hpp"

namespace plexus {

std::uint32_t pending_links::add(const pending_link& link) {
  std::uint32_t index = 0;
  if (free_.empty()) {
    index = static_cast<std::uint32_t>(links_.size());
    links_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  auto& e = links_[index];
  e = {link, e.life + 1, true};
  if (deadlines_.size() >= 2 * size() + deadlines_spare)
    drop_stale_deadlines();
  deadlines_.push({link.proof_deadline, index, e.life});
  return index;
}

void pending_links::remove(std::uint32_t index) {
  links_[index].used = false;
  free_.push_back(index);
}

std::optional<std::uint32_t> pending_links::take_overdue(instant now) {
  while (!deadlines_.empty() && deadlines_.top().at <= now) {
    const auto top = deadlines_.top();
    deadlines_.pop();
    if (is_current(top))
      return top.index;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> pending_links::soonest() {
  while (!deadlines_.empty() && !is_current(deadlines_.top()))
    deadlines_.pop();
  if (deadlines_.empty())
    return std::nullopt;
  return deadlines_.top().index;
}

void pending_links::drop_stale_deadlines() {
  std::vector<deadline> current;
  for (std::uint32_t index = 0; index < links_.size(); ++index)
    if (links_[index].used)
      current.push_back({links_[index].value.proof_deadline, index, links_[index].life});
  deadlines_ = decltype(deadlines_)(std::greater<>{}, std::move(current));
}

std::optional<instant> pending_links::next_deadline() const {
  if (deadlines_.empty())
    return std::nullopt;
  return deadlines_.top().at;
}

}  // namespace plexus
