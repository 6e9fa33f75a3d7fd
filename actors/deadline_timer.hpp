// An actor's one timer: remembers the earliest deadline that somebody asked for, and lets rings of earlier settings
// pass unheard. The ring is the message (tick_atom, setting).
#pragma once

#include "actors/clock.hpp"
#include "actors/message_types.hpp"

#include <algorithm>
#include <cstdint>

namespace plexus {

class deadline_timer {
public:
  /// Deadlines are met this much late at most; those that fall together ring once.
  static constexpr duration granularity = std::chrono::milliseconds(20);

  template <class Self>
  void set(Self* self, instant deadline) {
    if (deadline >= set_for_)
      return;
    set_for_ = deadline;
    const auto wait = std::max<duration>(deadline - now(), granularity);
    self->delayed_send(self, wait, tick_atom::value, ++setting_);
  }

  /// Whether the ring is the one set last. The timer is free then.
  bool rings(std::uint64_t setting) {
    if (setting != setting_)
      return false;
    set_for_ = instant::max();
    return true;
  }

private:
  instant set_for_ = instant::max();
  std::uint64_t setting_ = 0;
};

}  // namespace plexus
