// What programs said about destinations, until somebody is there who keeps it.
#pragma once

#include "actors/control/control_messages.hpp"

#include <deque>
#include <unordered_map>
#include <vector>

namespace plexus {

class destination_marks {
public:
  /// The oldest mark goes when there would be more.
  static constexpr std::size_t marks_max = 1u << 16;

  /// The last mark of a destination counts; but what is retained stays so until it is unretained.
  void note(const destination_mark& mark) {
    const auto [found, added] = marks_.try_emplace(mark.destination, mark);
    if (!added) {
      const bool retained = found->second.use == rpc::destination_use::retain;
      if (!retained || mark.use != rpc::destination_use::used)
        found->second = mark;
      return;
    }
    order_.push_back(mark.destination);
    if (order_.size() > marks_max) {
      marks_.erase(order_.front());
      order_.pop_front();
    }
  }

  /// All of them, oldest first; none are left.
  std::vector<destination_mark> take() {
    std::vector<destination_mark> out;
    for (const auto& destination : order_)
      out.push_back(marks_.at(destination));
    order_.clear();
    marks_.clear();
    return out;
  }
  std::size_t size() const { return marks_.size(); }

private:
  std::unordered_map<destination_hash, destination_mark> marks_;
  std::deque<destination_hash> order_;
};

}  // namespace plexus
