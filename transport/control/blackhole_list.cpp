#include "transport/control/blackhole_list.hpp"

#include <algorithm>

namespace plexus {
namespace {

/// An end of 0 is none, as in the reference.
bool is_over(const blackhole_entry& entry, unix_time now) {
  return entry.until && *entry.until && entry.until->real() < now.seconds;
}

}  // namespace

blackhole_list::change blackhole_list::add(const identity_hash& identity, std::optional<number> until,
                                           std::optional<std::string> reason) {
  if (entries_.contains(identity))
    return change::already_so;
  if (entries_.size() >= entries_max)
    return change::full;
  entries_[identity] = {identity, self_, until, std::move(reason)};
  return change::done;
}

blackhole_list::change blackhole_list::lift(const identity_hash& identity) {
  return entries_.erase(identity) > 0 ? change::done : change::already_so;
}

std::size_t blackhole_list::take_over(const identity_hash& source, const blackhole_entries& entries, unix_time now) {
  std::size_t taken = 0;
  for (const auto& one : entries) {
    const auto known = entries_.find(one.identity);
    const bool ours = known != entries_.end() && known->second.source == self_;
    if (ours || is_over(one, now) || (known == entries_.end() && entries_.size() >= entries_max))
      continue;
    entries_[one.identity] = {one.identity, source, one.until, one.reason};
    ++taken;
  }
  return taken;
}

std::size_t blackhole_list::add_published(const identity_hash& source, const blackhole_entries& entries,
                                          unix_time now) {
  std::size_t added = 0;
  for (const auto& one : entries) {
    if (entries_.contains(one.identity) || is_over(one, now) || entries_.size() >= entries_max)
      continue;
    auto& entry = entries_[one.identity] = one;
    if (entry.source == self_)
      entry.source = source;
    ++added;
  }
  return added;
}

void blackhole_list::keep_sources(const std::vector<identity_hash>& sources) {
  std::erase_if(entries_, [&](const auto& entry) {
    const auto& source = entry.second.source;
    return source != self_ && std::find(sources.begin(), sources.end(), source) == sources.end();
  });
}

std::size_t blackhole_list::expire(unix_time now) {
  return std::erase_if(entries_, [&](const auto& entry) { return is_over(entry.second, now); });
}

blackhole_entries blackhole_list::all() const {
  blackhole_entries out;
  for (const auto& [identity, entry] : entries_)
    out.push_back(entry);
  return out;
}

blackhole_entries blackhole_list::own() const {
  blackhole_entries out;
  for (const auto& [identity, entry] : entries_)
    if (entry.source == self_)
      out.push_back(entry);
  return out;
}

std::unordered_set<identity_hash> blackhole_list::identities() const {
  std::unordered_set<identity_hash> out;
  for (const auto& [identity, entry] : entries_)
    out.insert(identity);
  return out;
}

}  // namespace plexus
