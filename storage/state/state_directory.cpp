#include "storage/state/state_directory.hpp"

#include <string_view>
#include <sys/stat.h>
#include <type_traits>
#include <utility>

namespace plexus {

namespace fs = std::filesystem;

std::string file_fault::shown() const {
  switch (what) {
    case kind::missing:
      return path.string() + " is not there";
    case kind::unreadable:
      return path.string() + " cannot be read: " + system.message();
    case kind::corrupt:
      return path.string() + " is corrupt (" + std::string{to_string(format)} + ")" +
             (moved_to.empty() ? "" : ", moved to " + moved_to.string());
  }
  return path.string();
}

namespace {

constexpr std::size_t piece_size = 1 << 20;

fs::path announces_of(const fs::path& storage) {
  return storage / "cache" / "announces";
}

fs::path discovered_in(const fs::path& storage) {
  return storage / "discovery" / "interfaces";
}

// Names of the files in a directory, taken before anything is done to them.
std::vector<std::string> files_in(const fs::path& directory) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator it{directory, error}, end; !error && it != end; it.increment(error))
    if (std::error_code ignored; it->is_regular_file(ignored))
      out.push_back(it->path().filename().string());
  return out;
}

template <class Tagged>
std::vector<Tagged> named(const fs::path& directory) {
  std::vector<Tagged> out;
  std::error_code error;
  for (fs::directory_iterator it{directory, error}, end; !error && it != end; it.increment(error))
    if (const auto name = Tagged::from_hex(it->path().filename().string()))
      out.push_back(*name);
  return out;
}

bool remove_file(const fs::path& path) {
  std::error_code ignored;
  return fs::remove(path, ignored);
}

std::error_code forget(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
  return error;
}

bool ends_with(std::string_view name, std::string_view end) {
  return name.size() >= end.size() && name.substr(name.size() - end.size()) == end;
}

std::size_t remove_older(const fs::path& directory, double before) {
  std::size_t removed = 0;
  for (const auto& name : files_in(directory)) {
    struct stat facts{};
    const auto path = directory / name;
    if (name.size() == packet_hash::size * 2 && ::stat(path.c_str(), &facts) == 0 &&
        static_cast<double>(facts.st_mtime) < before)
      removed += remove_file(path);
  }
  return removed;
}

}  // namespace

state_directory::state_directory(fs::path config_directory, std::function<void(write_step)> on_step)
    : root_(std::move(config_directory)), on_step_(std::move(on_step)) {}

write_options state_directory::options(bool survives_power_loss) const {
  write_options out;
  out.survives_power_loss = survives_power_loss;
  out.on_step = on_step_;
  return out;
}

std::error_code state_directory::prepare() const {
  std::error_code error;
  for (const auto* below : {"storage/cache/announces", "storage/resources", "storage/identities", "storage/blackhole",
                            "storage/ratchets", "storage/discovery/interfaces", "storage/plexus/corrupt", "interfaces"})
    if (fs::create_directories(root_ / below, error); error)
      return error;
  for (const auto& directory : {storage(), storage() / "plexus", storage() / "blackhole", storage() / "identities"})
    for (const auto& name : files_in(directory))
      if (ends_with(name, ".tmp") || name.rfind("known_destinations.tmp.", 0) == 0)
        remove_file(directory / name);
  return {};
}

// Aside means `<name>.corrupt`. In directories that the reference lists, such a file would be complained about at each
// of its starts, so those go to storage/plexus/corrupt.
file_fault state_directory::corrupt(const fs::path& path, parse_error error) const {
  const auto name = path.filename().string() + ".corrupt";
  const bool listed = path.parent_path() != storage() && path.parent_path() != storage() / "plexus";
  auto aside = (listed ? storage() / "plexus" / "corrupt" : path.parent_path()) / name;
  std::error_code failed;
  fs::rename(path, aside, failed);
  if (failed)
    aside.clear();
  return {file_fault::kind::corrupt, path, {}, error, aside};
}

template <class Parse>
auto state_directory::load(const fs::path& path, Parse parse) const {
  using content = typename std::invoke_result_t<Parse, file_contents>::value_type;
  std::error_code error;
  auto file = file_contents::read(path, error);
  if (error == std::errc::no_such_file_or_directory)
    return loaded<content>{unexpected(file_fault{file_fault::kind::missing, path, error, {}, {}})};
  if (error)
    return loaded<content>{unexpected(file_fault{file_fault::kind::unreadable, path, error, {}, {}})};
  auto parsed = parse(std::move(file));
  if (!parsed)
    return loaded<content>{unexpected(corrupt(path, parsed.error()))};
  return loaded<content>{std::move(*parsed)};
}

loaded<private_key> state_directory::load_transport_identity() const {
  return load(storage() / "transport_identity", [](const auto& file) { return parse_private_key(file); });
}

std::error_code state_directory::save_transport_identity(const private_key& key) const {
  auto how = options();
  how.mode = 0600;
  return replace_file(storage() / "transport_identity", key.bytes(), how);
}

loaded<private_key> state_directory::load_identity(const std::string& app) const {
  return load(storage() / "identities" / fs::path{app}.filename(),
              [](const auto& file) { return parse_private_key(file); });
}

std::error_code state_directory::save_identity(const std::string& app, const private_key& key) const {
  auto how = options();
  how.mode = 0600;
  return replace_file(storage() / "identities" / fs::path{app}.filename(), key.bytes(), how);
}

loaded<parsed_table<known_destination>> state_directory::load_known_destinations() const {
  return load(storage() / "known_destinations", [](const auto& file) { return parse_known_destinations(file); });
}

std::error_code state_directory::save_known_destinations(const std::vector<known_destination>& entries) const {
  return replace_file(storage() / "known_destinations", encode_known_destinations(entries), options());
}

loaded<std::size_t> state_directory::load_paths(const std::function<void(const path_record&)>& each) const {
  return load(storage() / "destination_table", [&](const auto& file) { return read_path_table(file, each); });
}

std::error_code state_directory::save_paths(std::uint32_t count,
                                            const std::function<const path_record&()>& next) const {
  file_replacement file{storage() / "destination_table", options()};
  octet_string piece;
  encode_path_table_header(piece, count);
  for (std::uint32_t i = 0; i < count; ++i) {
    encode_path(piece, next());
    if (piece.size() >= piece_size) {
      file.append(piece);
      piece.clear();
    }
  }
  file.append(piece);
  return file.commit();
}

loaded<std::size_t> state_directory::load_known_destinations(
    const std::function<void(const known_destination&)>& each) const {
  return load(storage() / "known_destinations", [&](const auto& file) { return read_known_destinations(file, each); });
}

table_writer state_directory::write_known_destinations() const {
  return {storage() / "known_destinations", table_writer::shape::map, options()};
}

table_writer state_directory::write_paths() const {
  return {storage() / "destination_table", table_writer::shape::array, options()};
}

announce_snapshot_file state_directory::write_announce_snapshot() const {
  return {storage() / "plexus" / "announces", options()};
}

std::vector<destination_hash> state_directory::ratchets() const {
  return named<destination_hash>(storage() / "ratchets");
}

std::vector<packet_hash> state_directory::announces() const {
  return named<packet_hash>(announces_of(storage()));
}

loaded<parsed_table<tunnel_record>> state_directory::load_tunnels() const {
  return load(storage() / "tunnels", [](const auto& file) { return parse_tunnels(file); });
}

std::error_code state_directory::save_tunnels(std::span<const tunnel_record> tunnels) const {
  return replace_file(storage() / "tunnels", encode_tunnels(tunnels), options());
}

loaded<std::vector<packet_hash>> state_directory::load_packet_hashes() const {
  auto out = load(storage() / "packet_hashlist.raw",
                  [](const auto& file) { return expected<std::vector<packet_hash>>{parse_packet_hashes(file)}; });
  if (!out && out.error().what == file_fault::kind::missing)
    return std::vector<packet_hash>{};
  return out;
}

std::error_code state_directory::save_packet_hashes(const std::vector<packet_hash>& hashes) const {
  return replace_file(storage() / "packet_hashlist.raw", encode_packet_hashes(hashes), options());
}

loaded<ratchet_record> state_directory::load_ratchet(const destination_hash& destination) const {
  return load(storage() / "ratchets" / destination.hex(), [](const auto& file) { return parse_ratchet(file); });
}

std::error_code state_directory::save_ratchet(const destination_hash& destination,
                                              const ratchet_record& ratchet) const {
  auto how = options(false);
  how.suffix = ".out";
  return replace_file(storage() / "ratchets" / destination.hex(), encode_ratchet(ratchet), how);
}

std::error_code state_directory::forget_ratchet(const destination_hash& destination) const {
  return forget(storage() / "ratchets" / destination.hex());
}

std::size_t state_directory::clean_ratchets(
    const std::function<bool(const destination_hash&, const ratchet_record&)>& keep) const {
  const auto directory = storage() / "ratchets";
  std::size_t removed = 0;
  for (const auto& name : files_in(directory)) {
    std::error_code error;
    const auto destination = destination_hash::from_hex(name);
    const auto ratchet = parse_ratchet(file_contents::read(directory / name, error));
    if (!destination || !ratchet || !keep(*destination, *ratchet))
      removed += remove_file(directory / name);
  }
  return removed;
}

loaded<cached_announce> state_directory::load_announce(const packet_hash& hash) const {
  return load(announces_of(storage()) / hash.hex(), [](const auto& file) { return parse_cached_announce(file); });
}

std::error_code state_directory::store_announce(const packet_hash& hash, octets packet,
                                                const std::optional<std::string>& interface) const {
  return replace_file(announces_of(storage()) / hash.hex(), encode_cached_announce(packet, interface), options(false));
}

std::error_code state_directory::forget_announce(const packet_hash& hash) const {
  return forget(announces_of(storage()) / hash.hex());
}

std::size_t state_directory::clean_announces(const std::function<bool(const packet_hash&)>& keep) const {
  const auto directory = announces_of(storage());
  std::size_t removed = 0;
  for (const auto& name : files_in(directory))
    if (const auto hash = packet_hash::from_hex(name); !hash || !keep(*hash))
      removed += remove_file(directory / name);
  return removed;
}

loaded<announce_snapshot> state_directory::load_announce_snapshot() const {
  return load(storage() / "plexus" / "announces",
              [](file_contents file) { return announce_snapshot::parse(std::move(file)); });
}

std::error_code state_directory::save_announce_snapshot(std::uint64_t count,
                                                        const std::function<announce_view()>& next) const {
  file_replacement file{storage() / "plexus" / "announces", options()};
  announce_snapshot_writer writer{count, [&](octets piece) { file.append(piece); }};
  for (std::uint64_t i = 0; i < count; ++i)
    writer.add(next());
  writer.finish();
  return file.commit();
}

loaded<parsed_table<blackhole_record>> state_directory::load_blackhole(
    const std::optional<identity_hash>& source) const {
  return load(storage() / "blackhole" / (source ? source->hex() : "local"),
              [](const auto& file) { return parse_blackhole(file); });
}

std::error_code state_directory::save_blackhole(const std::optional<identity_hash>& source,
                                                const std::vector<blackhole_record>& entries) const {
  return replace_file(storage() / "blackhole" / (source ? source->hex() : "local"), encode_blackhole(entries),
                      options());
}

std::vector<identity_hash> state_directory::blackhole_sources() const {
  std::vector<identity_hash> out;
  for (const auto& name : files_in(storage() / "blackhole"))
    if (const auto source = identity_hash::from_hex(name))
      out.push_back(*source);
  return out;
}

state_directory::discovered_files state_directory::load_discovered() const {
  const auto directory = discovered_in(storage());
  discovered_files out;
  for (const auto& name : named<discovery_hash>(directory)) {
    const auto path = directory / name.hex();
    std::error_code error;
    const auto file = file_contents::read(path, error);
    if (error == std::errc::no_such_file_or_directory)
      continue;  // another program removed it meanwhile
    auto record = error ? unexpected(parse_error::bad_value) : parse_record_file(file);
    if (record)
      out.records.emplace_back(name, std::move(*record));
    else
      out.faults.push_back(
          {error ? file_fault::kind::unreadable : file_fault::kind::corrupt, path, error, record.error(), {}});
  }
  return out;
}

std::error_code state_directory::save_discovered(const discovery_hash& name, const discovered_interface& record) const {
  auto how = options(false);
  how.staging = storage() / "plexus";
  return replace_file(discovered_in(storage()) / name.hex(), encode_record_file(record), how);
}

std::error_code state_directory::forget_discovered(const discovery_hash& name) const {
  return forget(discovered_in(storage()) / name.hex());
}

std::size_t state_directory::clean_caches(unix_time now) const {
  return remove_older(storage() / "cache", now.seconds - cached_packet_lifetime) +
         remove_older(storage() / "resources", now.seconds - cached_resource_lifetime);
}

}  // namespace plexus
