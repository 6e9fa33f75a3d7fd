#include "tests/bridge/live/event_loop.hpp"

#include <algorithm>

namespace plexus::bridge {

bool event_loop::turn(std::chrono::milliseconds most, int also) {
  std::vector<pollfd> waits{{also, POLLIN, 0}};
  for (auto* member : members_) {
    member->add_waits(waits);
    most = std::min(most, member->idle_for());
  }
  ::poll(waits.data(), waits.size(), static_cast<int>(std::max<std::int64_t>(most.count(), 0)));
  for (auto* member : members_)
    member->step();
  return also >= 0 && waits.front().revents != 0;
}

bool event_loop::until(const std::function<bool()>& done, std::chrono::milliseconds most) {
  const auto end = std::chrono::steady_clock::now() + most;
  for (;;) {
    if (done())
      return true;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0)
      return false;
    turn(left);
  }
}

}  // namespace plexus::bridge
