#include "transport/gates/path_request_tables.hpp"

#include <algorithm>

namespace plexus {

duration medium_path_timeout(std::uint64_t bitrate_lowest) {
  if (bitrate_lowest == 0)
    return duration::zero();
  const auto bits = static_cast<double>(wire::mtu * 8);
  return from_seconds(2 * bits / static_cast<double>(std::max<std::uint64_t>(bitrate_lowest, 5)) + 6);
}

path_request_tags::path_request_tags(std::uint64_t hash_secret, std::size_t generation_max)
    : hash_{hash_secret}, generation_max_(generation_max) {}

bool path_request_tags::remember(const destination_hash& destination, octets tag) {
  const auto used = tag.first(std::min(tag.size(), tag_size_max));
  tagged_bytes<struct padded_tag, tag_size_max> padded;
  std::copy(used.begin(), used.end(), padded.data());
  const auto fingerprint = hash_.mix(hash_(destination) + used.size(), hash_(padded));
  if (previous_.contains(fingerprint) || !current_.insert(fingerprint).second)
    return false;
  if (current_.size() > generation_max_) {
    previous_ = std::move(current_);
    current_ = generation{};
  }
  return true;
}

inflight_path_requests::course inflight_path_requests::course_of(const destination_hash& destination,
                                                                 bool from_local_client, instant now) const {
  const auto* running = searches_.find(destination);
  if (!running || now > running->until)
    return course::search;
  if (from_local_client && now - running->started >= path_request_interval_min)
    return course::search;
  return course::merge;
}

void inflight_path_requests::on_search(const destination_hash& destination, instant now, duration timeout) {
  const search started{now, now + std::max(timeout, path_request_life)};
  if (const auto at = searches_.find_slot(destination); at != searches_.no_slot) {
    searches_.value(at) = started;
    searches_.touch(at);
  } else {
    searches_.insert(destination, started);
  }
}

namespace {

/// Entries leave in the order of their last touch. Lives differ only while the slowest bitrate changes; an entry that
/// lies behind a longer one is kept somewhat longer, but look-ups mind its own time.
template <class Table, class Over>
std::size_t erase_oldest_while(Table& table, Over over) {
  std::size_t erased = 0;
  for (; !table.empty() && over(table.value(table.oldest())); ++erased)
    table.erase_slot(table.oldest());
  return erased;
}

}  // namespace

std::size_t inflight_path_requests::expire(instant now) {
  return erase_oldest_while(searches_, [now](const search& s) { return now > s.until; });
}

void discovery_requests::waiting::add(interface_id asker) {
  if (askers.size() < askers_max && std::find(askers.begin(), askers.end(), asker) == askers.end())
    askers.push_back(asker);
}

void discovery_requests::on_search(const destination_hash& destination, interface_id asker, instant now,
                                   duration timeout) {
  on_merge(destination, asker, now, timeout);
  const auto at = entries_.find_slot(destination);
  entries_.value(at).until = now + std::max(timeout, path_request_timeout);
  entries_.touch(at);
}

void discovery_requests::on_merge(const destination_hash& destination, interface_id asker, instant now,
                                  duration timeout) {
  auto at = entries_.find_slot(destination);
  if (at != entries_.no_slot && now > entries_.value(at).until) {
    entries_.erase_slot(at);
    at = entries_.no_slot;
  }
  if (at == entries_.no_slot)
    at = entries_.insert(destination, {now + std::max(timeout, path_request_timeout), {}});
  entries_.value(at).add(asker);
}

bool discovery_requests::waits_for(const destination_hash& destination, instant now) const {
  const auto* found = entries_.find(destination);
  return found && now <= found->until;
}

std::vector<interface_id> discovery_requests::take(const destination_hash& destination, instant now) {
  const auto at = entries_.find_slot(destination);
  if (at == entries_.no_slot)
    return {};
  auto taken = entries_.erase_slot(at);
  if (now > taken.until)
    taken.askers.clear();
  return std::move(taken.askers);
}

std::size_t discovery_requests::expire(instant now) {
  return erase_oldest_while(entries_, [now](const waiting& w) { return now > w.until; });
}

void asked_paths::on_request(const destination_hash& destination, instant now) {
  if (const auto at = asked_.find_slot(destination); at != asked_.no_slot) {
    asked_.value(at) = {now, false};
    asked_.touch(at);
  } else {
    asked_.insert(destination, {now, false});
  }
}

bool asked_paths::asked_within(const destination_hash& destination, duration period, instant now) const {
  const auto* asked = asked_.find(destination);
  return asked && now - asked->at <= std::min(period, path_request_life);
}
std::optional<duration> asked_paths::on_answer(const destination_hash& destination, instant now) {
  auto* asked = asked_.find(destination);
  if (!asked || asked->answered)
    return std::nullopt;
  asked->answered = true;
  return now - asked->at;
}

std::size_t asked_paths::expire(instant now) {
  return erase_oldest_while(asked_, [now](const question& asked) { return now > asked.at + path_request_life; });
}

bool path_request_queue::push(const destination_hash& destination, interface_id except, instant now) {
  for (std::size_t i = 0; i < count_; ++i)
    if (ring_[(first_ + i) % queued_max].destination == destination)
      return false;
  if (count_ == queued_max)
    return false;
  if (count_ == 0)
    due_ = now + interval;
  ring_[(first_ + count_++) % queued_max] = {destination, except};
  return true;
}

std::optional<path_request_queue::entry> path_request_queue::take_due(instant now) {
  if (count_ == 0 || now < due_)
    return std::nullopt;
  const auto due = ring_[first_];
  first_ = (first_ + 1) % queued_max;
  --count_;
  due_ = now + interval;
  return due;
}

}  // namespace plexus
