// The full hashes of recent packets, in order, for the file that lets a restarted node know them again.
// Source: rns-1.5.7 section 5.3 (packet_hashlist.raw).
#pragma once

#include "messages/addresses.hpp"

#include <vector>

namespace plexus {

/// A ring; the oldest gives way. Memory is taken as it fills.
class hash_log {
public:
  explicit hash_log(std::size_t entries_max) : entries_max_(entries_max) {}

  void add(const packet_hash& hash) {
    if (hashes_.size() < entries_max_)
      hashes_.push_back(hash);
    else
      hashes_[next_] = hash;
    next_ = next_ + 1 == entries_max_ ? 0 : next_ + 1;
  }
  /// Newest first, at most `most`.
  std::vector<packet_hash> recent(std::size_t most) const {
    std::vector<packet_hash> newest;
    for (std::size_t i = 0; i < std::min(most, hashes_.size()); ++i)
      newest.push_back(hashes_[(next_ + entries_max_ - 1 - i) % entries_max_]);
    return newest;
  }

private:
  std::size_t entries_max_;
  std::size_t next_ = 0;
  std::vector<packet_hash> hashes_;
};

}  // namespace plexus
