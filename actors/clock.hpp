// The clocks of the machine. The core takes time as an argument; this is where it comes from.
#pragma once

#include "messages/instant.hpp"

#include <chrono>

namespace plexus {

/// Monotonic time, never stepped.
inline instant now() {
  return instant{std::chrono::steady_clock::now().time_since_epoch()};
}

/// Both clocks, read together.
inline clocks read_clocks() {
  const std::chrono::duration<double> unix = std::chrono::system_clock::now().time_since_epoch();
  return {now(), {unix.count()}};
}

}  // namespace plexus
