// Time as the core knows it: it comes in as an argument, and no type here can be asked for "now".
#pragma once

#include <chrono>
#include <cstdint>

namespace plexus {

/// Monotonic time of the running process. Has no now(): only actors read clocks.
struct monotonic {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<monotonic>;
  static constexpr bool is_steady = true;
};
using instant = monotonic::time_point;
using duration = monotonic::duration;

/// Seconds since the Unix epoch, as they stand in announces and files. Converted from `instant` in one place: `clocks`.
struct unix_time {
  double seconds = 0;
  friend auto operator<=>(const unix_time&, const unix_time&) = default;
};

/// A pair of readings of both clocks, taken together, which converts between them.
struct clocks {
  instant monotonic_now{};
  unix_time unix_now{};

  unix_time to_unix(instant t) const {
    return {unix_now.seconds + std::chrono::duration<double>(t - monotonic_now).count()};
  }
  instant to_instant(unix_time t) const {
    return monotonic_now +
           std::chrono::duration_cast<duration>(std::chrono::duration<double>(t.seconds - unix_now.seconds));
  }
};

inline double seconds_of(duration d) {
  return std::chrono::duration<double>(d).count();
}
inline duration from_seconds(double s) {
  return std::chrono::duration_cast<duration>(std::chrono::duration<double>(s));
}

}  // namespace plexus
