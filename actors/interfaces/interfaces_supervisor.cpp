#include "actors/interfaces/interfaces_supervisor.hpp"

#include "actors/clock.hpp"
#include "actors/interfaces/interface_factory.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"
#include "actors/supervision/restart_policy.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace plexus {
namespace {

struct interfaces_state {
  explicit interfaces_state(interfaces_supervisor::base*) {}

  /// One slot of the shards' dense arrays, and who has it.
  struct slot {
    std::uint32_t generation = 0;
    interface_facts_ptr facts;  ///< null: free
    interface_actor actor;
  };
  /// An interface of the configuration.
  struct configured {
    std::shared_ptr<const interface_config> config;
    interface_actor actor;
    restart_policy policy;
    bool detaching = false;
  };

  const char* name = "interfaces supervisor";
  node_settings settings;
  io_pool* pool = nullptr;
  std::vector<shard_actor> shards;
  std::vector<slot> slots;
  std::vector<std::uint32_t> free_slots;
  std::map<caf::actor_addr, std::uint32_t> slot_of;
  std::map<std::string, configured> configuration;
  bool ending = false;

  std::vector<shard_inlet> inlets() const { return {shards.begin(), shards.end()}; }
};

using self_ptr = interfaces_supervisor::stateful_pointer<interfaces_state>;

void tell_shards(self_ptr self, const interfaces_state::slot& slot) {
  for (const auto& shard : self->state.shards)
    self->send(shard, interface_known{slot.facts, slot.actor});
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
  slot.facts.reset();
  slot.actor = nullptr;
  s.free_slots.push_back(found->second);
  s.slot_of.erase(found);
}

void start(self_ptr self, interfaces_state::configured& one) {
  auto& s = self->state;
  one.actor = start_interface(self->system(), *one.config, s.settings, self, *s.pool);
  self->monitor(one.actor);
  self->link_to(one.actor);
}

std::string on_add(self_ptr self, const add_interface& wish) {
  auto& s = self->state;
  const auto& name = wish.config->name;
  if (s.configuration.count(name) > 0)
    return "there is an interface of that name already";
  auto& one = s.configuration[name];
  one.config = wish.config;
  try {
    start(self, one);
    return {};
  } catch (const std::exception& e) {
    s.configuration.erase(name);
    return e.what();
  }
}

void restart_later(self_ptr self, const std::string& name, interfaces_state::configured& one) {
  one.actor = nullptr;
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
    log(log_level::warning, "The interface {} is started again", name);
    start(self, found->second);
  } catch (const std::exception& e) {
    log(log_level::error, "The interface {} could not be started again: {}", name, e.what());
    restart_later(self, name, found->second);
  }
}

void on_down(self_ptr self, const caf::down_msg& down) {
  auto& s = self->state;
  free_slot_of(self, down.source);
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

bool detach_one(self_ptr self, const std::string& name) {
  auto& s = self->state;
  const auto found = s.configuration.find(name);
  if (found == s.configuration.end() || !found->second.actor)
    return false;
  found->second.detaching = true;
  self->send(found->second.actor, detach_atom::value, duration{});
  return true;
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
}

/// Asks all, and answers with those that did.
caf::result<interface_report_list> on_status(self_ptr self) {
  struct gathering {
    caf::typed_response_promise<interface_report_list> promise;
    std::shared_ptr<std::vector<interface_report_ptr>> statuses = std::make_shared<std::vector<interface_report_ptr>>();
    std::size_t missing = 0;
    void one_less() {
      if (--missing == 0)
        promise.deliver(interface_report_list(statuses));
    }
  };
  auto& s = self->state;
  auto all = std::make_shared<gathering>();
  all->promise = self->make_response_promise<interface_report_list>();
  all->missing = s.slot_of.size() + 1;
  for (const auto& [address, index] : s.slot_of)
    self->request(s.slots[index].actor, std::chrono::seconds(2), status_atom::value)
        .then(
            [all](const interface_report_ptr& status) {
              all->statuses->push_back(status);
              all->one_less();
            },
            [all](const caf::error&) { all->one_less(); });
  auto promise = all->promise;
  all->one_less();
  return promise;
}

interfaces_supervisor::behavior_type interfaces_behavior(self_ptr self, const node_settings& settings, io_pool* pool,
                                                         const std::vector<shard_actor>& shards) {
  auto& s = self->state;
  end_on_exception(self);
  s.settings = settings;
  s.pool = pool;
  s.shards = shards;
  self->set_down_handler([self](const caf::down_msg& down) { on_down(self, down); });
  self->set_exit_handler([self](const caf::exit_msg& exit) {
    for (const auto& [name, one] : self->state.configuration)
      if (one.actor && one.actor.address() == exit.source)
        return;
    self->quit(exit.reason);
  });
  return {
      [self](const register_interface& wish) { return on_register(self, wish); },
      [self](const interface_facts_ptr& facts) { return on_facts(self, facts); },
      [self](const shard_started& started) { on_shard_started(self, started); },
      [self](const add_interface& wish) { return on_add(self, wish); },
      [self](detach_atom, const std::string& name) { return detach_one(self, name); },
      [self](detach_atom, duration within) { detach_all(self, within); },
      [self](restarted_atom, const std::string& name) { on_restart(self, name); },
      [self](status_atom) { return on_status(self); },
  };
}

}  // namespace

interfaces_supervisor spawn_interfaces(caf::actor_system& system, const node_settings& settings, io_pool& pool,
                                       const std::vector<shard_actor>& shards) {
  return system.spawn(interfaces_behavior, settings, &pool, shards);
}

}  // namespace plexus
