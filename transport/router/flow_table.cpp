#include "transport/router/flow_table.hpp"

#include <bit>

namespace plexus {
namespace {

constexpr std::size_t slots_min = 1024;
constexpr std::size_t neighbourhood = 16;  ///< slots looked at for an entry that gives way

}  // namespace

flow_table::flow_table(std::size_t entries_max, std::uint64_t secret, eviction on_evict)
    : entries_max_(entries_max),
      secret_(secret),
      on_evict_(std::move(on_evict)),
      mask_(slots_min - 1),
      slots_(std::make_unique<flow_entry[]>(slots_min)) {}

flow_entry* flow_table::find(const octet* key) {
  for (auto slot = home(key);; slot = (slot + 1) & mask_) {
    auto& entry = slots_[slot];
    if (entry.kind == flow_kind::empty)
      return nullptr;
    if (std::memcmp(entry.key.data(), key, address::size) == 0)
      return &entry;
  }
}

flow_entry& flow_table::insert(const address& key) {
  if (auto* known = find(key.data()))
    return *known;
  if (size_ >= entries_max_)
    make_room(home(key.data()));
  else if ((size_ + 1) * 3 > slots() * 2)
    grow();
  auto slot = home(key.data());
  while (slots_[slot].kind != flow_kind::empty)
    slot = (slot + 1) & mask_;
  auto& entry = slots_[slot];
  entry = flow_entry{};
  entry.key = key;
  ++size_;
  return entry;
}

void flow_table::erase(const address& key) {
  if (const auto* entry = find(key.data()))
    erase_slot(static_cast<std::size_t>(entry - slots_.get()));
}

// Closes the gap, so that no probe ever meets a hole that once was full.
void flow_table::erase_slot(std::size_t slot) {
  --size_;
  for (auto next = (slot + 1) & mask_;; next = (next + 1) & mask_) {
    if (slots_[next].kind == flow_kind::empty)
      break;
    const auto wanted = home(slots_[next].key.data());
    if (((next - wanted) & mask_) < ((next - slot) & mask_))
      continue;
    slots_[slot] = slots_[next];
    slot = next;
  }
  slots_[slot].kind = flow_kind::empty;
}

void flow_table::make_room(std::size_t near) {
  std::size_t oldest = slots(), seen = 0;
  for (std::size_t i = 0; i < slots() && seen < neighbourhood; ++i) {
    const auto slot = (near + i) & mask_;
    const auto& entry = slots_[slot];
    if (entry.kind == flow_kind::empty || entry.kind == flow_kind::local)
      continue;
    ++seen;
    if (oldest == slots() || entry.touched < slots_[oldest].touched)
      oldest = slot;
  }
  if (oldest == slots())
    return grow();  // nothing but local destinations, which are bounded elsewhere
  on_evict_(slots_[oldest]);
  erase_slot(oldest);
}

void flow_table::grow() {
  const auto old_slots = slots();
  auto old = std::move(slots_);
  mask_ = old_slots * 2 - 1;
  slots_ = std::make_unique<flow_entry[]>(old_slots * 2);
  for (std::size_t i = 0; i < old_slots; ++i) {
    if (old[i].kind == flow_kind::empty)
      continue;
    auto slot = home(old[i].key.data());
    while (slots_[slot].kind != flow_kind::empty)
      slot = (slot + 1) & mask_;
    slots_[slot] = old[i];
  }
}

}  // namespace plexus
