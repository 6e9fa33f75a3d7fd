// Hears of others' interfaces, keeps them, and connects to them as far as the operator wants it.
//
// Stamps are checked here, within a budget. Connections are interfaces of the node like any other; which of them are
// discovered ones is written in their settings, so that a receiver that is started again finds its own.
// Source: Discovery.py: InterfaceAnnounceHandler, InterfaceDiscovery; rns-1.5.7 section 9.2.
#pragma once

#include "actors/discovery/discovery_room.hpp"

namespace plexus {

resident_ptr make_discovery_receiver(const std::shared_ptr<const discovery_room>& room,
                                     const interfaces_supervisor& interfaces, const control_actor& control);

}  // namespace plexus
