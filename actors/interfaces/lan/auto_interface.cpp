#include "actors/interfaces/lan/auto_interface.hpp"

#include "actors/clock.hpp"
#include "actors/deadline_timer.hpp"
#include "actors/interfaces/lan/auto_medium.hpp"
#include "actors/interfaces/lan/auto_peering.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace plexus {
namespace {

/// Tokens on their way to the actor; further ones are dropped, and come again.
constexpr unsigned tokens_waiting_max = 1024;

struct auto_setup {
  interface_settings common;
  auto_interface_settings own;
  interface_registry registry;
  std::shared_ptr<auto_medium> medium;
  std::vector<device_sockets> open;  ///< of the devices that were there at the start
};
using auto_setup_ptr = std::shared_ptr<auto_setup>;

struct auto_state {
  explicit auto_state(auto_actor::base*) {}
  ~auto_state() {
    if (setup && !closing)
      setup->medium->close([] {});
    for (const auto& [ip, one] : neighbours)
      caf::anon_send_exit(one.actor, caf::exit_reason::user_shutdown);
    for (const auto& address : leaving)
      if (const auto alive = caf::actor_cast<caf::actor>(address))
        caf::anon_send_exit(alive, caf::exit_reason::user_shutdown);
  }

  const char* name = "auto interface";
  auto_setup_ptr setup;
  interface_facts facts;
  std::optional<auto_peering> peering;
  struct neighbour {
    datagram_actor actor;
    std::string device;
    std::shared_ptr<heard_mark> heard;
  };
  std::map<ip6_octets, neighbour> neighbours;
  std::vector<caf::actor_addr> leaving;  ///< detached, not yet ended
  std::shared_ptr<std::atomic<unsigned>> tokens_waiting = std::make_shared<std::atomic<unsigned>>(0);
  deadline_timer timer;
  bool detaching = false, closing = false;
};

using self_ptr = auto_actor::stateful_pointer<auto_state>;

auto_medium::token_sink tokens_to(self_ptr self) {
  return [owner = caf::actor_cast<caf::weak_actor_ptr>(auto_actor(self)), waiting = self->state.tokens_waiting,
          &home = self->state.setup->medium->home()](const ip6_octets& source, unsigned device_index) {
    if (waiting->load() >= tokens_waiting_max)
      return;
    if (const auto alive = caf::actor_cast<auto_actor>(owner)) {
      ++*waiting;
      home.send(alive, token_heard{source, device_index, waiting});
    }
  };
}

void adopt(self_ptr self, const network_device& device) {
  auto& s = self->state;
  auto& open = s.setup->open;
  const auto ready = std::find_if(open.begin(), open.end(), [&](const auto& o) { return o.device == device; });
  try {
    auto sockets = ready != open.end() ? *ready : open_device_sockets(device, s.setup->own, s.setup->medium->home());
    s.setup->medium->listen(std::move(sockets), tokens_to(self));
  } catch (const std::system_error& error) {
    log(log_level::error, "{} cannot use network device {}: {}", s.facts.name, device.name, error.what());
    return s.peering->on_adoption_failed(device);
  }
  log(log_level::debug, "{} uses network device {} by {}", s.facts.name, device.name, to_text(device.address));
  for (const auto& [ip, neighbour] : s.neighbours)
    if (neighbour.device == device.name)
      self->send(neighbour.actor, s.setup->medium->data_socket(device.name));
}

void take_in(self_ptr self, const auto_actions::peer& peer) {
  auto& s = self->state;
  datagram_settings child;
  child.common = renamed(s.setup->common, "AutoInterfacePeer[" + peer.on.name + "/" + to_text(peer.address) + "]");
  child.common.facts.parent = s.facts.id;
  child.common.description.short_name = "None";  // peers have no name of their own in the reference
  child.common.description.type = "AutoInterfacePeer";
  child.medium = s.setup->medium;
  child.socket = s.setup->medium->data_socket(peer.on.name);
  child.to = ip6_address(peer.address, s.setup->own.data_port, peer.on.index);
  child.peer = peer.address;
  child.heard = std::make_shared<heard_mark>(0);
  const auto actor = spawn_datagram_interface(self->system(), child, s.setup->registry);
  self->monitor(actor);
  s.neighbours[peer.address] = {actor, peer.on.name, child.heard};
  log(log_level::debug, "{} added peer {} on {}", s.facts.name, to_text(peer.address), peer.on.name);
}

void let_go(self_ptr self, const ip6_octets& ip, duration within) {
  auto& s = self->state;
  const auto found = s.neighbours.find(ip);
  if (found == s.neighbours.end())
    return;
  self->send(found->second.actor, detach_atom::value, within);
  s.leaving.push_back(found->second.actor.address());
  s.neighbours.erase(found);
}

void note_carrier(const auto_state& s, const std::string& device, carrier_change change) {
  switch (change) {
    case carrier_change::echo_missing:
      return log(log_level::error,
                 "{} hears none of its own multicast on {}. The network or a firewall may be blocking multicast.",
                 s.facts.name, device);
    case carrier_change::lost:
      return log(log_level::warning, "{} lost its carrier on {}: its own multicast does not come back any more",
                 s.facts.name, device);
    case carrier_change::recovered:
      return log(log_level::warning, "{} has a carrier on {} again", s.facts.name, device);
  }
}

void carry_out(self_ptr self, const auto_actions& actions) {
  auto& s = self->state;
  for (const auto& device : actions.abandoned)
    s.setup->medium->abandon(device.name);
  for (const auto& device : actions.adopted)
    adopt(self, device);
  for (const auto& peer : actions.found)
    take_in(self, peer);
  for (const auto& peer : actions.lost) {
    log(log_level::debug, "{} removed peer {} on {}", s.facts.name, to_text(peer.address), peer.on.name);
    let_go(self, peer.address, duration{});
  }
  for (const auto& device : actions.announce)
    s.setup->medium->announce(device);
  for (const auto& peer : actions.greet)
    s.setup->medium->greet(peer.address, peer.on);
  for (const auto& [device, change] : actions.carriers)
    note_carrier(s, device, change);
}

std::vector<network_device> usable_now(const auto_interface_settings& settings) {
  return usable_devices(link_local_addresses(), settings.devices, settings.ignored_devices);
}

void on_time(self_ptr self) {
  auto& s = self->state;
  if (s.detaching)
    return;
  const auto time = now();
  auto_actions actions;
  if (s.peering->is_job_due(time)) {
    for (const auto& [ip, neighbour] : s.neighbours)
      s.peering->on_heard(ip, instant(duration(neighbour.heard->load(std::memory_order_relaxed))));
    s.peering->on_devices(time, usable_now(s.setup->own), actions);
    carry_out(self, actions);
    actions = {};
  }
  s.peering->on_time(time, actions);
  carry_out(self, actions);
  s.timer.set(self, s.peering->next_deadline());
}

void on_token(self_ptr self, const token_heard& heard) {
  auto& s = self->state;
  --*heard.waiting;
  if (s.detaching)
    return;
  auto_actions actions;
  s.peering->on_token(now(), heard.source, heard.device_index, actions);
  carry_out(self, actions);
}

void close_if_alone(self_ptr self) {
  auto& s = self->state;
  if (!s.detaching || s.closing || !s.neighbours.empty() || !s.leaving.empty())
    return;
  s.closing = true;
  s.setup->medium->close([&home = s.setup->medium->home(), owner = auto_actor(self)] {
    home.send(owner, detached_atom::value);
    home.drain();
  });
}

/// A neighbour that ended is found again when it announces itself.
void on_down(self_ptr self, const caf::down_msg& down) {
  auto& s = self->state;
  if (std::erase(s.leaving, down.source) > 0)
    return close_if_alone(self);
  const auto found = std::find_if(s.neighbours.begin(), s.neighbours.end(),
                                  [&](const auto& entry) { return entry.second.actor.address() == down.source; });
  if (found == s.neighbours.end())
    return;
  s.peering->on_peer_ended(found->first);
  s.neighbours.erase(found);
  close_if_alone(self);
}

void detach(self_ptr self, duration within) {
  auto& s = self->state;
  s.detaching = true;
  while (!s.neighbours.empty())
    let_go(self, s.neighbours.begin()->first, within);
  close_if_alone(self);
}

void begin(self_ptr self, const registration& registered) {
  auto& s = self->state;
  s.facts = registered.facts;
  if (s.detaching)
    return;
  const auto time = now();
  s.peering.emplace(time);
  auto_actions actions;
  s.peering->on_devices(time, usable_now(s.setup->own), actions);
  if (actions.adopted.empty())
    log(log_level::warning, "{} finds no network device with a link-local address, and provides no connectivity yet",
        s.facts.name);
  carry_out(self, actions);
  s.setup->open.clear();
  on_time(self);
}

auto_actor::behavior_type auto_behavior(self_ptr self, const auto_setup_ptr& setup) {
  auto& s = self->state;
  end_on_exception(self);
  s.setup = setup;
  s.facts = setup->common.facts;
  s.facts.online = true;
  s.facts.outgoing = false;
  s.facts.pushes_back = false;
  self->set_down_handler([self](const caf::down_msg& down) { on_down(self, down); });
  const auto description = std::make_shared<interface_description>(setup->common.description);
  self->request(setup->registry, caf::infinite, register_interface{s.facts, self, description})
      .then([self](const registration_ptr& registered) { begin(self, *registered); });
  return {
      [](const egress_batch_ptr&) {},
      [](const announce_round_ptr&) {},
      [](const gate_report_ptr&) {},
      [](const shards_changed&) {},
      [self](detach_atom, duration within) { detach(self, within); },
      [](drop_queue_atom) {},
      [&s](status_atom) -> interface_report_ptr {
        auto status = std::make_shared<interface_report>();
        status->facts = s.facts;
        status->peers = s.neighbours.size();
        return status;
      },
      [self](const token_heard& heard) { on_token(self, heard); },
      [self](detached_atom) { self->quit(); },
      [self](tick_atom, std::uint64_t setting) {
        if (self->state.timer.rings(setting))
          on_time(self);
      },
  };
}

}  // namespace

interface_actor start_auto(caf::actor_system& system, const interface_settings& common,
                           const auto_interface_settings& settings, const interface_registry& registry, io_pool& pool) {
  auto& home = pool.next();
  auto setup = std::make_shared<auto_setup>();
  setup->common = common;
  setup->own = settings;
  setup->registry = registry;
  setup->medium = std::make_shared<auto_medium>(home, settings, common.facts.hw_mtu + common.facts.ifac_size,
                                                common.intake.hash_secret);
  std::vector<std::string> opened;
  for (const auto& device : usable_now(settings)) {
    if (std::find(opened.begin(), opened.end(), device.name) != opened.end())
      continue;
    try {
      setup->open.push_back(open_device_sockets(device, settings, home));
      opened.push_back(device.name);
    } catch (const std::system_error& error) {
      if (error.code() == std::errc::address_in_use)
        throw;
      // An address that is still being checked for duplicates cannot be bound yet; the actor tries again.
    }
  }
  return system.spawn(auto_behavior, setup);
}

}  // namespace plexus
