#include "transport/gates/announce_rate_table.hpp"

namespace plexus {

void announce_rate_table::entry::note(instant now) {
  heard[(oldest + count) % timestamps_max] = now;
  if (count < timestamps_max)
    ++count;
  else
    oldest = (oldest + 1) % timestamps_max;
}

bool announce_rate_table::entry::judge(const announce_rate_limit& limit, instant now) {
  if (now <= blocked_until)
    return true;
  if (now - last < limit.target)
    ++violations;
  else if (violations > 0)
    --violations;
  if (violations <= limit.grace) {
    last = now;
    return false;
  }
  blocked_until = last + limit.target + limit.penalty;
  return true;
}

bool announce_rate_table::on_announce(const destination_hash& destination, const announce_rate_limit& limit,
                                      instant now) {
  if (limit.target <= duration::zero())
    return false;
  auto at = entries_.find_slot(destination);
  if (at == entries_.no_slot) {
    entry first;
    first.last = now;
    first.note(now);
    entries_.insert(destination, first);
    return false;
  }
  entries_.touch(at);
  entries_.value(at).note(now);
  return entries_.value(at).judge(limit, now);
}

std::optional<announce_rate_summary> announce_rate_table::find(const destination_hash& destination) const {
  const auto* found = entries_.find(destination);
  if (!found)
    return std::nullopt;
  return summary(destination, *found);
}

std::vector<announce_rate_summary> announce_rate_table::all() const {
  std::vector<announce_rate_summary> summaries;
  summaries.reserve(entries_.size());
  for (auto at = entries_.oldest(); at != entries_.no_slot; at = entries_.next(at))
    summaries.push_back(summary(entries_.key(at), entries_.value(at)));
  return summaries;
}

announce_rate_summary announce_rate_table::summary(const destination_hash& destination, const entry& e) const {
  announce_rate_summary result{destination, e.last, e.violations, std::nullopt, {}};
  if (e.blocked_until != instant::min())
    result.blocked_until = e.blocked_until;
  for (std::size_t i = 0; i < e.count; ++i)
    result.heard.push_back(e.heard[(e.oldest + i) % timestamps_max]);
  return result;
}

}  // namespace plexus
