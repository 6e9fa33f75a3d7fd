// Announces that wait, one for each destination, to be taken fewest hops first and then longest waiting first.
//
// A binary heap of slots over an aged_table: O(log n) to put and take, O(1) to find, and the oldest expire without a
// scan. A full shelf refuses new destinations; a newer announce of one that it holds replaces the older at any time.
#pragma once

#include "messages/instant.hpp"
#include "transport/gates/aged_table.hpp"

#include <algorithm>
#include <tuple>

namespace plexus {

template <class Value>
class announce_shelf {
public:
  announce_shelf(std::size_t capacity, std::uint64_t hash_secret) : entries_(capacity, hash_secret) {}

  std::size_t size() const { return heap_.size(); }
  bool empty() const { return heap_.empty(); }
  bool full() const { return entries_.full(); }
  const Value* find(const destination_hash& destination) const {
    const auto* found = entries_.find(destination);
    return found ? &found->value : nullptr;
  }

  /// Adds or replaces. `since` counts for the order and must not run backwards; among equals, the destination that was
  /// on the shelf first goes first. False: full, and the destination is not on it.
  bool put(const destination_hash& destination, octet hops, instant since, Value value) {
    if (const auto at = entries_.find_slot(destination); at != entries_.no_slot) {
      auto& e = entries_.value(at);
      e.hops = hops;
      e.since = since;
      e.value = std::move(value);
      entries_.touch(at);
      sift_down(sift_up(e.position));
      return true;
    }
    if (full())
      return false;
    const auto position = static_cast<std::uint32_t>(heap_.size());
    heap_.push_back(entries_.insert(destination, {hops, since, arrivals_++, position, std::move(value)}));
    sift_up(position);
    return true;
  }
  /// Takes the first. Requires !empty().
  Value take() {
    const auto at = heap_.front();
    remove_from_heap(0);
    return entries_.erase_slot(at).value;
  }
  /// Drops what was put before `oldest_kept` and returns how many that were.
  std::size_t drop_before(instant oldest_kept) {
    std::size_t dropped = 0;
    for (; !entries_.empty() && entries_.value(entries_.oldest()).since < oldest_kept; ++dropped) {
      remove_from_heap(entries_.value(entries_.oldest()).position);
      entries_.erase_slot(entries_.oldest());
    }
    return dropped;
  }
  void clear() {
    heap_.clear();
    entries_.clear();
  }

private:
  struct entry {
    octet hops = 0;
    instant since{};
    std::uint64_t arrival = 0;
    std::uint32_t position = 0;  ///< in the heap
    Value value{};
  };
  using slot = typename aged_table<entry>::slot;

  bool before(slot a, slot b) const {
    const auto &x = entries_.value(a), &y = entries_.value(b);
    return std::tie(x.hops, x.since, x.arrival) < std::tie(y.hops, y.since, y.arrival);
  }
  void place(std::uint32_t position, slot at) {
    heap_[position] = at;
    entries_.value(at).position = position;
  }
  std::uint32_t sift_up(std::uint32_t position) {
    const auto at = heap_[position];
    for (; position > 0 && before(at, heap_[(position - 1) / 2]); position = (position - 1) / 2)
      place(position, heap_[(position - 1) / 2]);
    place(position, at);
    return position;
  }
  void sift_down(std::uint32_t position) {
    const auto at = heap_[position];
    for (;;) {
      auto child = position * 2 + 1;
      if (child >= heap_.size())
        break;
      if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child]))
        ++child;
      if (!before(heap_[child], at))
        break;
      place(position, heap_[child]);
      position = child;
    }
    place(position, at);
  }
  void remove_from_heap(std::uint32_t position) {
    const auto last = heap_.back();
    heap_.pop_back();
    if (position == heap_.size())
      return;
    place(position, last);
    sift_down(sift_up(position));
  }

  aged_table<entry> entries_;
  std::vector<slot> heap_;
  std::uint64_t arrivals_ = 0;
};

}  // namespace plexus
