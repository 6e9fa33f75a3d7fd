#include "transport/discovery/discovery_table.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace plexus {
namespace {

/// As in sort_discovered().
auto rank_of(const discovered_interface& record, unix_time now) {
  return std::tuple(record.status(now), record.value, record.last_heard.real());
}

}  // namespace

discovery_table::noted discovery_table::note(discovered_interface heard) {
  noted out;
  out.name = heard.hash();
  if (const auto known = records_.find(out.name); known != records_.end()) {
    known->second = heard_again(std::move(heard), known->second);
    return out;
  }
  out.removed = make_room({heard.last_heard.real()});
  records_.emplace(out.name, std::move(heard));
  return out;
}

std::optional<discovery_hash> discovery_table::make_room(unix_time now) {
  if (records_.size() < records_max_)
    return std::nullopt;
  const auto last = std::min_element(records_.begin(), records_.end(), [now](const auto& a, const auto& b) {
    return rank_of(a.second, now) < rank_of(b.second, now);
  });
  const auto name = last->first;
  records_.erase(last);
  return name;
}

bool discovery_table::restore(const discovery_hash& name, discovered_interface stored) {
  if (records_.size() >= records_max_)
    return records_.contains(name);
  records_.try_emplace(name, std::move(stored));
  return true;
}

std::vector<discovery_hash> discovery_table::expire(const discovery_sources& sources, unix_time now) {
  std::vector<discovery_hash> names;
  std::erase_if(records_, [&](const auto& entry) {
    const bool over = is_to_be_removed(entry.second, sources, now);
    if (over)
      names.push_back(entry.first);
    return over;
  });
  return names;
}

const discovered_interface* discovery_table::find(const discovery_hash& name) const {
  const auto found = records_.find(name);
  return found == records_.end() ? nullptr : &found->second;
}

std::vector<discovery_hash> discovery_table::relays(selection which, unix_time now) const {
  std::vector<std::pair<decltype(rank_of({}, {})), discovery_hash>> ranked;
  for (const auto& [name, record] : records_)
    if (record.offer.transport && (which == selection::all_relays || record.status(now) == discovery_status::available))
      ranked.emplace_back(rank_of(record, now), name);
  std::sort(ranked.rbegin(), ranked.rend());
  std::vector<discovery_hash> out;
  for (const auto& one : ranked)
    out.push_back(one.second);
  return out;
}

}  // namespace plexus
