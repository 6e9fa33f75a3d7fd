// A router shard as an actor: the machine decides, the actor carries out.
//
// Announces and path requests wait in the machine's queues. The actor works on them in slices, never on an I/O thread,
// and takes messages between the slices, so data does not wait for signatures.
#pragma once

#include "actors/interfaces/interface_actor.hpp"
#include "actors/router/shard_inlet.hpp"

#include <caf/actor_system.hpp>

#include <vector>

namespace plexus {

/// Hears of every valid announce of somebody else's destination.
using announce_listener = caf::typed_actor<caf::reacts_to<announces_learned_ptr>>;

using shard_actor = shard_inlet::extend<
    caf::reacts_to<shard_events_ptr>,                     // another shard: what it learned for us
    caf::reacts_to<interface_known>,                      // interfaces supervisor
    caf::reacts_to<interface_gone>,                       // interfaces supervisor
    caf::reacts_to<tick_atom, std::uint64_t>,             // itself: a deadline
    caf::reacts_to<work_atom>,                            // itself: go on with queued work
    caf::reacts_to<announce_round_ptr>,                   // another shard, the first only: its part of a round
    caf::reacts_to<gather_atom>,                          // itself, the first only: the round is complete
    caf::reacts_to<shard_started>,                        // router supervisor: who the shards are
    caf::reacts_to<local_packets_ptr>,                    // endpoints: send these
    caf::reacts_to<announce_listener>,                    // endpoints: tell this one, too
    caf::reacts_to<add_local_atom, address>,              // endpoints: packets to this are for us
    caf::reacts_to<remove_local_atom, address>,           // endpoints
    caf::reacts_to<request_path_atom, destination_hash>,  // anybody: ask the network
    caf::reacts_to<blackhole_set>,                        // control
    caf::replies_to<find_atom, destination_hash>::with<std::optional<path_summary>>,
    caf::replies_to<recall_atom, destination_hash>::with<known_path_ptr>,
    caf::replies_to<paths_atom, std::uint8_t>::with<path_list>,  // up to so many hops
    caf::replies_to<drop_atom, destination_hash>::with<bool>, caf::replies_to<drops_atom>::with<drop_list>,
    caf::replies_to<drop_via_atom, transport_id>::with<std::uint64_t>, caf::replies_to<rates_atom>::with<rate_list>,
    caf::replies_to<save_atom, std::uint64_t, std::uint64_t>::with<saved_paths_ptr>,  // cursor, most
    caf::replies_to<restore_atom, saved_paths_ptr>::with<std::uint64_t>,              // how many were taken
    caf::replies_to<save_atom, tunnels_atom, std::uint64_t, std::uint64_t>::with<saved_tunnels_ptr>,
    caf::replies_to<restore_atom, saved_tunnels_ptr>::with<std::uint64_t>,
    caf::replies_to<save_atom, hashes_atom, std::uint64_t>::with<packet_hashes_ptr>,  // so many of the newest
    caf::replies_to<restore_atom, packet_hashes_ptr>::with<std::uint64_t>,
    caf::replies_to<status_atom>::with<shard_status>>;

/// The shards as they are from now on; the one at `index` is new.
struct shard_started {
  unsigned index = 0;
  std::vector<shard_actor> shards;
};

using endpoints_inlet = caf::typed_actor<caf::reacts_to<local_delivery_ptr>>;

/// Who else gets what a shard puts out; a handle may be empty.
struct shard_outlets {
  endpoints_inlet endpoints;
  announce_listener announces;
};

/// Starts the shard of `config.shard_index`. It forwards once it was told who the shards are.
shard_actor spawn_shard(caf::actor_system& system, const router_config& config, const shard_outlets& outlets);

}  // namespace plexus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::announce_listener)
