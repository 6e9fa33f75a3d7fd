#include "actors/storage/state_saver.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "actors/storage/stored_forms.hpp"
#include "messages/announce.hpp"
#include "messages/packet.hpp"
#include "transport/crypto/sha256.hpp"

#include <algorithm>
#include <unordered_set>

namespace plexus {
namespace {

/// Entries in one message of a shard: less than half a millisecond of its time.
constexpr std::size_t page_size = 1000;
constexpr std::size_t tunnels_max = 1u << 16, pathless_max = 1u << 18, previous_max = 1u << 21;
constexpr std::size_t hashes_max = 500'000;
/// Source: Identity.py: clean_known_destinations, 1.25 times Transport.DESTINATION_TIMEOUT; RATCHET_EXPIRY.
constexpr double used_lifetime = 756000, ratchet_lifetime = 2592000;

std::uint64_t prefix_of(const octet* hash) {
  std::uint64_t prefix;
  std::memcpy(&prefix, hash, sizeof prefix);
  return prefix;
}

/// Hashes by their first 8 octets: a million of them in 8 MB. A collision only spares a file.
class hash_prefixes {
public:
  void add(const octet* hash) { prefixes_.push_back(prefix_of(hash)); }
  void sort() { std::sort(prefixes_.begin(), prefixes_.end()); }
  bool contains(const octet* hash) const {
    return std::binary_search(prefixes_.begin(), prefixes_.end(), prefix_of(hash));
  }

private:
  std::vector<std::uint64_t> prefixes_;
};

/// One save under way.
class saving {
public:
  saving(const state_directory& state, const interface_book& interfaces, shard_tables& shards,
         const save_request& request)
      : state_(state),
        interfaces_(interfaces),
        shards_(shards),
        request_(request),
        known_(state.write_known_destinations()) {
    if (request_.everything) {
      for (const auto& hash : state_.announces())
        announces_there_.add(hash.data());
      announces_there_.sort();
      for (const auto& destination : state_.ratchets())
        ratchets_there_.add(destination.data());
      ratchets_there_.sort();
      if (request_.transport) {
        paths_.emplace(state_.write_paths());
        snapshot_.emplace(state_.write_announce_snapshot());
      }
    }
  }

  save_result run() {
    load_previous();
    gather_paths();
    gather_tunnels();
    carry_pathless();
    commit();
    if (request_.everything && request_.clean)
      clean();
    std::sort(result_.pathless.begin(), result_.pathless.end());
    std::sort(result_.retained.begin(), result_.retained.end());
    result_.took = now() - wall_.monotonic_now;
    return std::move(result_);
  }

private:
  /// When destinations were used, by the file as it is. What has a path is struck out as it comes by.
  void load_previous() {
    const auto loaded = state_.load_known_destinations([&](const known_destination& entry) {
      const auto mark = request_.marks.find(entry.destination);
      const auto used = mark == request_.marks.end() ? entry.last_used : mark->second;
      if ((used != known_destination::never || request_.keep_unused) && previous_.size() < previous_max)
        previous_[entry.destination] = used;
    });
    if (!loaded && loaded.error().what != file_fault::kind::missing)
      log(log_level::error, "{}", loaded.error().shown());
  }

  void gather_paths() {
    std::vector<saved_path> page;
    for (unsigned shard = 0; shard < shards_.count(); ++shard) {
      std::optional<std::size_t> cursor = 0;
      while (cursor) {
        page.clear();
        cursor = shards_.paths(shard, *cursor, page_size, page);
        for (const auto& path : page) {
          const auto interface = interfaces_.find(path.heard_on);
          add_path(path, interface ? std::optional(interface->hash) : std::nullopt, interface.get());
        }
      }
    }
    for (const auto& chunk : request_.waiting)
      for (const auto& path : chunk->paths)
        add_path(path, chunk->interface, nullptr);
  }

  void add_path(const saved_path& path, const std::optional<interface_hash>& heard_on,
                const stored_interface* interface) {
    static constexpr std::chrono::seconds usual_lifetime{604800};
    const auto hash = hash_packet(path.announce);
    auto heard = announced_by(path, hash, interface ? interface->path_lifetime : usual_lifetime, wall_);
    if (!heard)
      return;
    ++result_.paths;
    auto& entry = heard->destination;
    note_use(entry);
    encode_known_destination(known_.entry(), entry);
    if (entry.last_used == known_destination::retained)
      result_.retained.push_back(entry.destination);
    if (!request_.everything)
      return;
    destinations_.add(path.destination.data());
    store_announce(path, hash, interface);
    if (heard->ratchet)
      store_ratchet(entry, *heard->ratchet);
    if (paths_ && heard_on)
      encode_path(paths_->entry(), to_record(path, heard_on, hash, wall_));
  }

  void note_use(known_destination& entry) {
    const auto before = previous_.extract(entry.destination);
    const auto mark = request_.marks.find(entry.destination);
    if (mark != request_.marks.end())
      entry.last_used = mark->second;
    else if (!before.empty() && before.mapped() == known_destination::retained)
      entry.last_used = known_destination::retained;
    else if (!before.empty())
      entry.last_used = std::max(entry.last_used, before.mapped());
  }

  void store_announce(const saved_path& path, const packet_hash& hash, const stored_interface* interface) {
    const auto name = interface ? std::optional<std::string>(interface->name) : std::nullopt;
    if (snapshot_)
      snapshot_->add({hash, name, path.announce});
    announces_.add(hash.data());
    if (announces_there_.contains(hash.data()) || !may_write())
      return;
    note(state_.store_announce(hash, path.announce, name));
  }

  void store_ratchet(const known_destination& entry, const ratchet_key& key) {
    const bool missed = request_.missed_since && *request_.missed_since <= entry.announced_at;
    if ((!missed && ratchets_there_.contains(entry.destination.data())) || !may_write())
      return;
    note(state_.save_ratchet(entry.destination, {key, entry.announced_at}));
  }

  bool may_write() {
    result_.files_missing =
        result_.files_missing || (request_.files_until != instant::max() && now() >= request_.files_until);
    return !result_.files_missing;
  }

  void note(const std::error_code& error) {
    ++result_.files_written;
    if (error && !error_)
      error_ = error;
  }

  void gather_tunnels() {
    if (!paths_)
      return;
    std::unordered_map<tunnel_id, std::size_t> index;
    std::vector<saved_tunnel> page;
    for (unsigned shard = 0; shard < shards_.count(); ++shard) {
      std::optional<std::size_t> cursor = 0;
      while (cursor) {
        page.clear();
        cursor = shards_.tunnels(shard, *cursor, page_size, page);
        for (const auto& tunnel : page)
          add_tunnel(tunnel, index);
      }
    }
  }

  void add_tunnel(const saved_tunnel& tunnel, std::unordered_map<tunnel_id, std::size_t>& index) {
    const auto interface = interfaces_.find(tunnel.interface);
    const auto hash = interface ? std::optional(interface->hash) : std::nullopt;
    const auto [known, is_new] = index.try_emplace(tunnel.id, tunnels_.size());
    if (is_new && tunnels_.size() == tunnels_max)
      return;
    if (is_new)
      tunnels_.push_back({tunnel.id, hash, {}, wall_.to_unix(tunnel.expires_at)});
    if (known->second >= tunnels_.size())
      return;
    auto& record = tunnels_[known->second];
    record.expires = std::max(record.expires, wall_.to_unix(tunnel.expires_at));
    for (const auto& path : tunnel.paths) {
      const auto packet = hash_packet(path.announce);
      store_announce(path, packet, interface.get());
      record.paths.push_back(to_record(path, hash, packet, wall_));
    }
  }

  /// Out of the old file into the new one: what has no path, and is kept nevertheless.
  void carry_pathless() {
    if (previous_.empty())
      return;
    const auto loaded = state_.load_known_destinations([&](known_destination entry) {
      const auto left = previous_.find(entry.destination);
      if (left == previous_.end() || result_.pathless.size() >= pathless_max)
        return;
      entry.last_used = left->second;
      previous_.erase(left);
      const bool retained = entry.last_used == known_destination::retained;
      if (!retained && !request_.keep_unused && wall_.unix_now.seconds - entry.last_used.seconds > used_lifetime)
        return;
      encode_known_destination(known_.entry(), entry);
      result_.pathless.push_back(entry.destination);
      if (retained)
        result_.retained.push_back(entry.destination);
      if (request_.everything)
        destinations_.add(entry.destination.data());
    });
    if (!loaded && loaded.error().what != file_fault::kind::missing)
      log(log_level::error, "{}", loaded.error().shown());
  }

  void commit() {
    if (paths_) {
      const auto hashes = gather_hashes();
      note_commit(snapshot_->commit());
      note_commit(paths_->commit());
      note_commit(state_.save_tunnels(tunnels_));
      note_commit(state_.save_packet_hashes(hashes));
    }
    note_commit(known_.commit());
    result_.complete = !error_;
    if (error_)
      log(log_level::error, "The state below {} could not be saved: {}", state_.storage().string(), error_.message());
  }

  void note_commit(const std::error_code& error) {
    if (error && !error_)
      error_ = error;
  }

  /// Oldest first. Shards that were started with the same file know the same hashes.
  std::vector<packet_hash> gather_hashes() {
    std::vector<packet_hash> all;
    std::unordered_set<packet_hash> seen;
    for (unsigned shard = 0; shard < shards_.count(); ++shard)
      for (const auto& hash : shards_.hashes(shard, hashes_max / shards_.count()))
        if (seen.insert(hash).second)
          all.push_back(hash);
    std::reverse(all.begin(), all.end());
    return all;
  }

  void clean() {
    if (!result_.complete)
      return;
    announces_.sort();
    destinations_.sort();
    result_.files_removed = state_.clean_announces([&](const packet_hash& h) { return announces_.contains(h.data()); });
    result_.files_removed += state_.clean_ratchets([&](const destination_hash& d, const ratchet_record& ratchet) {
      return destinations_.contains(d.data()) && wall_.unix_now.seconds <= ratchet.received.seconds + ratchet_lifetime;
    });
    result_.files_removed += state_.clean_caches(wall_.unix_now);
  }

  const state_directory& state_;
  const interface_book& interfaces_;
  shard_tables& shards_;
  const save_request& request_;
  const clocks wall_ = read_clocks();
  table_writer known_;
  std::optional<table_writer> paths_;
  std::optional<announce_snapshot_file> snapshot_;
  std::vector<tunnel_record> tunnels_;
  std::unordered_map<destination_hash, unix_time> previous_;
  hash_prefixes announces_there_, ratchets_there_;  ///< files as the save found them
  hash_prefixes announces_, destinations_;          ///< what the files now refer to
  std::error_code error_;
  save_result result_;
};

}  // namespace

save_result state_saver::save(const save_request& request) {
  return saving(state_, interfaces_, shards_, request).run();
}

void write_announce(const state_directory& state, const destination_hash& destination, const packet_hash& hash,
                    octets packet, const std::string& interface, unix_time now) {
  const auto name = interface.empty() ? std::nullopt : std::optional(interface);
  auto error = state.store_announce(hash, packet, name);
  const auto view = parse_packet(packet);
  const auto content = view ? announce::parse(view->data, view->header.has_context_flag())
                            : expected<announce>(unexpected(view.error()));
  if (!error && content && content->ratchet)
    error = state.save_ratchet(destination, {*content->ratchet, now});
  if (error)
    log(log_level::warning, "An announce of {} could not be stored: {}", destination.hex(), error.message());
}

}  // namespace plexus
