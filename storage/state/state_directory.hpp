// The storage of one node, as the reference lays it out below the configuration directory:
//
//   storage/transport_identity   storage/known_destinations   storage/destination_table   storage/tunnels
//   storage/packet_hashlist.raw  storage/ratchets/<hex32>     storage/identities/<app>
//   storage/cache/<hex64>        storage/cache/announces/<hex64>   storage/resources/<hex64>
//   storage/blackhole/local      storage/blackhole/<hex32>
//   storage/discovery/interfaces/<hex64>
//   storage/plexus/announces     this program's own (announce_snapshot.hpp)
//
// Every file is replaced as a whole, so that a process that dies at any moment leaves the old or the new content. A
// file that cannot be read as what it should be is moved aside and reported; it never stops a start.
//
// All calls touch the disk and may block: not for actors that share a thread. One caller at a time for each file.
// Source: rns-1.5.7 section 5.3; Reticulum.py: __init__, __clean_caches; Transport.py: cache, clean_announce_cache.
#pragma once

#include "storage/state/announce_snapshot.hpp"
#include "storage/state/file_access.hpp"
#include "storage/state/known_destinations.hpp"
#include "storage/state/path_records.hpp"
#include "storage/state/small_files.hpp"
#include "storage/state/table_writers.hpp"
#include "transport/discovery/discovered_interface.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace plexus {

/// Why a file gave nothing.
struct file_fault {
  enum class kind : octet {
    missing,     ///< there is none, which is no error
    unreadable,  ///< the system refused: `system`
    corrupt,     ///< no such format: `format`; moved to `moved_to`
  };
  kind what = kind::missing;
  std::filesystem::path path;
  std::error_code system;
  parse_error format = parse_error::bad_value;
  std::filesystem::path moved_to;  ///< empty if it could not be moved

  /// One sentence for a log.
  std::string shown() const;
};
template <class T>
using loaded = expected<T, file_fault>;

/// How long the reference keeps what lies in cache/ and resources/ (Transport.DESTINATION_TIMEOUT,
/// Reticulum.RESOURCE_CACHE), in seconds.
inline constexpr double cached_packet_lifetime = 7 * 86400.0, cached_resource_lifetime = 86400.0;

class state_directory {
public:
  /// `on_step` is called after each step of each write, for tests that end the process there.
  explicit state_directory(std::filesystem::path config_directory, std::function<void(write_step)> on_step = {});

  /// Makes what is missing of the directories, and removes what interrupted writes left behind; in ratchets/ and
  /// cache/announces/, which may hold a million files, their own cleaning does that.
  std::error_code prepare() const;

  const std::filesystem::path& config_directory() const { return root_; }
  std::filesystem::path storage() const { return root_ / "storage"; }

  loaded<private_key> load_transport_identity() const;
  std::error_code save_transport_identity(const private_key& key) const;
  /// `app` is a plain file name such as `rncp`.
  loaded<private_key> load_identity(const std::string& app) const;
  std::error_code save_identity(const std::string& app, const private_key& key) const;

  loaded<parsed_table<known_destination>> load_known_destinations() const;
  std::error_code save_known_destinations(const std::vector<known_destination>& entries) const;

  /// See read_known_destinations. The number of entries that were passed over comes back.
  loaded<std::size_t> load_known_destinations(const std::function<void(const known_destination&)>& each) const;
  /// Entries are added with encode_known_destination.
  table_writer write_known_destinations() const;

  /// See read_path_table. The number of entries that were passed over comes back.
  loaded<std::size_t> load_paths(const std::function<void(const path_record&)>& each) const;
  /// `next` gives `count` records, one at each call; the table is written in pieces and never held as a whole.
  std::error_code save_paths(std::uint32_t count, const std::function<const path_record&()>& next) const;
  /// Entries are added with encode_path.
  table_writer write_paths() const;
  loaded<parsed_table<tunnel_record>> load_tunnels() const;
  std::error_code save_tunnels(std::span<const tunnel_record> tunnels) const;

  /// Empty if there is no file.
  loaded<std::vector<packet_hash>> load_packet_hashes() const;
  std::error_code save_packet_hashes(const std::vector<packet_hash>& hashes) const;

  loaded<ratchet_record> load_ratchet(const destination_hash& destination) const;
  std::error_code save_ratchet(const destination_hash& destination, const ratchet_record& ratchet) const;
  std::error_code forget_ratchet(const destination_hash& destination) const;
  /// The destinations of which there are ratchets.
  std::vector<destination_hash> ratchets() const;
  /// Of all ratchets that can be read. Others, and those that `keep` turns down, are removed. Answers with how many.
  std::size_t clean_ratchets(const std::function<bool(const destination_hash&, const ratchet_record&)>& keep) const;

  loaded<cached_announce> load_announce(const packet_hash& hash) const;
  /// Not made to survive a loss of power: a lost announce costs one path request.
  std::error_code store_announce(const packet_hash& hash, octets packet,
                                 const std::optional<std::string>& interface) const;
  std::error_code forget_announce(const packet_hash& hash) const;
  /// The packets of which there are cached announces.
  std::vector<packet_hash> announces() const;
  /// Removes every cached announce that `keep` turns down, and what is no announce. Answers with how many.
  std::size_t clean_announces(const std::function<bool(const packet_hash&)>& keep) const;
  loaded<announce_snapshot> load_announce_snapshot() const;
  /// `next` gives `count` announces, one at each call, best in the order of the path table.
  std::error_code save_announce_snapshot(std::uint64_t count, const std::function<announce_view()>& next) const;

  announce_snapshot_file write_announce_snapshot() const;

  /// Without a source: the node's own list.
  loaded<parsed_table<blackhole_record>> load_blackhole(const std::optional<identity_hash>& source) const;
  std::error_code save_blackhole(const std::optional<identity_hash>& source,
                                 const std::vector<blackhole_record>& entries) const;
  /// The sources of which there are lists.
  std::vector<identity_hash> blackhole_sources() const;

  /// Interfaces that were heard of. Files that are no records are passed over and reported; they stay, since the
  /// directory is shared with programs that may know more of them.
  struct discovered_files {
    std::vector<std::pair<discovery_hash, discovered_interface>> records;  ///< by the names of their files
    std::vector<file_fault> faults;
  };
  discovered_files load_discovered() const;
  /// The reference lists the directory at any time, so the file is made elsewhere and moved there.
  std::error_code save_discovered(const discovery_hash& name, const discovered_interface& record) const;
  std::error_code forget_discovered(const discovery_hash& name) const;

  /// Removes cached packets and resources that are older than their lifetimes. Answers with how many.
  std::size_t clean_caches(unix_time now) const;

private:
  write_options options(bool survives_power_loss = true) const;
  file_fault corrupt(const std::filesystem::path& path, parse_error error) const;
  template <class Parse>
  auto load(const std::filesystem::path& path, Parse parse) const;

  std::filesystem::path root_;
  std::function<void(write_step)> on_step_;
};

}  // namespace plexus
