// Whether an announce makes, renews or replaces a path. Source: rns-1.5.7 section 1.7; Transport.py: _inbound.
#pragma once

#include "transport/gates/random_blobs.hpp"

namespace plexus {

/// What the decision needs of the path as it stands.
struct accepted_path {
  octet hops = 0;
  bool expired = false;       ///< now >= expires
  bool unresponsive = false;  ///< somebody tried it and failed
  std::int32_t gravity = 0;   ///< of the interface it was heard on
  const random_blobs& blobs;
};

struct path_candidate {
  octet hops = 0;
  random_blob blob{};
  std::int32_t gravity = 0;  ///< of the receiving interface
};

enum class acceptance {
  ignore,
  add,            ///< keep the path's state
  add_and_reset,  ///< the path's state becomes unknown
};

/// `existing` null: no path, or one that leads over an interface that is gone.
/// Deviation: over more hops, the reference stops looking through the blobs at the first one as late as the candidate,
/// so that an unresponsive path can be replaced by a replayed older announce. Here only the latest emission counts.
acceptance accept_path(const accepted_path* existing, const path_candidate& candidate);

}  // namespace plexus
