// Keeps the node's state on disk: gives the shards at the start what they knew, writes what they learn, and saves their
// tables now and then. It never blocks; all disk work is a detached child's, which has one job of a kind at a time.
//
//   announce accepted   its cache file and ratchet, about a second later; of a flood, at the next full save
//   something changed   known_destinations, after at least 30 s or ten times as long as the last time took;
//                       everything, after at least 60 s or a hundred times as long as it took
//   nothing changed     everything, every 12 hours, as the reference does
//   the node ends       everything
//   a shard failed      its tables are read from the files as they are; what came after those is learned again
//
// A node that dies at any moment has lost what it learned since the last full save; the reference, which saves every 12
// hours only, loses more. Source: rns-1.5.7 sections 1.1, 1.2, 5.2, 5.3; Reticulum.py: PERSIST_INTERVAL,
// GRACIOUS_PERSIST_INTERVAL.
#pragma once

#include "actors/control/control_messages.hpp"
#include "actors/interfaces/interfaces_supervisor.hpp"
#include "actors/router/shard_actor.hpp"
#include "actors/supervision/child_spec.hpp"
#include "actors/supervision/node_root.hpp"
#include "storage/state/state_directory.hpp"

#include <memory>
#include <vector>

namespace plexus {

struct storage_settings {
  bool transport = true;
  std::uint64_t hash_secret = 0;
  std::size_t paths_max = 0;
};

/// Node to storage: the interfaces of the configuration are there.
struct begin_restoring {
  std::vector<shard_actor> shards;
  node_root root{};  ///< told when it is done, as far as it can be
};

/// Control asks it about the use of destinations; false: no such destination.
using storage_actor =
    destination_keeper::extend<caf::reacts_to<announces_learned_ptr>,  // shards
                               caf::reacts_to<interface_known>,        // interfaces supervisor
                               caf::reacts_to<interface_gone>,         // interfaces supervisor
                               caf::reacts_to<shard_started>,          // interfaces supervisor: this one is empty
                               caf::reacts_to<begin_restoring>,        // node
                               caf::reacts_to<tick_atom>,              // itself, each second
                               caf::replies_to<save_atom, duration>::with<bool>,  // node, control: save everything, in
                                                                                  // about that time
                               caf::replies_to<status_atom>::with<storage_status>>;

/// The handle stays the same when the actor has to be started again; what it knew is not lost then.
storage_actor spawn_storage(caf::actor_system& system, const state_directory& state, const storage_settings& settings);

}  // namespace plexus
