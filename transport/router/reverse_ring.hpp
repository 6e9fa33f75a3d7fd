// Where a proof has to go: for each packet passed on, the way back, for a while.
//
// A ring in order of time, whose oldest entry gives way to the newest; entries of the same hash bucket are chained
// through the ring by their sequence numbers, so nothing is ever searched or cleaned: a link of the chain that points
// further back than the ring is long points to nothing.
// Source: rns-1.5.7 sections 1.5, 1.6 and 1.12 (reverse table, 480 s).
#pragma once

#include "messages/addresses.hpp"
#include "messages/instant.hpp"
#include "messages/interface.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace plexus {

struct reverse_entry {
  interface_id received_on{};
  interface_id sent_on{};
};

class reverse_ring {
public:
  /// Lifetime of an entry. Source: Transport.py: REVERSE_TIMEOUT.
  static constexpr std::chrono::seconds lifetime{480};

  reverse_ring(std::size_t entries_max, std::uint64_t secret);

  [[gnu::always_inline]] void prefetch(const octet* proved) const { __builtin_prefetch(&heads_[bucket(proved)], 1); }
  void insert(const octet* proved, reverse_entry entry, instant now);
  /// The newest entry of this packet, which stays; nothing when it is older than its lifetime.
  std::optional<reverse_entry> find(const octet* proved, instant now) const;
  /// The same, and removes it.
  std::optional<reverse_entry> take(const octet* proved, instant now);
  /// Entries written and not yet overwritten, taken ones included.
  std::size_t size() const;

private:
  struct node {
    address proved{};
    interface_id received_on{};
    interface_id sent_on{};
    std::uint32_t at = 0;        ///< seconds since the first insertion
    std::uint32_t previous = 0;  ///< sequence number of the next older entry of the bucket
  };
  static_assert(sizeof(node) == 32);

  std::size_t bucket(const octet* proved) const {
    std::uint64_t h;
    std::memcpy(&h, proved, sizeof h);
    return ((h ^ secret_) * 0x9e3779b97f4a7c15ULL) >> shift_;
  }
  const node* search(const octet* proved, instant now) const;
  bool is_held(std::uint32_t sequence) const { return sequence != 0 && next_ - sequence <= entries_max_; }

  std::uint64_t secret_;
  std::uint32_t entries_max_;
  unsigned shift_;
  std::uint32_t next_ = 1;  ///< sequence number of the next entry; 0 is none
  std::optional<instant> epoch_;
  std::vector<node> nodes_;  ///< grows up to entries_max_, then wraps
  std::vector<std::uint32_t> heads_;
};

}  // namespace plexus
