// A bounded table whose entries also stand in a line, longest untouched first. So the oldest is found without a scan,
// be it to expire it or to make room: a full table gives up the entry that was not touched for the longest time.
//
// Entries live in one vector that grows up to the capacity, and the line is made of indices into it. All operations are
// O(1). Pointers to values are valid until the next insertion.
#pragma once

#include "messages/addresses.hpp"
#include "transport/gates/seeded_hash.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace plexus {

template <class Value>
class aged_table {
public:
  using slot = std::uint32_t;
  static constexpr slot no_slot = ~slot{0};

  /// Requires 0 < capacity < 2^32 - 1.
  aged_table(std::size_t capacity, std::uint64_t hash_secret)
      : capacity_(capacity), index_(0, seeded_hash{hash_secret}) {}

  std::size_t size() const { return index_.size(); }
  bool empty() const { return index_.empty(); }
  std::size_t capacity() const { return capacity_; }
  bool full() const { return size() >= capacity_; }

  slot find_slot(const destination_hash& key) const {
    const auto found = index_.find(key);
    return found == index_.end() ? no_slot : found->second;
  }
  Value* find(const destination_hash& key) {
    const auto at = find_slot(key);
    return at == no_slot ? nullptr : &entries_[at].value;
  }
  const Value* find(const destination_hash& key) const {
    const auto at = find_slot(key);
    return at == no_slot ? nullptr : &entries_[at].value;
  }
  Value& value(slot at) { return entries_[at].value; }
  const Value& value(slot at) const { return entries_[at].value; }
  const destination_hash& key(slot at) const { return entries_[at].key; }

  /// Adds a key that is not there yet, as the youngest. Evicts the oldest entry when full.
  slot insert(const destination_hash& key, Value value) {
    if (full())
      erase_slot(oldest_);
    const auto at = allocate();
    entries_[at].key = key;
    entries_[at].value = std::move(value);
    index_.emplace(key, at);
    link_youngest(at);
    return at;
  }
  /// Makes the entry the youngest.
  void touch(slot at) {
    unlink(at);
    link_youngest(at);
  }
  bool erase(const destination_hash& key) {
    const auto at = find_slot(key);
    if (at == no_slot)
      return false;
    erase_slot(at);
    return true;
  }
  /// Gives the value back.
  Value erase_slot(slot at) {
    index_.erase(entries_[at].key);
    unlink(at);
    entries_[at].next = free_;
    free_ = at;
    return std::exchange(entries_[at].value, Value{});
  }
  slot oldest() const { return oldest_; }
  slot next(slot at) const { return entries_[at].next; }

  void clear() {
    index_.clear();
    entries_.clear();
    oldest_ = youngest_ = free_ = no_slot;
  }

private:
  struct entry {
    destination_hash key{};
    slot previous = no_slot, next = no_slot;
    Value value{};
  };

  slot allocate() {
    if (free_ == no_slot) {
      entries_.emplace_back();
      return static_cast<slot>(entries_.size() - 1);
    }
    return std::exchange(free_, entries_[free_].next);
  }
  void link_youngest(slot at) {
    entries_[at].previous = youngest_;
    entries_[at].next = no_slot;
    (youngest_ == no_slot ? oldest_ : entries_[youngest_].next) = at;
    youngest_ = at;
  }
  void unlink(slot at) {
    const auto& e = entries_[at];
    (e.previous == no_slot ? oldest_ : entries_[e.previous].next) = e.next;
    (e.next == no_slot ? youngest_ : entries_[e.next].previous) = e.previous;
  }

  std::size_t capacity_;
  boost::unordered_flat_map<destination_hash, slot, seeded_hash> index_;
  std::vector<entry> entries_;
  slot oldest_ = no_slot, youngest_ = no_slot, free_ = no_slot;
};

}  // namespace plexus
