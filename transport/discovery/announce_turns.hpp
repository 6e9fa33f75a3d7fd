// Whose turn it is to be announced: of the interfaces that are due, the one that waits longest; one at each turn, so
// that a node with many never floods. Source: Discovery.py: InterfaceAnnouncer.job; rns-1.5.7 section 9.1.
#pragma once

#include "messages/instant.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace plexus {

/// What can be announced, and how often.
struct announce_interval {
  std::string interface;  ///< name
  duration interval{};
};

class announce_turns {
public:
  /// Between two turns.
  static constexpr duration turn = std::chrono::seconds(60);

  /// The interface whose turn it is; it counts as announced. One that was never announced waits longest.
  std::optional<std::string> next(instant now, const std::vector<announce_interval>& candidates) {
    forget_gone(candidates);
    const announce_interval* chosen = nullptr;
    for (const auto& one : candidates) {
      const auto last = announced_.find(one.interface);
      const bool due = last == announced_.end() || now > last->second + one.interval;
      if (due && (!chosen || waits_longer(one, *chosen)))
        chosen = &one;
    }
    if (!chosen)
      return std::nullopt;
    announced_[chosen->interface] = now;
    return chosen->interface;
  }

private:
  bool waits_longer(const announce_interval& a, const announce_interval& b) const {
    const auto first = announced_.find(a.interface), second = announced_.find(b.interface);
    return second != announced_.end() && (first == announced_.end() || first->second < second->second);
  }
  void forget_gone(const std::vector<announce_interval>& candidates) {
    std::erase_if(announced_, [&](const auto& entry) {
      for (const auto& one : candidates)
        if (one.interface == entry.first)
          return false;
      return true;
    });
  }

  std::map<std::string, instant> announced_;  ///< when last; only those that are still there
};

}  // namespace plexus
