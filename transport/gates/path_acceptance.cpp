#include "transport/gates/path_acceptance.hpp"

namespace plexus {

acceptance accept_path(const accepted_path* existing, const path_candidate& candidate) {
  if (!existing)
    return acceptance::add_and_reset;
  const auto emitted = emitted_of(candidate.blob);
  const auto timebase = existing->blobs.timebase();
  const bool is_new = !existing->blobs.contains(candidate.blob);
  if (is_new && emitted > timebase)
    return acceptance::add_and_reset;
  if (candidate.hops <= existing->hops) {
    const bool pulled = emitted == timebase && candidate.gravity > existing->gravity;
    return pulled ? acceptance::add : acceptance::ignore;
  }
  if (existing->expired)
    return is_new ? acceptance::add_and_reset : acceptance::ignore;
  return emitted == timebase && existing->unresponsive ? acceptance::add : acceptance::ignore;
}

}  // namespace plexus
