// Takes over the blackhole lists that the configured sources publish: a link to each, the request /list, once an
// interval. Source: Discovery.py: BlackholeUpdater; rns-1.5.7 section 9.3.
#pragma once

#include "actors/discovery/discovery_room.hpp"

namespace plexus {

resident_ptr make_blackhole_updater(const std::shared_ptr<const discovery_room>& room, const control_actor& control);

}  // namespace plexus
