#include "actors/storage/storage_actor.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "actors/storage/disk_actor.hpp"
#include "actors/storage/save_schedule.hpp"
#include "actors/storage/waiting_paths.hpp"
#include "actors/supervision/failures.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace plexus {
namespace {

constexpr std::chrono::seconds tick_interval{1};
constexpr save_pace known_pace{std::chrono::seconds(30), 10, {}};
constexpr save_pace full_pace{std::chrono::seconds(60), 100, std::chrono::hours(12)};
constexpr save_pace clean_pace{std::chrono::minutes(15), 100, std::chrono::minutes(15)};
/// A fresh node keeps all that the file knows for as long as the reference does. Source: Transport.py:
/// known_destinations_interval.
constexpr std::chrono::minutes keep_unused_for{5};
/// A save that nobody waits for writes single files for so long; the rest are for the next one.
constexpr std::chrono::seconds files_slice{20};
/// After single announces were written, the disk has rest from them for so many times as long as that took.
constexpr int announce_files_rest = 19;
/// Files that one second may bring: writing them must not become a part of what an announce costs.
constexpr std::size_t unsaved_max = 256;
/// How long this actor may have been dead, and its mailbox long, at most.
constexpr std::chrono::seconds died_at_most_ago{60};
constexpr std::size_t marks_max = 1u << 16;

/// What is not lost when the actor dies.
struct storage_memory {
  std::vector<shard_actor> shards;
  waiting_paths waiting;
  unsaved_announces unsaved{unsaved_max};
  std::optional<unix_time> missed_since;
  std::optional<unix_time> missed_before_save;  ///< the same, while a save is under way that makes up for it
  use_marks marks;
  /// By the last save; none: there was none yet.
  save_result_ptr saved;

  instant started = now();
  save_schedule known{known_pace, started}, full{full_pace, started}, clean{clean_pace, started};
  node_root root;  ///< waits to hear that the state is restored; empty when it has
  bool begun = false;
  bool restored = false;  ///< all that the files held, once
  storage_status status;
};

struct storage_state : kept_state<storage_memory>::life {
  explicit storage_state(storage_actor::base*) {}

  const char* name = "storage";
  storage_settings settings;
  std::shared_ptr<interface_book> book;
  disk_actor disk;
  restart_count restarts;
  instant write_after{};
  unsigned restoring = 0;  ///< jobs under way
  bool saving = false, writing = false;

  void on_change() {
    known.on_change();
    full.on_change();
  }
};

using self_ptr = storage_actor::stateful_pointer<storage_state>;

/// What waited for this interface goes to the shards.
void release(self_ptr self, const stored_interface& interface) {
  auto& s = self->state;
  auto chunks = s.waiting.take(interface.hash);
  if (chunks.empty())
    return;
  self->request(s.disk, caf::infinite, release_job{s.shards, std::move(chunks), interface.id, s.settings.hash_secret})
      .then(
          [&s, name = interface.name](std::uint64_t taken) {
            s.status.paths_restored += taken;
            log(log_level::verbose, "Restored {} paths over {}", taken, name);
          },
          [](const caf::error&) {});
}

void on_restored(self_ptr self, const restore_result& result) {
  auto& s = self->state;
  s.status.paths_restored += result.restored;
  s.status.restore_took = result.took;
  std::vector<stored_interface_ptr> here;
  for (const auto& chunk : result.waiting) {
    s.waiting.add(chunk, now());
    // It may have come while the table was read.
    if (auto interface = s.book->find(chunk->interface); interface && (here.empty() || here.back() != interface))
      here.push_back(std::move(interface));
  }
  for (const auto& interface : here)
    release(self, *interface);
  log(log_level::info, "Restored {} paths in {:.2f} s; {} wait for their interfaces, {} have no announce",
      result.restored, seconds_of(result.took), s.waiting.paths(), result.abandoned);
}

/// The first time that nothing is being restored any more. A node whose files cannot be read learns anew.
void tell_restored(self_ptr self) {
  auto& s = self->state;
  if (s.restoring > 0)
    return;
  s.restored = s.begun;
  if (s.root)
    self->send(std::exchange(s.root, nullptr), node_step::state_restored);
}

void restore(self_ptr self, std::optional<unsigned> only) {
  auto& s = self->state;
  restore_job job;
  job.shards = s.shards;
  job.request.transport = s.settings.transport;
  job.request.only = only;
  job.request.hash_secret = s.settings.hash_secret;
  job.request.paths_max = s.settings.paths_max;
  ++s.restoring;
  self->request(s.disk, caf::infinite, std::move(job))
      .then(
          [self, &s](const restore_result_ptr& result) {
            --s.restoring;
            on_restored(self, *result);
            tell_restored(self);
          },
          [self, &s](const caf::error&) {
            --s.restoring;
            log(log_level::error, "The stored paths could not be restored");
            tell_restored(self);
          });
}

void on_learned(storage_state& s, const std::vector<announce_learned>& learned) {
  for (const auto& one : learned) {
    if (!one.path_added)
      continue;
    s.on_change();
    const auto interface = s.book->find(one.from);
    if (s.unsaved.add({one.destination, one.hash, one.packet, interface ? interface->name : std::string()}))
      continue;
    ++s.status.announces_missed;
    if (!s.missed_since)
      s.missed_since = unix_time{read_clocks().unix_now.seconds - 1};
  }
}

/// A flood of announces does not become a flood of files: what is not written now comes with the next full save.
void write_announces(self_ptr self) {
  auto& s = self->state;
  if (s.writing || s.unsaved.empty() || now() < s.write_after)
    return;
  s.writing = true;
  self->request(s.disk, caf::infinite,
                announce_files(std::make_shared<std::vector<unsaved_announce>>(s.unsaved.take())))
      .then(
          [&s](std::int64_t took) {
            s.writing = false;
            s.write_after = now() + duration(took) * announce_files_rest;
          },
          [&s](const caf::error&) { s.writing = false; });
}

void on_saved(storage_state& s, const save_request& request, const save_result_ptr& result) {
  ++(result->complete ? s.status.saves : s.status.saves_failed);
  s.status.last_save_took = result->took;
  if (!result->complete)
    return;
  for (const auto& [destination, mark] : request.marks)
    if (const auto now_marked = s.marks.find(destination); now_marked != s.marks.end() && now_marked->second == mark)
      s.marks.erase(now_marked);
  s.saved = result;
  log(log_level::debug, "Saved {} paths and {} destinations without one in {:.2f} s; {} files written, {} removed",
      result->paths, result->pathless.size(), seconds_of(result->took), result->files_written, result->files_removed);
}

/// Calls `done` with whether all is written.
template <class Done>
void save(self_ptr self, bool everything, instant files_until, Done done) {
  auto& s = self->state;
  const auto time = now();
  auto request = std::make_shared<save_request>();
  request->everything = everything;
  request->clean = everything && s.clean.is_due(time);
  request->keep_unused = time - s.started < keep_unused_for;
  request->transport = s.settings.transport;
  request->marks = s.marks;
  request->waiting = s.waiting.all();
  request->missed_since = everything ? std::exchange(s.missed_since, std::nullopt) : std::nullopt;
  s.missed_before_save = request->missed_since;
  request->files_until = files_until;
  s.saving = true;
  s.known.on_begin();
  if (everything)
    s.full.on_begin();
  const auto finish = [&s, request](duration took, bool complete) {
    s.saving = false;
    s.missed_before_save.reset();
    s.known.on_end(now(), took, complete);
    if (request->everything)
      s.full.on_end(now(), took, complete);
    if (request->clean)
      s.clean.on_end(now(), took, complete);
    if (!complete && request->missed_since)
      s.missed_since = request->missed_since;
  };
  self->request(s.disk, caf::infinite, save_job{s.shards, request})
      .then(
          [&s, finish, request, done](const save_result_ptr& result) {
            on_saved(s, *request, result);
            finish(result->took, result->complete && !result->files_missing);
            done(result->complete);
          },
          [&s, finish, done](const caf::error&) {
            ++s.status.saves_failed;
            finish(duration::zero(), false);
            done(false);
          });
}

void on_tick(self_ptr self) {
  auto& s = self->state;
  const auto time = now();
  self->delayed_send(self, tick_interval, tick_atom::value);
  if (const auto forgotten = s.waiting.expire(time); forgotten > 0)
    log(log_level::info, "Forgot {} stored paths whose interfaces did not come", forgotten);
  write_announces(self);
  if (!s.begun || s.restoring > 0 || s.saving)
    return;
  if (s.full.is_due(time))
    save(self, true, time + files_slice, [](bool) {});
  else if (s.known.is_due(time))
    save(self, false, instant::max(), [](bool) {});
}

bool has(const std::vector<destination_hash>& sorted, const destination_hash& one) {
  return std::binary_search(sorted.begin(), sorted.end(), one);
}

/// False: marked as it was before, or no room.
bool note_mark(storage_state& s, const destination_mark& wish) {
  const auto known = s.marks.find(wish.destination);
  const bool retained = known != s.marks.end() ? known->second == known_destination::retained
                                               : s.saved && has(s.saved->retained, wish.destination);
  if (wish.use == rpc::destination_use::used && retained)
    return false;
  if (known == s.marks.end() && s.marks.size() >= marks_max)
    return false;
  s.marks[wish.destination] = wish.use == rpc::destination_use::retain ? known_destination::retained : wish.at;
  s.known.on_change();
  return true;
}

caf::result<bool> on_mark(self_ptr self, const destination_mark& wish) {
  auto& s = self->state;
  // Before the first save it is not known what the file holds.
  if (s.shards.empty() || !s.saved || has(s.saved->pathless, wish.destination))
    return note_mark(s, wish);
  const auto& owner =
      s.shards[shard_of(wish.destination.data(), s.settings.hash_secret, static_cast<unsigned>(s.shards.size()))];
  auto promise = self->make_response_promise<bool>();
  self->request(owner, std::chrono::seconds(2), find_atom::value, wish.destination)
      .then([&s, wish,
             promise](const std::optional<path_summary>& path) mutable { promise.deliver(path && note_mark(s, wish)); },
            [promise](const caf::error&) mutable { promise.deliver(false); });
  return promise;
}

caf::result<bool> on_retain_identity(self_ptr self, const identity_hash& owner) {
  auto& s = self->state;
  auto promise = self->make_response_promise<bool>();
  self->request(s.disk, caf::infinite, find_atom::value, save_job{s.shards, {}}, owner)
      .then(
          [&s, promise](const std::vector<destination_hash>& found) mutable {
            bool any = false;
            for (const auto& destination : found)
              any = note_mark(s, {destination, rpc::destination_use::retain, {}}) || any;
            promise.deliver(any);
          },
          [promise](const caf::error&) mutable { promise.deliver(false); });
  return promise;
}

caf::result<bool> on_save(self_ptr self, duration within) {
  auto& s = self->state;
  // What has not been restored yet is still in the files, and must stay there.
  if (!s.begun || s.restoring > 0)
    return true;
  auto promise = self->make_response_promise<bool>();
  save(self, true, now() + within, [promise](bool complete) {
    auto answer = promise;
    answer.deliver(complete);
  });
  return promise;
}

void on_gone(self_ptr self, interface_id id) {
  auto& s = self->state;
  s.book->remove(id);
  s.on_change();
}

struct storage_setup {
  storage_settings settings;
  std::shared_ptr<interface_book> book = std::make_shared<interface_book>();
  disk_actor disk;
  restart_count restarts;
};

/// What a former life was about to write, or never got to see, the next full save makes up for.
void go_on(storage_state& s) {
  if (!s.begun)
    return;
  auto since = unix_time{read_clocks().unix_now.seconds - died_at_most_ago.count()};
  for (const auto& earlier : {s.missed_since, s.missed_before_save})
    if (earlier && earlier->seconds < since.seconds)
      since = *earlier;
  s.missed_since = since;
  s.missed_before_save.reset();
  s.on_change();
}

/// The disk gives up when it fails too often; so do we then.
void watch_disk(self_ptr self) {
  self->monitor(self->state.disk);
  self->set_down_handler([self](const caf::down_msg& down) { self->quit(down.reason); });
}

storage_actor::behavior_type storage_behavior(self_ptr self, const storage_setup& setup,
                                              const kept_state<storage_memory>& memories) {
  auto& s = self->state;
  end_on_exception(self);
  s.take_over(memories);
  s.settings = setup.settings;
  s.book = setup.book;
  s.disk = setup.disk;
  s.restarts = setup.restarts;
  watch_disk(self);
  go_on(s);
  self->delayed_send(self, tick_interval, tick_atom::value);
  return {
      [&s](const announces_learned_ptr& learned) { on_learned(s, *learned); },
      [self, &s](const interface_known& known) {
        s.book->add(*known.facts);
        if (const auto interface = s.book->find(known.facts->id))
          release(self, *interface);
      },
      [self](const interface_gone& gone) { on_gone(self, gone.id); },
      [self, &s](const shard_started& started) {
        if (started.index < s.shards.size())
          s.shards[started.index] = started.shards[started.index];
        if (s.begun && !started.with_tables)
          restore(self, started.index);
      },
      [self, &s](const begin_restoring& begin) {
        if (s.restored)
          return;
        s.shards = begin.shards;
        s.begun = true;
        s.root = begin.root;
        restore(self, std::nullopt);
      },
      [self](tick_atom) { on_tick(self); },
      [self](save_atom, duration within) { return on_save(self, within); },
      [self](const destination_mark& wish) { return on_mark(self, wish); },
      [self](const identity_mark& wish) { return on_retain_identity(self, wish.identity); },
      [&s](status_atom) {
        auto status = s.status;
        status.paths_waiting = s.waiting.paths();
        status.announces_waiting = s.unsaved.size();
        status.restarts = *s.restarts;
        return status;
      },
  };
}

std::optional<kept_message> keep_for_later_lives(const caf::type_erased_tuple& message) {
  const auto key_of = [](interface_id id) { return "interface " + std::to_string(id.value); };
  if (message.match_elements<interface_known>())
    return kept_message{key_of(message.get_as<interface_known>(0).facts->id)};
  if (message.match_elements<interface_gone>())
    return kept_message{key_of(message.get_as<interface_gone>(0).id), true};
  if (message.match_elements<begin_restoring>())
    return kept_message{"restoring"};
  if (message.match_elements<shard_started>())
    return kept_message{"shard " + std::to_string(message.get_as<shard_started>(0).index)};
  return std::nullopt;
}

}  // namespace

storage_actor spawn_storage(caf::actor_system& system, const state_directory& state, const storage_settings& settings) {
  storage_setup setup;
  setup.settings = settings;
  setup.restarts = std::make_shared<tally>();
  setup.disk = spawn_disk(system, state, setup.book, setup.restarts);
  // With the last life of the actor.
  std::shared_ptr<void> end_disk{
      nullptr, [disk = setup.disk](void*) { caf::anon_send_exit(disk, caf::exit_reason::user_shutdown); }};
  child_spec spec;
  spec.name = "storage";
  spec.restarts = setup.restarts;
  spec.keep = keep_for_later_lives;
  const kept_state<storage_memory> memories{storage_memory()};
  spec.start = [setup, memories, end_disk](caf::actor_system& in, const caf::actor&) {
    return caf::actor_cast<caf::actor>(in.spawn(storage_behavior, setup, memories));
  };
  return caf::actor_cast<storage_actor>(supervise(system, std::move(spec)));
}

}  // namespace plexus
