// Announces the node's discoverable interfaces, one a minute, each when its interval is over.
// Source: Discovery.py: InterfaceAnnouncer; rns-1.5.7 section 9.1.
#pragma once

#include "actors/discovery/discovery_room.hpp"

namespace plexus {

resident_ptr make_interface_announcer(const std::shared_ptr<const discovery_room>& room,
                                      const interfaces_supervisor& interfaces);

}  // namespace plexus
