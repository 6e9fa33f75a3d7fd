// Writes what the shards know: storage/known_destinations, and with `everything` the path table, the announces that
// made the paths, tunnels and packet hashes.
//
// One round through the pages of all shards feeds all files at once, so that a node of a million paths needs memory for
// one page. Announces are in place before the table that refers to them, and old announces go after it: a process that
// dies in between leaves a table whose announces are there.
//
// known_destinations is a round's paths and, out of the file's last state, destinations without a path that are kept:
// those that are retained, and those that were used in the last 756000 seconds. Nothing of it is kept in memory.
// Source: rns-1.5.7 sections 1.1, 5.2 and 5.3; Transport.py: save_path_table, save_tunnel_table, save_packet_hashlist,
// clean_announce_cache; Identity.py: clean_known_destinations.
#pragma once

#include "actors/storage/interface_book.hpp"
#include "actors/storage/shard_tables.hpp"
#include "storage/state/state_directory.hpp"

#include <optional>
#include <unordered_map>

namespace plexus {

/// Paths that were stored for an interface which is not there yet.
struct waiting_chunk {
  interface_hash interface{};
  std::vector<saved_path> paths;
};
using waiting_chunk_ptr = std::shared_ptr<const waiting_chunk>;

/// What programs said of destinations: known_destination::retained, or when it was last used.
using use_marks = std::unordered_map<destination_hash, unix_time>;

struct save_request {
  bool everything = false;
  bool clean = false;        ///< with `everything`: removes announces and ratchets that nothing refers to
  bool keep_unused = false;  ///< also keeps destinations without a path that nobody used
  bool transport = true;     ///< without it there is no path table and what belongs to it
  use_marks marks;
  std::vector<waiting_chunk_ptr> waiting;
  /// Announces since then may have been missed: their ratchets are written again.
  std::optional<unix_time> missed_since;
  /// No more single files from then on.
  instant files_until = instant::max();
};

struct save_result {
  bool complete = false;  ///< all files are written
  std::size_t paths = 0;
  std::size_t files_written = 0, files_removed = 0;
  bool files_missing = false;  ///< there was no time for all single files
  duration took{};
  std::vector<destination_hash> pathless;  ///< destinations that are known, but have no path; sorted
  std::vector<destination_hash> retained;  ///< sorted
};

class state_saver {
public:
  state_saver(const state_directory& state, const interface_book& interfaces, shard_tables& shards)
      : state_(state), interfaces_(interfaces), shards_(shards) {}

  /// Throws shard_unavailable, and leaves the files as they were.
  save_result save(const save_request& request);

private:
  const state_directory& state_;
  const interface_book& interfaces_;
  shard_tables& shards_;
};

/// Cached announce and ratchet of a valid announce, as the reference writes them when it hears one.
void write_announce(const state_directory& state, const destination_hash& destination, const packet_hash& hash,
                    octets packet, const std::string& interface, unix_time now);

}  // namespace plexus
