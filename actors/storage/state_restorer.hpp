// Reads what a node knew when it stopped, and gives it to the shards: packet hashes, paths, tunnels.
//
// A path comes back when its announce is there, in the snapshot or in a file of its own, and an interface of its stored
// name. Paths of interfaces that are not there yet are handed out, to be given to the shards when those come.
// Source: rns-1.5.7 sections 1.1 and 5.3; Transport.py: start.
#pragma once

#include "actors/storage/state_saver.hpp"

#include <optional>

namespace plexus {

struct restore_request {
  bool transport = true;
  std::optional<unsigned> only;  ///< a shard that was started again
  std::uint64_t hash_secret = 0;
  std::size_t paths_max = 0;  ///< also of paths that are handed out
};

struct restore_result {
  std::uint64_t restored = 0;   ///< paths that the shards took
  std::uint64_t abandoned = 0;  ///< paths without their announce
  std::vector<waiting_chunk_ptr> waiting;
  duration took{};
};

class state_restorer {
public:
  state_restorer(const state_directory& state, const interface_book& interfaces, shard_tables& shards)
      : state_(state), interfaces_(interfaces), shards_(shards) {}

  /// Throws shard_unavailable.
  restore_result restore(const restore_request& request);

  /// Gives paths to their shards whose interface is there by now. Answers with how many were taken.
  std::uint64_t release(const waiting_chunk& chunk, interface_id heard_on, std::uint64_t hash_secret);

private:
  const state_directory& state_;
  const interface_book& interfaces_;
  shard_tables& shards_;
};

}  // namespace plexus
