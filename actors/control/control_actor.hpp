// The control plane: answers the calls of the management protocol by asking shards and interfaces, keeps the blackhole
// list, and changes interfaces while the node runs.
//
// Nothing here waits: an answer that has to be gathered is given when its parts are there.
// Source: rns-1.5.7 sections 1.14, 7.3 and 7.5; Reticulum.py: rpc_loop.
#pragma once

#include "actors/control/control_messages.hpp"
#include "actors/interfaces/interfaces_supervisor.hpp"
#include "actors/router/router_supervisor.hpp"
#include "storage/config/node_config.hpp"

#include <caf/actor_system.hpp>

#include <filesystem>
#include <functional>

namespace plexus {

using control_actor =
    caf::typed_actor<caf::reacts_to<control_call_ptr>,                       // rpc listener
                     caf::replies_to<control_request>::with<control_reply>,  // remote management, metrics
                     caf::reacts_to<shard_started>,                          // router supervisor
                     caf::reacts_to<destination_keeper>,                     // storage: ask me from now on
                     caf::reacts_to<blackhole_watcher>,                      // endpoints, discovery
                     caf::reacts_to<settings_watcher>,                       // discovery
                     caf::reacts_to<blackhole_publication>,                  // discovery
                     caf::reacts_to<restarted_atom>,                         // main: read the configuration again
                     caf::reacts_to<tick_atom>>;                             // itself: the job of every minute

struct control_settings {
  node_config config;  ///< as it was started with
  transport_id identity{};
  std::optional<identity_hash> network{};
  std::uint64_t hash_secret = 0;
  std::filesystem::path config_directory;  ///< empty: nothing is read or saved
  /// Called when node-wide settings that apply at once were read again.
  std::function<void(const node_config&)> settings_changed;
};

control_actor spawn_control(caf::actor_system& system, const control_settings& settings,
                            const interfaces_supervisor& interfaces, const std::vector<shard_actor>& shards);

}  // namespace plexus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::destination_keeper)
