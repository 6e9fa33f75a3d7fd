#include "actors/storage/disk_actor.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"
#include "messages/packet.hpp"
#include "transport/destination_name.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <sys/resource.h>

namespace plexus {
namespace {

/// So long a shard may take for one message.
constexpr std::chrono::seconds patience{30};
/// Messages under way to one shard: it has work while the next chunk is made, and takes traffic in between.
constexpr std::size_t under_way_max = 2;
/// Packets come first when the machine has not time for everything.
constexpr int niceness = 10;

class asked_shards final : public shard_tables {
public:
  asked_shards(caf::actor_system& system, const std::vector<shard_actor>& shards)
      : self_(system), shards_(shards), under_way_(shards.size()) {}

  unsigned count() const override { return static_cast<unsigned>(shards_.size()); }

  std::optional<std::size_t> paths(unsigned shard, std::size_t cursor, std::size_t most,
                                   std::vector<saved_path>& into) override {
    const auto page = ask<saved_paths_ptr>(shard, save_atom::value, std::uint64_t{cursor}, std::uint64_t{most});
    into = page->paths;
    return page->next;
  }
  std::optional<std::size_t> tunnels(unsigned shard, std::size_t cursor, std::size_t most,
                                     std::vector<saved_tunnel>& into) override {
    const auto page = ask<saved_tunnels_ptr>(shard, save_atom::value, tunnels_atom::value, std::uint64_t{cursor},
                                             std::uint64_t{most});
    into = page->tunnels;
    return page->next;
  }
  std::vector<packet_hash> hashes(unsigned shard, std::size_t most) override {
    return *ask<packet_hashes_ptr>(shard, save_atom::value, hashes_atom::value, std::uint64_t{most});
  }

  void restore(unsigned shard, std::vector<saved_path> paths) override {
    auto message = std::make_shared<saved_paths>();
    message->paths = std::move(paths);
    give(shard, saved_paths_ptr(std::move(message)));
  }
  void restore(unsigned shard, std::vector<saved_tunnel> tunnels) override {
    auto message = std::make_shared<saved_tunnels>();
    message->tunnels = std::move(tunnels);
    give(shard, saved_tunnels_ptr(std::move(message)));
  }
  void remember(unsigned shard, std::vector<packet_hash> hashes) override {
    give(shard, packet_hashes_ptr(std::make_shared<std::vector<packet_hash>>(std::move(hashes))));
  }
  std::uint64_t settle() override {
    for (auto& waiting : under_way_)
      while (!waiting.empty())
        await_first(waiting);
    return std::exchange(taken_, 0);
  }

private:
  using answers = std::deque<std::function<std::uint64_t()>>;

  template <class Result, class... Message>
  Result ask(unsigned shard, Message... message) {
    Result result{};
    self_->request(shards_[shard], patience, message...)
        .receive([&](const Result& r) { result = r; },
                 [&](const caf::error&) { throw shard_unavailable("a router shard does not answer"); });
    return result;
  }

  template <class Message>
  void give(unsigned shard, Message message) {
    auto& waiting = under_way_[shard];
    if (waiting.size() >= under_way_max)
      await_first(waiting);
    using handle = decltype(self_->request(shards_[shard], patience, restore_atom::value, message));
    auto answer = std::make_shared<handle>(self_->request(shards_[shard], patience, restore_atom::value, message));
    waiting.push_back([answer] {
      std::uint64_t taken = 0;
      answer->receive([&](std::uint64_t t) { taken = t; },
                      [&](const caf::error&) { throw shard_unavailable("a router shard does not answer"); });
      return taken;
    });
  }
  void await_first(answers& waiting) {
    const auto first = std::move(waiting.front());
    waiting.pop_front();
    taken_ += first();
  }

  caf::scoped_actor self_;
  const std::vector<shard_actor>& shards_;
  std::vector<answers> under_way_;
  std::uint64_t taken_ = 0;
};

struct disk_state {
  explicit disk_state(disk_actor::base*) {}

  const char* name = "disk";
  std::optional<state_directory> state;
  std::shared_ptr<const interface_book> interfaces;
};

using self_ptr = disk_actor::stateful_pointer<disk_state>;

/// From the first writing on; a start is not to wait. On Linux it is this thread's own.
void give_way() {
  ::setpriority(PRIO_PROCESS, 0, niceness);
}

/// Whoever gave the job hears of every failure: an actor that ended of it could not tell. A shard that is gone is no
/// fault of the disk's.
template <class Result, class Job>
caf::result<Result> attempt(self_ptr self, const std::vector<shard_actor>& shards, Job job) {
  try {
    asked_shards tables(self->system(), shards);
    return job(tables);
  } catch (const shard_unavailable&) {
    return caf::make_error(caf::sec::request_receiver_down);
  } catch (const std::exception& error) {
    log(log_level::error, "The state files: {}", error.what());
    return caf::make_error(caf::sec::runtime_error);
  }
}

std::vector<destination_hash> destinations_of(const state_directory& state, shard_tables& shards,
                                              const identity_hash& owner) {
  std::vector<destination_hash> found;
  std::vector<saved_path> page;
  for (unsigned shard = 0; shard < shards.count(); ++shard)
    for (std::optional<std::size_t> cursor = 0; cursor;) {
      cursor = shards.paths(shard, *cursor, 1000, page);
      for (const auto& path : page)
        if (const auto view = parse_packet(path.announce); view && view->data.size() >= public_key::size)
          if (hash_identity(public_key::from(view->data)) == owner)
            found.push_back(path.destination);
    }
  static_cast<void>(state.load_known_destinations([&](const known_destination& entry) {
    if (hash_identity(entry.key) == owner)
      found.push_back(entry.destination);
  }));
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

disk_actor::behavior_type disk_behavior(self_ptr self, const state_directory& state,
                                        const std::shared_ptr<const interface_book>& interfaces) {
  auto& s = self->state;
  end_on_exception(self);
  s.state = state;
  s.interfaces = interfaces;
  return {
      [self, &s](const restore_job& job) {
        return attempt<restore_result_ptr>(self, job.shards, [&](shard_tables& shards) -> restore_result_ptr {
          return std::make_shared<restore_result>(state_restorer(*s.state, *s.interfaces, shards).restore(job.request));
        });
      },
      [self, &s](const release_job& job) {
        return attempt<std::uint64_t>(self, job.shards, [&](shard_tables& shards) {
          std::uint64_t taken = 0;
          for (const auto& chunk : job.chunks)
            taken += state_restorer(*s.state, *s.interfaces, shards).release(*chunk, job.heard_on, job.hash_secret);
          return taken;
        });
      },
      [self, &s](const save_job& job) {
        give_way();
        return attempt<save_result_ptr>(self, job.shards, [&](shard_tables& shards) -> save_result_ptr {
          return std::make_shared<save_result>(state_saver(*s.state, *s.interfaces, shards).save(*job.request));
        });
      },
      [self, &s](const announce_files& announces) {
        give_way();
        return attempt<std::int64_t>(self, {}, [&](shard_tables&) {
          const auto begin = read_clocks();
          for (const auto& one : *announces)
            write_announce(*s.state, one.destination, one.hash, one.packet, one.interface, begin.unix_now);
          return std::int64_t{(now() - begin.monotonic_now).count()};
        });
      },
      [self, &s](find_atom, const save_job& job, const identity_hash& owner) {
        return attempt<std::vector<destination_hash>>(
            self, job.shards, [&](shard_tables& shards) { return destinations_of(*s.state, shards, owner); });
      },
  };
}

}  // namespace

disk_actor spawn_disk(caf::actor_system& system, const state_directory& state,
                      std::shared_ptr<const interface_book> interfaces, const restart_count& restarts) {
  child_spec spec;
  spec.name = "disk";
  spec.restarts = restarts;
  spec.start = [state, interfaces = std::move(interfaces)](caf::actor_system& in, const caf::actor&) {
    return caf::actor_cast<caf::actor>(in.spawn<caf::detached>(disk_behavior, state, interfaces));
  };
  return caf::actor_cast<disk_actor>(supervise(system, std::move(spec)));
}

}  // namespace plexus
