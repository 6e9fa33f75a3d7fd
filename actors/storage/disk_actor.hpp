// The one thread that touches the state files. It does one job after the other, each as long as it takes; whoever gives
// it jobs sees to it that few wait. Shards that it asks answer in between their other messages.
#pragma once

#include "actors/router/shard_actor.hpp"
#include "actors/storage/state_restorer.hpp"
#include "actors/storage/unsaved_announces.hpp"
#include "actors/supervision/child_spec.hpp"

#include <memory>
#include <vector>

namespace plexus {

struct restore_job {
  std::vector<shard_actor> shards;
  restore_request request;
};
/// Gives paths to their shards: their interface is there.
struct release_job {
  std::vector<shard_actor> shards;
  std::vector<waiting_chunk_ptr> chunks;
  interface_id heard_on{};
  std::uint64_t hash_secret = 0;
};
struct save_job {
  std::vector<shard_actor> shards;
  std::shared_ptr<const save_request> request;
};

/// A job that needs shards is answered with an error when one of them has ended.
using disk_actor =
    caf::typed_actor<caf::replies_to<restore_job>::with<restore_result_ptr>,
                     caf::replies_to<release_job>::with<std::uint64_t>,  // paths that were taken
                     caf::replies_to<save_job>::with<save_result_ptr>,
                     caf::replies_to<announce_files>::with<std::int64_t>,  // nanoseconds that it took
                     // destinations of an identity, with a path or without
                     caf::replies_to<find_atom, save_job, identity_hash>::with<std::vector<destination_hash>>>;

/// Started again when it dies, under the same handle.
disk_actor spawn_disk(caf::actor_system& system, const state_directory& state,
                      std::shared_ptr<const interface_book> interfaces, const restart_count& restarts);

}  // namespace plexus
