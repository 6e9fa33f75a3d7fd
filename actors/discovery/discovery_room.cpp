#include "actors/discovery/discovery_room.hpp"

#include "actors/discovery/blackhole_updater.hpp"
#include "actors/discovery/discovery_receiver.hpp"
#include "actors/discovery/interface_announcer.hpp"

namespace plexus {

std::vector<resident_ptr> make_discovery(const discovery_room& room, const interfaces_supervisor& interfaces,
                                         const control_actor& control) {
  const auto shared = std::make_shared<const discovery_room>(room);
  std::vector<resident_ptr> made{make_blackhole_updater(shared, control)};
  if (room.keys || room.network)
    made.push_back(make_interface_announcer(shared, interfaces));
  if (room.config.reticulum.discover_interfaces)
    made.push_back(make_discovery_receiver(shared, interfaces, control));
  return made;
}

}  // namespace plexus
