// One cache line decides: everything the data path has to know of a 16-octet address, found with one look-up.
//
// Open addressing with linear probing over lines of 64 octets, at most two thirds full; grows by doubling up to its
// bound. An insertion into a full table replaces the entry of the probed neighbourhood that was idle the longest, local
// destinations excepted; only links that nobody uses, and paths that nobody asks for, give way.
#pragma once

#include "messages/addresses.hpp"
#include "messages/instant.hpp"
#include "messages/interface.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace plexus {

enum class flow_kind : octet {
  empty = 0,
  path,   ///< a destination elsewhere
  link,   ///< a link that we transport
  local,  ///< a destination, link or receipt of this process
};

struct alignas(64) flow_entry {
  address key{};
  /// path: the next hop's transport id, or the destination itself when it is its own next hop. link: the destination.
  address next_hop{};
  instant touched{};         ///< path: learned or last used. link: last forwarded
  interface_id toward{};     ///< path: heard on. link: toward the destination
  interface_id back{};       ///< link: toward the initiator
  std::uint32_t record = 0;  ///< path: its path_records entry. link, not validated: its pending_links entry
  flow_kind kind = flow_kind::empty;
  octet hops = 0;       ///< path: hops to the destination. link: hops from the initiator
  octet remaining = 0;  ///< link: hops to the destination
  octet flags = 0;

  static constexpr octet unresponsive = 1;  ///< path: an attempted link got no answer
  static constexpr octet validated = 2;     ///< link: its proof has passed
  static constexpr octet expired = 4;       ///< path: dropped on request, gone at the next look

  bool has(octet flag) const { return flags & flag; }
};
static_assert(sizeof(flow_entry) == 64);

class flow_table {
public:
  /// Told of each entry that gives way to another one, before it is overwritten.
  using eviction = std::function<void(const flow_entry&)>;

  flow_table(std::size_t entries_max, std::uint64_t secret, eviction on_evict);

  [[gnu::always_inline]] void prefetch(const octet* key) const { __builtin_prefetch(&slots_[home(key)]); }
  flow_entry* find(const octet* key);
  const flow_entry* find(const octet* key) const { return const_cast<flow_table*>(this)->find(key); }
  flow_entry* find(const address& key) { return find(key.data()); }
  const flow_entry* find(const address& key) const { return find(key.data()); }
  /// The entry of this key, new and of kind empty when it was not there: the caller gives it a kind at once.
  /// Pointers into the table are void after an insertion.
  flow_entry& insert(const address& key);
  void erase(const address& key);

  std::size_t size() const { return size_; }
  std::size_t slots() const { return mask_ + 1; }
  /// The entry in a slot, or null where it is empty.
  const flow_entry* at(std::size_t slot) const {
    return slots_[slot].kind == flow_kind::empty ? nullptr : &slots_[slot];
  }

private:
  std::size_t home(const octet* key) const {
    std::uint64_t h;
    std::memcpy(&h, key + 8, sizeof h);
    h = (h ^ secret_) * 0xd6e8feb86659fd93ULL;
    return (h ^ h >> 32) & mask_;
  }
  void grow();
  void erase_slot(std::size_t slot);
  void make_room(std::size_t near);

  std::size_t entries_max_;
  std::uint64_t secret_;
  eviction on_evict_;
  std::size_t mask_ = 0;
  std::size_t size_ = 0;
  std::unique_ptr<flow_entry[]> slots_;
};

}  // namespace plexus
