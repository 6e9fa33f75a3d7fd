#include "actors/storage/state_restorer.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "actors/storage/stored_forms.hpp"

#include <algorithm>
#include <map>

namespace plexus {
namespace {

/// Paths in one message to a shard: about a millisecond of its time, in between which it takes traffic.
constexpr std::size_t chunk_size = 1000;
constexpr std::size_t hashes_chunk_size = 20'000;

void report(const file_fault& fault) {
  if (fault.what != file_fault::kind::missing)
    log(log_level::error, "{}", fault.shown());
}

/// Collects paths by shard and hands them over in chunks.
class distributor {
public:
  distributor(shard_tables& shards, std::uint64_t secret, std::optional<unsigned> only)
      : shards_(shards), secret_(secret), only_(only), chunks_(shards.count()) {}

  unsigned owner(const destination_hash& destination) const {
    return shard_of(destination.data(), secret_, shards_.count());
  }
  bool wants(const destination_hash& destination) const { return !only_ || owner(destination) == *only_; }

  void add(saved_path path) {
    const auto shard = owner(path.destination);
    auto& chunk = chunks_[shard];
    if (chunk.capacity() == 0)
      chunk.reserve(chunk_size);
    chunk.push_back(std::move(path));
    if (chunk.size() == chunk_size)
      shards_.restore(shard, std::exchange(chunk, {}));
  }
  void finish() {
    for (unsigned shard = 0; shard < chunks_.size(); ++shard)
      if (!chunks_[shard].empty())
        shards_.restore(shard, std::exchange(chunks_[shard], {}));
  }

private:
  shard_tables& shards_;
  std::uint64_t secret_;
  std::optional<unsigned> only_;
  std::vector<std::vector<saved_path>> chunks_;
};

class restoring {
public:
  restoring(const state_directory& state, const interface_book& interfaces, shard_tables& shards,
            const restore_request& request)
      : state_(state),
        interfaces_(interfaces),
        shards_(shards),
        request_(request),
        distributor_(shards, request.hash_secret, request.only) {}

  restore_result run() {
    if (request_.transport) {
      restore_hashes();
      auto snapshot = state_.load_announce_snapshot();
      if (snapshot)
        snapshot_ = &*snapshot;
      else
        report(snapshot.error());
      restore_paths();
      restore_tunnels();
      snapshot_ = nullptr;
    }
    result_.restored = shards_.settle();
    result_.took = now() - wall_.monotonic_now;
    return std::move(result_);
  }

private:
  template <class Call>
  void for_each_shard(Call call) {
    for (unsigned shard = 0; shard < shards_.count(); ++shard)
      if (!request_.only || *request_.only == shard)
        call(shard);
  }

  /// A packet's shard cannot be told from its hash, so all of them get all; the newest stay.
  void restore_hashes() {
    const auto hashes = state_.load_packet_hashes();
    if (!hashes)
      return report(hashes.error());
    for (std::size_t at = 0; at < hashes->size(); at += hashes_chunk_size) {
      const auto first = hashes->begin() + static_cast<std::ptrdiff_t>(at);
      const auto size = static_cast<std::ptrdiff_t>(std::min(hashes_chunk_size, hashes->size() - at));
      for_each_shard([&](unsigned shard) { shards_.remember(shard, {first, first + size}); });
    }
  }

  /// The announce of a path; valid until the next call.
  octets find_announce(const packet_hash& hash) {
    if (snapshot_)
      if (const auto found = snapshot_->find(hash))
        return found->packet;
    auto loaded = state_.load_announce(hash);
    if (!loaded) {
      report(loaded.error());
      ++result_.abandoned;
      return {};
    }
    file_ = std::move(loaded->packet);
    return file_;
  }

  void restore_paths() {
    const auto read = state_.load_paths([&](const path_record& record) {
      if (!record.heard_on || !distributor_.wants(record.destination) || taken_ >= request_.paths_max)
        return;
      const auto interface = interfaces_.find(*record.heard_on);
      const auto announce = find_announce(record.packet);
      if (announce.empty())
        return;
      ++taken_;
      auto path = from_record(record, announce, interface ? interface->id : interface_id{}, wall_);
      if (interface)
        distributor_.add(std::move(path));
      else
        let_wait(*record.heard_on, std::move(path));
    });
    if (!read)
      report(read.error());
    else if (*read > 0)
      log(log_level::warning, "{} entries of the path table made no sense", *read);
    distributor_.finish();
    for (auto& [interface, chunk] : waiting_)
      result_.waiting.push_back(std::move(chunk));
  }

  void let_wait(const interface_hash& interface, saved_path path) {
    auto& chunk = waiting_[interface];
    if (!chunk)
      chunk = std::make_shared<waiting_chunk>(waiting_chunk{interface, {}});
    chunk->paths.push_back(std::move(path));
    if (chunk->paths.size() == chunk_size)
      result_.waiting.push_back(std::exchange(chunk, std::make_shared<waiting_chunk>(waiting_chunk{interface, {}})));
  }

  void restore_tunnels() {
    const auto stored = state_.load_tunnels();
    if (!stored)
      return report(stored.error());
    std::vector<std::vector<saved_tunnel>> by_shard(shards_.count());
    for (const auto& tunnel : stored->entries) {
      for (auto& tunnels : by_shard)
        tunnels.push_back({tunnel.id, {}, wall_.to_instant(tunnel.expires), {}});
      for (const auto& record : tunnel.paths)
        if (distributor_.wants(record.destination))
          if (const auto announce = find_announce(record.packet); !announce.empty())
            by_shard[distributor_.owner(record.destination)].back().paths.push_back(
                from_record(record, announce, {}, wall_));
    }
    for_each_shard([&](unsigned shard) {
      if (!by_shard[shard].empty())
        shards_.restore(shard, std::move(by_shard[shard]));
    });
  }

  const state_directory& state_;
  const interface_book& interfaces_;
  shard_tables& shards_;
  const restore_request& request_;
  const clocks wall_ = read_clocks();
  distributor distributor_;
  const announce_snapshot* snapshot_ = nullptr;
  octet_string file_;
  std::size_t taken_ = 0;
  std::map<interface_hash, std::shared_ptr<waiting_chunk>> waiting_;
  restore_result result_;
};

}  // namespace

restore_result state_restorer::restore(const restore_request& request) {
  return restoring(state_, interfaces_, shards_, request).run();
}

std::uint64_t state_restorer::release(const waiting_chunk& chunk, interface_id heard_on, std::uint64_t hash_secret) {
  distributor to(shards_, hash_secret, std::nullopt);
  for (auto path : chunk.paths) {
    path.heard_on = heard_on;
    to.add(std::move(path));
  }
  to.finish();
  return shards_.settle();
}

}  // namespace plexus
