// Announces that were accepted and have no file yet: the newest of each destination, in the order in which the
// destinations came. Bounded; what does not fit is told, and left to the next full save.
#pragma once

#include "messages/addresses.hpp"

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace plexus {

struct unsaved_announce {
  destination_hash destination{};
  packet_hash hash{};
  octet_string packet;    ///< as received
  std::string interface;  ///< textual name; empty: unknown
};

class unsaved_announces {
public:
  explicit unsaved_announces(std::size_t most) : most_(most) {}

  /// False when there is no room.
  bool add(unsaved_announce announce) {
    const auto known = index_.find(announce.destination);
    if (known != index_.end()) {
      announces_[known->second] = std::move(announce);
      return true;
    }
    if (announces_.size() >= most_)
      return false;
    index_.emplace(announce.destination, announces_.size());
    announces_.push_back(std::move(announce));
    return true;
  }
  std::vector<unsaved_announce> take() {
    index_.clear();
    return std::exchange(announces_, {});
  }
  std::size_t size() const { return announces_.size(); }
  bool empty() const { return announces_.empty(); }

private:
  std::size_t most_;
  std::vector<unsaved_announce> announces_;
  std::unordered_map<destination_hash, std::size_t> index_;
};

}  // namespace plexus
