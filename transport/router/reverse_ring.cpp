#include "transport/router/reverse_ring.hpp"

#include <algorithm>
#include <bit>

namespace plexus {

reverse_ring::reverse_ring(std::size_t entries_max, std::uint64_t secret)
    : secret_(secret),
      entries_max_(static_cast<std::uint32_t>(std::bit_ceil(std::max<std::size_t>(entries_max, 64)))),
      shift_(64U - static_cast<unsigned>(std::countr_zero(entries_max_))),
      heads_(entries_max_) {}

void reverse_ring::insert(const octet* proved, reverse_entry entry, instant now) {
  if (!epoch_)
    epoch_ = now;
  auto& head = heads_[bucket(proved)];
  const node n{address::from({proved, address::size}), entry.received_on, entry.sent_on,
               static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now - *epoch_).count()),
               head};
  const auto at = next_ & (entries_max_ - 1);
  if (at >= nodes_.size())
    nodes_.resize(std::min<std::size_t>(entries_max_, std::max<std::size_t>(1024, nodes_.size() * 2)));
  nodes_[at] = n;
  head = next_++;
  if (next_ == 0)
    next_ = 1;
}

const reverse_ring::node* reverse_ring::search(const octet* proved, instant now) const {
  if (!epoch_)
    return nullptr;
  const auto now_s = std::chrono::duration_cast<std::chrono::seconds>(now - *epoch_).count();
  for (auto sequence = heads_[bucket(proved)]; is_held(sequence);) {
    const auto& n = nodes_[sequence & (entries_max_ - 1)];
    if (now_s - n.at > lifetime.count())
      return nullptr;  // all that follow are older
    if (n.received_on && std::memcmp(n.proved.data(), proved, address::size) == 0)
      return &n;
    if (n.previous >= sequence)
      return nullptr;
    sequence = n.previous;
  }
  return nullptr;
}

std::optional<reverse_entry> reverse_ring::find(const octet* proved, instant now) const {
  const auto* n = search(proved, now);
  if (!n)
    return std::nullopt;
  return reverse_entry{n->received_on, n->sent_on};
}

std::optional<reverse_entry> reverse_ring::take(const octet* proved, instant now) {
  const auto* n = search(proved, now);
  if (!n)
    return std::nullopt;
  const reverse_entry found{n->received_on, n->sent_on};
  const_cast<node*>(n)->received_on = {};
  return found;
}

std::size_t reverse_ring::size() const {
  return std::min<std::size_t>(next_ - 1, entries_max_);
}

}  // namespace plexus
