#include "transport/gates/held_announces.hpp"

namespace plexus {

bool held_announces::hold(announce_held announce) {
  const auto destination = announce.destination;
  const auto hops = announce.hops;
  if (hops < hops_end && shelf_.put(destination, hops, instant{}, std::move(announce)))
    return true;
  ++refused_;
  return false;
}

std::optional<announce_held> held_announces::release() {
  if (shelf_.empty())
    return std::nullopt;
  return shelf_.take();
}

}  // namespace plexus
