#include "actors/interfaces/interfaces_supervisor.hpp"

#include "actors/clock.hpp"
#include "actors/interfaces/interface_factory.hpp"
#include "actors/interfaces/local_instance.hpp"
#include "actors/interfaces/traffic_ledger.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"
#include "actors/supervision/restart_policy.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <unordered_map>

namespace plexus {
namespace {

/// Between two attempts to open an interface; doubled each time.
constexpr duration retry_wait_first = std::chrono::seconds(1), retry_wait_max = std::chrono::seconds(60);
/// An interface that does not answer for so long is left out of a status.
constexpr auto status_timeout = std::chrono::seconds(2);
constexpr std::size_t gone_max = 1024;
/// Figures of automatic connections are summed up under this, since strangers choose their names.
constexpr std::string_view discovered_section = "discovered interfaces";

struct interfaces_state {
  explicit interfaces_state(interfaces_supervisor::base*) {}
  ~interfaces_state() {
    for (const auto& [key, one] : configuration)
      if (one.actor)
        caf::anon_send_exit(one.actor, caf::exit_reason::user_shutdown);
  }

  /// One slot of the shards' dense arrays, and who has it.
  struct slot {
    std::uint32_t generation = 0;
    interface_facts_ptr facts;  ///< null: free
    interface_description_ptr description;
    interface_actor actor;
    std::string section;      ///< of the configuration: its own, or that of whoever spawned it
    traffic_meter_ptr meter;  ///< null: carries nothing itself
  };
  /// An interface of the configuration.
  struct configured {
    add_interface wish;
    interface_actor actor;  ///< null: waits to be started again
    restart_policy policy;
    duration retry_wait = retry_wait_first;  ///< while it cannot be opened
    bool detaching = false;
  };
  using detach_promise = caf::typed_response_promise<change_outcome>;

  const char* name = "interfaces supervisor";
  node_settings settings;
  io_pool* pool = nullptr;
  flap_guard flaps;
  std::vector<shard_actor> shards;
  std::vector<interface_watcher> watchers;
  std::vector<slot> slots;
  std::vector<std::uint32_t> free_slots;
  std::map<caf::actor_addr, std::uint32_t> slot_of;
  std::map<std::string, configured> configuration;
  std::multimap<caf::actor_addr, detach_promise> detached;  ///< who waits for the end of whom
  traffic_ledger ledger;
  /// Counts of what is gone, by section; those of sections that are not configured are kept as long as there is room.
  std::map<std::string, interface_counts> gone;
  std::uint64_t restarts = 0;
  bool ending = false;

  /// The last of that short name, as the reference finds it.
  const slot* find_slot(const std::string& short_name) const {
    const slot* found = nullptr;
    for (const auto& one : slots)
      if (one.facts && one.description->short_name == short_name)
        found = &one;
    return found;
  }
  std::vector<shard_inlet> inlets() const { return {shards.begin(), shards.end()}; }
};

using self_ptr = interfaces_supervisor::stateful_pointer<interfaces_state>;

void tell_shards(self_ptr self, const interfaces_state::slot& slot) {
  for (const auto& shard : self->state.shards)
    self->send(shard, interface_known{slot.facts, slot.actor});
  for (const auto& watcher : self->state.watchers)
    self->send(watcher, interface_known{slot.facts, slot.actor});
}

registration_ptr on_register(self_ptr self, const register_interface& wish) {
  auto& s = self->state;
  std::uint32_t index;
  if (!s.free_slots.empty()) {
    index = s.free_slots.back();
    s.free_slots.pop_back();
  } else if (s.slots.size() < interface_id::slots_max) {
    index = static_cast<std::uint32_t>(s.slots.size());
    s.slots.emplace_back();
  } else {
    throw std::length_error("no interface id is left");
  }
  auto& slot = s.slots[index];
  slot.generation = slot.generation % 0xffff + 1;
  auto facts = wish.facts;
  facts.id = interface_id::make(index, slot.generation);
  slot.facts = std::make_shared<interface_facts>(facts);
  slot.actor = wish.self;
  slot.description = wish.description ? wish.description : std::make_shared<interface_description>();
  const auto parent = facts.parent.slot();
  const bool child = facts.parent && parent < s.slots.size() && s.slots[parent].facts;
  slot.section = child                                  ? s.slots[parent].section
                 : slot.description->autoconnect_source ? std::string(discovered_section)
                                                        : slot.description->short_name;
  slot.meter = wish.meter;
  s.ledger.add(facts.id, facts.parent, slot.description->type != shared_instance_type, wish.meter);
  s.slot_of[wish.self.address()] = index;
  self->monitor(wish.self);
  tell_shards(self, slot);
  return std::make_shared<registration>(registration{facts, s.inlets()});
}

interface_id on_facts(self_ptr self, const interface_facts_ptr& facts) {
  auto& s = self->state;
  const auto index = facts->id.slot();
  if (index < s.slots.size() && s.slots[index].facts && s.slots[index].facts->id == facts->id) {
    s.slots[index].facts = facts;
    tell_shards(self, s.slots[index]);
  }
  return facts->id;
}

void free_slot_of(self_ptr self, const caf::actor_addr& gone) {
  auto& s = self->state;
  const auto found = s.slot_of.find(gone);
  if (found == s.slot_of.end())
    return;
  auto& slot = s.slots[found->second];
  for (const auto& shard : s.shards)
    self->send(shard, interface_gone{slot.facts->id});
  for (const auto& watcher : s.watchers)
    self->send(watcher, interface_gone{slot.facts->id});
  s.ledger.remove(slot.facts->id);
  if (slot.meter && (s.gone.count(slot.section) > 0 || s.gone.size() < gone_max))
    s.gone[slot.section] += slot.meter->counts();
  slot.meter.reset();
  slot.facts.reset();
  slot.description.reset();
  slot.actor = nullptr;
  s.free_slots.push_back(found->second);
  s.slot_of.erase(found);
}

/// Throws what the interface's creation throws.
void start(self_ptr self, interfaces_state::configured& one) {
  auto& s = self->state;
  auto settings = s.settings;
  if (one.wish.defaults)
    settings.reticulum = *one.wish.defaults;
  one.actor = start_interface(self->system(), *one.wish.config, settings, self, *s.pool, s.flaps);
  one.retry_wait = retry_wait_first;
  self->monitor(one.actor);
}

void retry_later(self_ptr self, const std::string& name, interfaces_state::configured& one) {
  self->delayed_send(self, one.retry_wait, restarted_atom::value, name);
  one.retry_wait = std::min(one.retry_wait * 2, retry_wait_max);
}

std::string on_add(self_ptr self, const add_interface& wish) {
  auto& s = self->state;
  const auto& name = wish.config->name;
  if (s.configuration.count(name) > 0 || s.find_slot(name))
    return "there is an interface of that name already";
  auto& one = s.configuration[name];
  one.wish = wish;
  try {
    start(self, one);
    return {};
  } catch (const interface_unavailable& e) {
    s.configuration.erase(name);
    return e.what();
  } catch (const std::exception& e) {
    if (wish.on_failure == open_failure::keep_trying)
      retry_later(self, name, one);
    else
      s.configuration.erase(name);
    return e.what();
  }
}

void restart_later(self_ptr self, const std::string& name, interfaces_state::configured& one) {
  auto& s = self->state;
  one.actor = nullptr;
  ++s.restarts;
  const auto wait = one.policy.on_death(now());
  if (!wait) {
    log(log_level::critical, "The interface {} failed too often", name);
    return self->quit(caf::sec::runtime_error);
  }
  self->delayed_send(self, *wait, restarted_atom::value, name);
}

void on_restart(self_ptr self, const std::string& name) {
  auto& s = self->state;
  const auto found = s.configuration.find(name);
  if (s.ending || found == s.configuration.end() || found->second.actor)
    return;
  try {
    start(self, found->second);
    log(log_level::notice, "Started interface {}", name);
  } catch (const std::exception& e) {
    log(log_level::warning, "The interface {} could not be started: {}", name, e.what());
    retry_later(self, name, found->second);
  }
}

void on_down(self_ptr self, const caf::down_msg& down) {
  auto& s = self->state;
  free_slot_of(self, down.source);
  const auto [first, last] = s.detached.equal_range(down.source);
  for (auto waiting = first; waiting != last; ++waiting)
    waiting->second.deliver(change_outcome::done);
  s.detached.erase(first, last);
  const auto found = std::find_if(s.configuration.begin(), s.configuration.end(), [&](const auto& entry) {
    return entry.second.actor && entry.second.actor.address() == down.source;
  });
  if (found != s.configuration.end()) {
    if (!down.reason || found->second.detaching || s.ending)
      s.configuration.erase(found);
    else
      restart_later(self, found->first, found->second);
  }
  if (s.ending && s.configuration.empty())
    self->quit();
}

void detach_all(self_ptr self, duration within) {
  auto& s = self->state;
  s.ending = true;
  std::erase_if(s.configuration, [](const auto& entry) { return !entry.second.actor; });
  for (const auto& [name, one] : s.configuration)
    self->send(one.actor, detach_atom::value, within);
  if (s.configuration.empty())
    self->quit();
}

/// Answered when the actor is gone, and its sockets with it.
caf::result<change_outcome> end(self_ptr self, const interface_actor& actor) {
  auto& s = self->state;
  auto promise = self->make_response_promise<change_outcome>();
  s.detached.emplace(actor.address(), promise);
  self->send(actor, detach_atom::value, duration{});
  return promise;
}

/// The shared instance and the programs on it are not for detaching.
bool may_be_detached(const interfaces_state::slot& slot) {
  return slot.facts->role == interface_role::network && slot.description->type != shared_instance_type;
}

caf::result<change_outcome> detach_one(self_ptr self, const std::string& name) {
  auto& s = self->state;
  const auto* slot = s.find_slot(name);
  if (slot && !may_be_detached(*slot))
    return change_outcome::refused;
  const auto found = s.configuration.find(name);
  if (found == s.configuration.end())
    return slot ? end(self, slot->actor) : change_outcome::unknown;
  if (!found->second.actor) {
    s.configuration.erase(found);
    return change_outcome::done;
  }
  found->second.detaching = true;
  return end(self, found->second.actor);
}

void on_shard_started(self_ptr self, const shard_started& started) {
  auto& s = self->state;
  s.shards = started.shards;
  for (const auto& slot : s.slots)
    if (slot.facts)
      self->send(s.shards[started.index], interface_known{slot.facts, slot.actor});
  for (const auto& slot : s.slots)
    if (slot.facts)
      self->send(slot.actor, shards_changed{s.inlets()});
  for (const auto& watcher : s.watchers)
    self->send(watcher, started);
}

interfaces_figures_ptr figures_of(const interfaces_state& s) {
  std::map<std::string, interface_figures> sections;
  for (const auto& [name, one] : s.configuration)
    sections[one.wish.config->autoconnect_source ? std::string(discovered_section) : name];
  for (const auto& [name, counts] : s.gone)
    sections[name].counts = counts;
  auto all = std::make_shared<interfaces_figures>();
  all->restarts = s.restarts;
  for (const auto& slot : s.slots) {
    if (!slot.facts)
      continue;
    auto& section = sections[slot.section];
    section.up = section.up || slot.facts->online;
    all->local_clients += slot.facts->role == interface_role::local_client;
    if (!slot.meter)
      continue;
    section.counts += slot.meter->counts();
    section.levels += slot.meter->levels();
    section.levels.online += slot.facts->online;
  }
  for (auto& [name, section] : sections) {
    section.name = name;
    all->interfaces.push_back(std::move(section));
  }
  return all;
}

/// A status on its way: what was asked for, and what is still missing of it.
struct gathering {
  caf::typed_response_promise<interfaces_report_ptr> promise;
  std::shared_ptr<interfaces_report> all = std::make_shared<interfaces_report>();
  std::unordered_map<std::uint32_t, drop_counters> drops;  ///< by id; what shards counted
  std::size_t missing = 0;

  void add_drops(const drop_list& counted) {
    for (const auto& one : *counted)
      for (std::size_t i = 0; i < drop_reasons; ++i)
        drops[one.id.value][i] += one.drops[i];
  }
  void one_less() {
    if (--missing > 0)
      return;
    for (auto& one : all->interfaces)
      if (const auto counted = drops.find(one.facts.id.value); counted != drops.end())
        for (std::size_t i = 0; i < drop_reasons; ++i)
          one.refused[i] += counted->second[i];
    promise.deliver(interfaces_report_ptr(all));
  }
};

interface_report complete(const interfaces_state& s, interface_report report) {
  const auto index = report.facts.id.slot();
  if (index < s.slots.size() && s.slots[index].facts && s.slots[index].facts->id == report.facts.id)
    report.description = s.slots[index].description;
  else
    report.description = std::make_shared<interface_description>();
  const auto line = s.ledger.line_of(report.facts.id);
  report.traffic = line.totals;
  report.rates = line.rates;
  return report;
}

/// Asks all interfaces and shards, and answers with what those say that answer in time.
caf::result<interfaces_report_ptr> on_status(self_ptr self) {
  auto& s = self->state;
  s.ledger.refresh();
  auto all = std::make_shared<gathering>();
  all->promise = self->make_response_promise<interfaces_report_ptr>();
  all->all->totals = s.ledger.node().totals;
  all->all->rates = s.ledger.node().rates;
  all->missing = s.slot_of.size() + s.shards.size() + 1;
  const auto nothing = [all](const caf::error&) { all->one_less(); };
  for (const auto& slot : s.slots)
    if (slot.facts)
      self->request(slot.actor, status_timeout, status_atom::value)
          .then(
              [self, all](const interface_report_ptr& report) {
                if (report->facts.id)  // else it is about to register
                  all->all->interfaces.push_back(complete(self->state, *report));
                all->one_less();
              },
              nothing);
  for (const auto& shard : s.shards)
    self->request(shard, status_timeout, drops_atom::value)
        .then(
            [all](const drop_list& counted) {
              all->add_drops(counted);
              all->one_less();
            },
            nothing);
  auto promise = all->promise;
  all->one_less();
  return promise;
}

interface_list list_of(const interfaces_state& s) {
  auto list = std::make_shared<std::vector<interface_entry>>();
  for (const auto& slot : s.slots) {
    if (!slot.facts)
      continue;
    const auto found = s.configuration.find(slot.description->short_name);
    const bool own = found != s.configuration.end() && found->second.actor == slot.actor;
    list->push_back({slot.facts, slot.description, own ? found->second.wish.config : nullptr});
  }
  return list;
}

void sample(self_ptr self) {
  self->state.ledger.sample(now());
  self->delayed_send(self, traffic_ledger::period, sample_atom::value);
}

interfaces_supervisor::behavior_type interfaces_behavior(self_ptr self, const node_settings& settings, io_pool* pool,
                                                         const std::vector<shard_actor>& shards) {
  auto& s = self->state;
  end_on_exception(self);
  s.settings = settings;
  s.pool = pool;
  s.shards = shards;
  s.flaps = spawn_flap_guard(self->system());
  self->link_to(s.flaps);
  self->set_down_handler([self](const caf::down_msg& down) { on_down(self, down); });
  sample(self);
  return {
      [self](const register_interface& wish) { return on_register(self, wish); },
      [self](const interface_facts_ptr& facts) { return on_facts(self, facts); },
      [self](const shard_started& started) { on_shard_started(self, started); },
      [self, &s](const interface_watcher& watcher) {
        s.watchers.push_back(watcher);
        for (const auto& slot : s.slots)
          if (slot.facts)
            self->send(watcher, interface_known{slot.facts, slot.actor});
      },
      [self](const add_interface& wish) { return on_add(self, wish); },
      [self](detach_atom, const std::string& name) { return detach_one(self, name); },
      [self](detach_atom, duration within) { detach_all(self, within); },
      [self](restarted_atom, const std::string& name) { on_restart(self, name); },
      [self](sample_atom) { sample(self); },
      [self, &s](drop_queue_atom) {
        for (const auto& slot : s.slots)
          if (slot.facts)
            self->send(slot.actor, drop_queue_atom::value);
      },
      [&s](facts_atom) { return list_of(s); },
      [self](status_atom) { return on_status(self); },
      [&s](figures_atom) { return figures_of(s); },
  };
}

}  // namespace

interfaces_supervisor spawn_interfaces(caf::actor_system& system, const node_settings& settings, io_pool& pool,
                                       const std::vector<shard_actor>& shards) {
  return system.spawn(interfaces_behavior, settings, &pool, shards);
}

}  // namespace plexus
