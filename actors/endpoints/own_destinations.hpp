// What a node offers under its own identities: answers to probes, remote management, its blackhole list, and the
// announces of its network. Which of them, the configuration says.
// Source: rns-1.5.7 sections 1.1 and 9.3; Transport.py: start, remote_status_handler, remote_path_handler,
// blackhole_list_handler.
#pragma once

#include "actors/control/control_actor.hpp"
#include "actors/endpoints/endpoints_supervisor.hpp"
#include "storage/config/node_config.hpp"

#include <chrono>

namespace plexus {

struct own_destinations_settings {
  reticulum_config config;
  std::shared_ptr<const identity> keys;     ///< of the transport id
  std::shared_ptr<const identity> network;  ///< null: none
  std::chrono::seconds first_announce{15}, announce_interval{7200};
};

/// Lives until the endpoints end. `control` outlives it.
resident_ptr make_own_destinations(const own_destinations_settings& settings, const control_actor& control);

/// Whether there is anything to offer.
bool has_own_destinations(const own_destinations_settings& settings);

}  // namespace plexus
