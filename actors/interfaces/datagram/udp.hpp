// UDPInterface: one packet a datagram, to one address, unicast or broadcast.
// Source: rns-1.5.7 section 8.3; UDPInterface.py.
#pragma once

#include "actors/interfaces/datagram/datagram_interface.hpp"
#include "actors/io/io_pool.hpp"
#include "storage/config/interface_config.hpp"

#include <caf/actor_system.hpp>

#include <string>

namespace plexus {

/// The settings with the broadcast address of `device` where an address is missing. Throws std::runtime_error when the
/// device is not there or has none.
udp_settings with_device_addresses(udp_settings settings);

/// As the reference's str(): `UDPInterface[name/ip:port]` of what it listens on.
std::string udp_name(const std::string& name, const udp_settings& settings);

/// `settings` as with_device_addresses() gives them. Throws std::system_error when it cannot listen.
interface_actor start_udp(caf::actor_system& system, const interface_settings& common, const udp_settings& settings,
                          const interface_registry& registry, io_pool& pool);

}  // namespace plexus
