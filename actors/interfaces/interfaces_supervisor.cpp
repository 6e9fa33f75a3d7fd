#include "actors/interfaces/interfaces_supervisor.hpp"

#include "actors/clock.hpp"
#include "actors/interfaces/interface_factory.hpp"
#include "actors/interfaces/local_instance.hpp"
#include "actors/interfaces/traffic_ledger.hpp"
#include "actors/log.hpp"
#include "actors/supervision/child_spec.hpp"
#include "actors/supervision/failures.hpp"
#include "actors/supervision/restart_policy.hpp"
#include "transport/gates/frequency_estimator.hpp"

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

/// How often the connections of a listener, or the peers of an AutoInterface, hear and send announces and path requests
/// together.
struct interface_family {
  interface_family(const interface_facts& parent, instant now) : gate(parent, gate_config{}, now), counted_at(now) {}

  /// What was heard since the last time is spread evenly over it, or it would look like one great burst.
  void count(instant now) {
    const auto& new_ones = heard.gate;
    const auto steps =
        std::min<std::uint64_t>(frequency_estimator::samples_max,
                                std::max({new_ones.announces_in.packets, new_ones.announces_out.packets,
                                          new_ones.path_requests_in.packets, new_ones.path_requests_out.packets}));
    for (std::uint64_t step = 0; step < steps; ++step)
      gate.note_child(
          share_of(new_ones, step, steps),
          counted_at + (now - counted_at) * static_cast<duration::rep>(step + 1) / static_cast<duration::rep>(steps));
    heard = {};
    counted_at = now;
  }

  interface_gate gate;
  traffic_totals heard;  ///< and not counted yet
  instant counted_at;

private:
  static gate_counters share_of(const gate_counters& all, std::uint64_t step, std::uint64_t steps) {
    const auto part = [&](const packet_count& of) {
      return packet_count{of.packets * (step + 1) / steps - of.packets * step / steps, 0};
    };
    return {part(all.announces_in), part(all.announces_out), part(all.path_requests_in), part(all.path_requests_out)};
  }
};

/// What is not lost when the actor dies. The interfaces live on, and end when nobody keeps this any more.
struct interfaces_memory {
  interfaces_memory() = default;
  interfaces_memory(interfaces_memory&&) = default;
  interfaces_memory& operator=(interfaces_memory&&) = default;
  ~interfaces_memory() {
    for (const auto& [key, one] : configuration)
      if (one.actor)
        caf::anon_send_exit(one.actor, caf::exit_reason::user_shutdown);
    if (flaps)
      caf::anon_send_exit(flaps, caf::exit_reason::user_shutdown);
  }

  /// One slot of the shards' dense arrays, and who has it.
  struct slot {
    std::uint32_t generation = 0;
    interface_facts_ptr facts;  ///< null: free
    interface_description_ptr description;
    interface_actor actor;
    bool attempted = false;                    ///< it has told whether its medium could be opened
    std::string section;                       ///< of the configuration: its own, or that of whoever spawned it
    traffic_meter_ptr meter;                   ///< null: carries nothing itself
    traffic_totals told;                       ///< what its parent knows of that
    std::unique_ptr<interface_family> family;  ///< null: it has no children
  };
  /// An interface of the configuration.
  struct configured {
    add_interface wish;
    interface_actor actor;  ///< null: waits to be started again
    restart_policy policy;
    duration retry_wait = retry_wait_first;  ///< while it cannot be opened
    bool detaching = false;
  };

  flap_guard flaps;
  std::vector<shard_actor> shards;
  std::vector<interface_watcher> watchers;
  std::vector<slot> slots;
  std::vector<std::uint32_t> free_slots;
  std::map<caf::actor_addr, std::uint32_t> slot_of;
  std::map<std::string, configured> configuration;
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
  /// What an interface has carried since the last time counts for its parent, too.
  void tell_parent(slot& child) {
    if (!child.facts || !child.meter || child.facts->parent.slot() >= slots.size())
      return;
    const auto& parent = slots[child.facts->parent.slot()];
    if (!parent.family || !parent.facts || parent.facts->id != child.facts->parent)
      return;
    const auto counted = child.meter->read();
    auto more = counted;
    more -= child.told;
    parent.family->heard += more;
    child.told = counted;
  }
  std::vector<shard_inlet> inlets() const { return {shards.begin(), shards.end()}; }
  bool has_attempted(const configured& one) const {
    if (!one.actor)
      return true;
    const auto found = slot_of.find(one.actor.address());
    return found != slot_of.end() && (slots[found->second].attempted || slots[found->second].facts->online);
  }
};

struct interfaces_state : kept_state<interfaces_memory>::life {
  explicit interfaces_state(interfaces_supervisor::base*) {}

  using detach_promise = caf::typed_response_promise<change_outcome>;

  const char* name = "interfaces supervisor";
  node_settings settings;
  io_pool* pool = nullptr;
  interface_registry front;                                 ///< how interfaces know us, in every life
  std::multimap<caf::actor_addr, detach_promise> detached;  ///< who waits for the end of whom
  std::vector<caf::typed_response_promise<bool>> starting;  ///< who waits for the first attempts of all
};

using self_ptr = interfaces_supervisor::stateful_pointer<interfaces_state>;

void tell_shards(self_ptr self, const interfaces_state::slot& slot) {
  for (const auto& shard : self->state.shards)
    self->send(shard, interface_known{slot.facts, slot.actor});
  for (const auto& watcher : self->state.watchers)
    self->send(watcher, interface_known{slot.facts, slot.actor});
}

void answer_if_attempted(interfaces_state& s) {
  if (s.starting.empty() || !std::all_of(s.configuration.begin(), s.configuration.end(),
                                         [&](const auto& entry) { return s.has_attempted(entry.second); }))
    return;
  for (auto& waiting : std::exchange(s.starting, {}))
    waiting.deliver(true);
}

caf::result<bool> on_wait_for_attempts(self_ptr self) {
  auto& s = self->state;
  auto promise = self->make_response_promise<bool>();
  s.starting.push_back(promise);
  answer_if_attempted(s);
  return promise;
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
  slot.attempted = false;
  slot.description = wish.description ? wish.description : std::make_shared<interface_description>();
  const auto parent = facts.parent.slot();
  const bool child = facts.parent && parent < s.slots.size() && s.slots[parent].facts;
  slot.section = child                                  ? s.slots[parent].section
                 : slot.description->autoconnect_source ? std::string(discovered_section)
                                                        : slot.description->short_name;
  slot.meter = wish.meter;
  slot.told = {};
  slot.family.reset();
  if (child && !s.slots[parent].family)
    s.slots[parent].family = std::make_unique<interface_family>(*s.slots[parent].facts, now());
  s.ledger.add(facts.id, facts.parent, slot.description->type != shared_instance_type, wish.meter);
  s.slot_of[wish.self.address()] = index;
  self->monitor(wish.self);
  tell_shards(self, slot);
  answer_if_attempted(s);
  return std::make_shared<registration>(registration{facts, s.inlets()});
}

interface_id on_facts(self_ptr self, const interface_facts_ptr& facts) {
  auto& s = self->state;
  const auto index = facts->id.slot();
  if (index < s.slots.size() && s.slots[index].facts && s.slots[index].facts->id == facts->id) {
    s.slots[index].facts = facts;
    s.slots[index].attempted = true;
    tell_shards(self, s.slots[index]);
    answer_if_attempted(s);
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
  s.tell_parent(slot);
  s.ledger.remove(slot.facts->id);
  if (slot.meter && (s.gone.count(slot.section) > 0 || s.gone.size() < gone_max))
    s.gone[slot.section] += slot.meter->counts();
  slot.meter.reset();
  slot.family.reset();
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
  one.actor = start_interface(self->system(), *one.wish.config, settings, s.front, *s.pool, s.flaps);
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
  if (s.flaps && s.flaps.address() == down.source)
    return self->quit(down.reason);
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
  answer_if_attempted(s);
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
  auto& fresh = s.shards[started.index];
  fresh = started.shards[started.index];
  for (std::uint32_t index = 0; index < s.slots.size(); ++index)
    if (const auto& slot = s.slots[index]; slot.facts)
      self->send(fresh, interface_known{slot.facts, slot.actor});
    else  // it may know the last one
      self->send(fresh, interface_gone{interface_id::make(index, slot.generation)});
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

/// In the reference a listener hears what its connections hear.
void add_family(gate_status& gate, const interfaces_state::slot& slot) {
  if (!slot.family)
    return;
  const auto family = slot.family->gate.status(now());
  gate.announces_in_hz = family.announces_in_hz;
  gate.announces_out_hz = family.announces_out_hz;
  gate.path_requests_in_hz = family.path_requests_in_hz;
  gate.path_requests_out_hz = family.path_requests_out_hz;
}

interface_report complete(const interfaces_state& s, interface_report report) {
  const auto index = report.facts.id.slot();
  if (index < s.slots.size() && s.slots[index].facts && s.slots[index].facts->id == report.facts.id) {
    report.description = s.slots[index].description;
    add_family(report.gate, s.slots[index]);
  } else {
    report.description = std::make_shared<interface_description>();
  }
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

void tell_parents(interfaces_state& s) {
  for (auto& slot : s.slots)
    s.tell_parent(slot);
  for (auto& slot : s.slots)
    if (slot.family)
      slot.family->count(now());
}

void sample(self_ptr self) {
  self->state.ledger.sample(now());
  tell_parents(self->state);
  self->delayed_send(self, traffic_ledger::period, sample_atom::value);
}

/// Watches what a former life left running, and goes on with what it left undone.
void adopt(self_ptr self) {
  auto& s = self->state;
  self->monitor(s.flaps);
  for (const auto& slot : s.slots)
    if (slot.facts)
      self->monitor(slot.actor);
  for (auto& [name, one] : s.configuration)
    if (one.actor)
      self->monitor(one.actor);
    else
      retry_later(self, name, one);
  if (s.ending && s.configuration.empty())
    self->quit();
}

using interfaces_memories = kept_state<interfaces_memory>;

interfaces_supervisor::behavior_type interfaces_behavior(self_ptr self, const node_settings& settings, io_pool* pool,
                                                         const interface_registry& front,
                                                         const interfaces_memories& memories) {
  auto& s = self->state;
  end_on_exception(self);
  s.take_over(memories);
  s.settings = settings;
  s.pool = pool;
  s.front = front;
  self->set_down_handler([self](const caf::down_msg& down) { on_down(self, down); });
  adopt(self);
  sample(self);
  return {
      [self](const register_interface& wish) { return on_register(self, wish); },
      [self](const interface_facts_ptr& facts) { return on_facts(self, facts); },
      [self](const shard_started& started) { on_shard_started(self, started); },
      [self, &s](const interface_watcher& watcher) {
        if (std::find(s.watchers.begin(), s.watchers.end(), watcher) == s.watchers.end())
          s.watchers.push_back(watcher);
        for (const auto& slot : s.slots)
          if (slot.facts)
            self->send(watcher, interface_known{slot.facts, slot.actor});
      },
      [self](const add_interface& wish) { return on_add(self, wish); },
      [self](connect_atom) { return on_wait_for_attempts(self); },
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
  interfaces_memory first;
  first.shards = shards;
  first.flaps = spawn_flap_guard(system);
  child_spec spec;
  spec.name = "interfaces";
  spec.keep = [](const caf::type_erased_tuple& message) -> std::optional<kept_message> {
    if (message.match_elements<shard_started>())
      return kept_message{"shard " + std::to_string(message.get_as<shard_started>(0).index)};
    if (message.match_elements<interface_watcher>())
      return kept_message{"watcher " + std::to_string(message.get_as<interface_watcher>(0)->id())};
    return std::nullopt;
  };
  spec.start = [settings, &pool, memories = interfaces_memories(std::move(first))](caf::actor_system& in,
                                                                                   const caf::actor& front) {
    return caf::actor_cast<caf::actor>(
        in.spawn(interfaces_behavior, settings, &pool, caf::actor_cast<interface_registry>(front), memories));
  };
  return caf::actor_cast<interfaces_supervisor>(supervise(system, std::move(spec)));
}

}  // namespace plexus
