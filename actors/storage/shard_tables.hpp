// The tables of the router's shards, as the disk's thread sees them. Every call may wait for a shard.
#pragma once

#include "transport/router/router_shard.hpp"

#include <optional>
#include <stdexcept>
#include <vector>

namespace plexus {

/// A shard has ended or does not answer: what was begun is given up and done again later.
struct shard_unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class shard_tables {
public:
  virtual ~shard_tables() = default;

  virtual unsigned count() const = 0;
  /// Paths and tunnels in pages; the cursor of the next one, or nothing at the end.
  virtual std::optional<std::size_t> paths(unsigned shard, std::size_t cursor, std::size_t most,
                                           std::vector<saved_path>& into) = 0;
  virtual std::optional<std::size_t> tunnels(unsigned shard, std::size_t cursor, std::size_t most,
                                             std::vector<saved_tunnel>& into) = 0;
  /// Newest first.
  virtual std::vector<packet_hash> hashes(unsigned shard, std::size_t most) = 0;

  // To be finished with settle().

  virtual void restore(unsigned shard, std::vector<saved_path> paths) = 0;
  virtual void restore(unsigned shard, std::vector<saved_tunnel> tunnels) = 0;
  virtual void remember(unsigned shard, std::vector<packet_hash> hashes) = 0;
  /// Waits until all that was given is taken. Answers with how many paths were taken since the last call.
  virtual std::uint64_t settle() = 0;
};

}  // namespace plexus
