// The part of the node that publishes its interfaces, learns of those of others, connects to them, and takes over
// blackhole lists. Each is a resident of the endpoints, which start it again when it dies; what must not be lost is in
// files and with the interfaces supervisor.
//
//   announcer   one discoverable interface a minute ── maker: programs and stamps, on a thread of its own
//   receiver    announces of others' interfaces ────── store: files, on a thread of its own
//   updater     blackhole lists of the configured sources
//
// Source: Discovery.py; rns-1.5.7 section 9.
#pragma once

#include "actors/control/control_actor.hpp"
#include "actors/discovery/discovery_meter.hpp"
#include "actors/endpoints/endpoints_supervisor.hpp"
#include "actors/interfaces/interfaces_supervisor.hpp"
#include "storage/config/node_config.hpp"
#include "storage/state/state_directory.hpp"
#include "transport/discovery/announce_turns.hpp"
#include "transport/discovery/autoconnector.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace plexus {

struct discovery_times {
  duration announce_turn = announce_turns::turn;
  duration monitor_interval = autoconnector::monitor_interval;
  duration blackhole_first_wait = std::chrono::seconds(20);  ///< before lists are asked for
  duration blackhole_round = std::chrono::seconds(60);       ///< between two looks at which sources are due
  duration path_wait = std::chrono::seconds(15);             ///< for the path to a source
};

struct discovery_room {
  node_config config;  ///< as it was started with
  transport_id identity{};
  std::shared_ptr<const plexus::identity> keys;     ///< of `identity`; null: nothing can be announced
  std::shared_ptr<const plexus::identity> network;  ///< null: none
  std::string version;                              ///< of this program
  random_factory random;
  std::optional<state_directory> state;  ///< prepared; none: what is discovered is kept in memory alone
  std::filesystem::path home;            ///< what `~` stands for
  discovery_times times{};
  std::shared_ptr<discovery_meter> meter = std::make_shared<discovery_meter>();
};

/// What the configuration asks for, each to be sent to the endpoints. The actors outlive the residents.
std::vector<resident_ptr> make_discovery(const discovery_room& room, const interfaces_supervisor& interfaces,
                                         const control_actor& control);

}  // namespace plexus
