#include "actors/endpoints/endpoints_supervisor.hpp"

#include "actors/clock.hpp"
#include "actors/endpoints/endpoints_state.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"
#include "transport/crypto/sha256.hpp"

#include <algorithm>

namespace plexus {

void tell_owner(endpoints_ptr self, const address& local) {
  auto& s = self->state;
  if (s.connected())
    self->send(s.around->owner_of(local), add_local_atom::value, local);
}

void forget_address(endpoints_ptr self, const address& local) {
  auto& s = self->state;
  s.routes.erase(local);
  if (s.connected())
    self->send(s.around->owner_of(local), remove_local_atom::value, local);
}

namespace {

/// A shard that begins knows none of our addresses.
void introduce(endpoints_ptr self, std::optional<unsigned> index) {
  auto& s = self->state;
  const auto count = static_cast<unsigned>(s.around->shards.size());
  const auto concerned = [&](const address& local) {
    return !index || shard_of(local.data(), s.settings.hash_secret, count) == *index;
  };
  for (const auto& [local, child] : s.routes)
    if (concerned(local))
      tell_owner(self, local);
  for (const auto& [packet, promise] : s.waiting)
    if (concerned(proof_address(packet)))
      tell_owner(self, proof_address(packet));
  for (unsigned i = 0; i < count; ++i)
    if (!index || *index == i)
      for (const auto& listener : s.announce_listeners)
        self->send(s.around->shards[i], listener);
}

void change_surroundings(endpoints_ptr self, surroundings changed) {
  auto& s = self->state;
  s.around = std::make_shared<const surroundings>(std::move(changed));
  for (const auto& [hash, entry] : s.destinations)
    if (entry.actor)
      self->send(entry.actor, s.around);
  for (const auto& [id, entry] : s.links)
    self->send(entry.actor, s.around);
}

void on_shard_started(endpoints_ptr self, const shard_started& started) {
  const bool first = !self->state.connected();
  auto changed = *self->state.around;
  changed.shards = started.shards;
  change_surroundings(self, std::move(changed));
  introduce(self, first ? std::nullopt : std::optional(started.index));
}

// Destinations

void start_destination(endpoints_ptr self, destination_entry& entry) {
  auto& s = self->state;
  auto start = std::make_shared<destination_start>();
  start->around = s.around;
  start->random = s.settings.random;
  start->spec = entry.spec;
  start->ratchets = entry.ratchets;
  start->proofs = s.settings.proofs;
  start->parent = self;
  entry.actor = spawn_destination(self->system(), start);
  self->monitor(entry.actor);
  s.routes.insert_or_assign(rename<address>(entry.spec->hash()), entry.actor);
}

registered begin_destination(endpoints_ptr self, const destination_spec_ptr& spec, const octet_string& ratchets) {
  auto& s = self->state;
  const auto [entry, added] = s.destinations.try_emplace(spec->hash(), destination_entry{spec, {}, ratchets});
  if (!added)
    return {{}, "the destination " + spec->hash().pretty() + " is already registered"};
  start_destination(self, entry->second);
  tell_owner(self, rename<address>(spec->hash()));
  tell_instance_soon(self);
  return {entry->second.actor, {}};
}

/// Also for links that are there already, as the reference's links ask their destination each time.
registered change_destination(endpoints_ptr self, destination_entry& entry, const destination_spec_ptr& spec) {
  auto& s = self->state;
  entry.spec = spec;
  if (entry.actor)
    self->send(entry.actor, spec);
  const auto hash = spec->hash();
  const auto change = order(configure_link{spec->links});
  for (const auto& [id, link] : s.links)
    if (link.destination == hash && link.role == link_role::responder)
      caf::anon_send(link.actor, change);
  return {entry.actor, {}};
}

void want_files(endpoints_ptr self) {
  auto& s = self->state;
  if (s.files)
    return;
  s.files = spawn_ratchet_files(self->system());
  self->monitor(s.files);
}

caf::result<registered> on_spec(endpoints_ptr self, const destination_spec_ptr& spec) {
  auto& s = self->state;
  auto promise = self->make_response_promise<registered>();
  const auto found = s.destinations.find(spec->hash());
  const bool has_file = spec->ratchets && !spec->ratchets->file.empty();
  if (has_file)
    want_files(self);
  if (found != s.destinations.end() && (spec->takes_over || found->second.spec->listener == spec->listener)) {
    promise.deliver(change_destination(self, found->second, spec));
  } else if (!has_file) {
    promise.deliver(begin_destination(self, spec, {}));
  } else {
    self->request(s.files, caf::infinite, find_atom::value, spec->ratchets->file.string())
        .then(
            [self, spec, promise](const ratchet_reading_ptr& reading) mutable {
              promise.deliver(reading->problem.empty() ? begin_destination(self, spec, reading->content)
                                                       : registered{{}, reading->problem});
            },
            [promise](const caf::error&) mutable {
              promise.deliver(registered{{}, "the ratchets could not be read"});
            });
  }
  return promise;
}

void end_destination(endpoints_ptr self, const destination_hash& hash) {
  auto& s = self->state;
  const auto found = s.destinations.find(hash);
  if (found == s.destinations.end())
    return;
  if (found->second.actor) {
    self->demonitor(found->second.actor.address());
    self->send_exit(found->second.actor, caf::exit_reason::user_shutdown);
  }
  s.destinations.erase(found);
  forget_address(self, rename<address>(hash));
}

// Children that end

void start_resident(endpoints_ptr self, resident_entry& entry) {
  entry.actor = entry.what->start(self->system(), self);
  self->monitor(entry.actor);
}

void on_link_down(endpoints_ptr self, const link_entry& entry, const caf::error& reason) {
  auto& s = self->state;
  if (entry.id)
    forget_address(self, rename<address>(*entry.id));
  if (!reason || reason == caf::exit_reason::user_shutdown)
    return;
  ++s.counts.links_died;
  log(log_level::error, "A link to {} ended because of an error", entry.destination.pretty());
  if (!entry.listener)
    return;
  link_news last{entry.actor, {}, {}};
  last.facts.id = entry.id.value_or(link_id{});
  last.facts.destination = entry.destination;
  last.facts.role = entry.role;
  last.facts.state = link_state::closed;
  last.events.emplace_back(link_closed{teardown_reason::timeout});
  self->send(entry.listener, std::make_shared<const link_news>(std::move(last)));
}

/// How long to wait, or nothing: the node has to end.
std::optional<duration> wait_for_restart(endpoints_ptr self, const std::string& who) {
  const auto wait = self->state.policy.on_death(now());
  if (wait) {
    log(log_level::error, "{} ended and is started again", who);
    return wait;
  }
  log(log_level::critical, "{} ended too often", who);
  self->quit(caf::sec::runtime_error);
  return wait;
}

void on_down(endpoints_ptr self, const caf::down_msg& down) {
  auto& s = self->state;
  if (const auto link = s.links.extract(down.source.id()); !link.empty()) {
    on_link_down(self, link.mapped(), down.reason);
    if (s.ending && s.links.empty())
      self->quit();
    return;
  }
  if (s.files && s.files.address() == down.source) {
    s.files = nullptr;
    return want_files(self);
  }
  for (auto& [hash, entry] : s.destinations)
    if (entry.actor && entry.actor.address() == down.source) {
      entry.actor = nullptr;
      s.routes.erase(rename<address>(hash));
      if (const auto wait = wait_for_restart(self, "The destination " + hash.pretty()))
        self->delayed_send(self, *wait, restarted_atom::value, hash);
      return;
    }
  for (std::uint32_t i = 0; i < s.residents.size(); ++i)
    if (s.residents[i].actor && s.residents[i].actor.address() == down.source) {
      s.residents[i].actor = nullptr;
      if (const auto wait = wait_for_restart(self, "A part of the node that uses destinations"))
        self->delayed_send(self, *wait, restarted_atom::value, i);
      return;
    }
}

void on_detach(endpoints_ptr self, duration within) {
  auto& s = self->state;
  s.ending = true;
  if (s.links.empty())
    return self->quit();
  for (const auto& [id, entry] : s.links)
    caf::anon_send(entry.actor, order(close_link{}));
  self->delayed_send(self, within, close_atom::value);
}

void on_interface(endpoints_ptr self, const interface_known& known) {
  auto& s = self->state;
  const auto slot = known.facts->id.slot();
  if (slot >= s.interfaces.size())
    s.interfaces.resize(slot + 1);
  const auto& before = s.interfaces[slot].facts;
  const bool changed = !before || before->id != known.facts->id || before->online != known.facts->online;
  s.interfaces[slot] = {known.facts, known.actor};
  if (changed && known.facts->role == interface_role::shared_instance)
    on_instance(self, *known.facts);
}

endpoints_actor::behavior_type endpoints_behavior(endpoints_ptr self, const endpoints_settings& settings) {
  auto& s = self->state;
  end_on_exception(self);
  s.settings = settings;
  s.receipts = receipt_table(settings.receipts_max);
  s.routes = decltype(s.routes)(16, secret_hash{settings.hash_secret});
  auto first = std::make_shared<surroundings>();
  first->hash_secret = settings.hash_secret;
  s.around = std::move(first);
  self->set_down_handler([self](const caf::down_msg& down) { on_down(self, down); });
  return {
      [self](const interface_known& known) { on_interface(self, known); },
      [&s](const interface_gone& gone) {
        if (s.find(gone.id))
          s.interfaces[gone.id.slot()] = {};
      },
      [self](const shard_started& started) { on_shard_started(self, started); },
      [self](const local_delivery_ptr& batch) { on_deliveries(self, batch); },
      [self](const blackhole_set& blackholes) {
        auto changed = *self->state.around;
        changed.blackholes = blackholes;
        change_surroundings(self, std::move(changed));
      },
      [self](const link_id& id) { on_link_named(self, id); },
      [self](const announcement_ptr& made) { on_announcement(self, *made); },
      [self](const destination_spec_ptr& spec) { return on_spec(self, spec); },
      [self](close_atom, const destination_hash& hash) { end_destination(self, hash); },
      [self](const link_wish_ptr& wish) { return open_link(self, wish); },
      [self](const outgoing_packet_ptr& out) { return on_outgoing(self, out); },
      [self, &s](const announce_listener& listener) {
        s.announce_listeners.push_back(listener);
        for (const auto& shard : s.around->shards)
          self->send(shard, listener);
      },
      [self, &s](request_path_atom, const destination_hash& destination) {
        if (s.connected())
          self->send(s.around->owner_of(rename<address>(destination)), request_path_atom::value, destination);
      },
      [self, &s](recall_atom, const destination_hash& destination) -> caf::result<known_path_ptr> {
        if (!s.connected())
          return known_path_ptr();
        return self->delegate(s.around->owner_of(rename<address>(destination)), recall_atom::value, destination);
      },
      [self, &s](const resident_ptr& what) {
        start_resident(self, s.residents.emplace_back(resident_entry{what, {}}));
      },
      [self, &s](restarted_atom, std::uint32_t index) { start_resident(self, s.residents[index]); },
      [self, &s](restarted_atom, const destination_hash& hash) {
        if (const auto found = s.destinations.find(hash); found != s.destinations.end() && !found->second.actor)
          start_destination(self, found->second);
      },
      [self, &s](tick_atom, std::uint64_t setting) {
        if (s.timer.rings(setting))
          on_receipts_due(self);
      },
      [self](announce_atom) { tell_instance(self); },
      [self, &s](announce_atom, const destination_hash& hash, const octet_string& app_data) {
        if (const auto found = s.destinations.find(hash); found != s.destinations.end() && found->second.actor)
          self->send(found->second.actor, announce_atom::value, app_data);
      },
      [self, &s](prove_atom, const destination_hash& hash, const packet_hash& packet, interface_id from) {
        if (const auto found = s.destinations.find(hash); found != s.destinations.end() && found->second.actor)
          self->send(found->second.actor, prove_atom::value, packet, from);
      },
      [self](detach_atom, duration within) { on_detach(self, within); },
      [self](close_atom) { self->quit(); },
      [&s](status_atom) {
        auto status = s.counts;
        status.destinations = s.destinations.size();
        status.links = s.links.size();
        status.receipts = s.receipts.size();
        status.restarts = s.policy.restarts();
        return status;
      },
  };
}

}  // namespace

endpoints_actor spawn_endpoints(caf::actor_system& system, const endpoints_settings& settings) {
  return system.spawn(endpoints_behavior, settings);
}

}  // namespace plexus
