#include "actors/discovery/interface_announcer.hpp"

#include "actors/clock.hpp"
#include "actors/discovery/announce_maker.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"
#include "messages/announce.hpp"
#include "transport/discovery/discovery_announce.hpp"

#include <caf/all.hpp>

namespace plexus {
namespace {

constexpr std::size_t header_size = 19, header_2_size = 35;
/// Octets that fit behind the fixed part of an announce in one packet, here and when it is passed on.
constexpr std::size_t app_data_max = wire::mtu - header_size - announce::size_min,
                      app_data_relayed_max = wire::mtu - header_2_size - announce::size_min;
constexpr auto facts_timeout = std::chrono::seconds(30);

using announcer_actor = destination_listener::extend<caf::reacts_to<tick_atom>>;  // itself: a turn

struct announcer_state {
  explicit announcer_state(announcer_actor::base*) {}
  ~announcer_state() { caf::anon_send_exit(maker, caf::exit_reason::user_shutdown); }

  const char* name = "interface announcer";
  std::shared_ptr<const discovery_room> room;
  interfaces_supervisor interfaces;
  endpoints_actor endpoints;
  announce_maker maker;  ///< empty: not needed yet, or gone
  destination_actor destination;
  announce_turns turns;
};

using self_ptr = announcer_actor::stateful_pointer<announcer_state>;

void announce_with(self_ptr self, const std::string& interface, const octet_string& app_data) {
  log(log_level::debug, "Sending interface discovery announce for {} with {} octets", interface, app_data.size());
  self->send(self->state.destination, announce_atom::value, app_data);
}

/// The destination is offered when there is something to announce.
void with_destination(self_ptr self, std::function<void()> then) {
  auto& s = self->state;
  if (s.destination)
    return then();
  destination_spec spec;
  spec.owner = s.room->network ? s.room->network : s.room->keys;
  spec.name = discovery_destination_name;
  spec.listener = self;
  spec.takes_over = true;
  self->request(s.endpoints, caf::infinite, std::make_shared<const destination_spec>(std::move(spec)))
      .then([self, then](const registered& done) {
        if (!done.actor)
          return log(log_level::error, "Interfaces cannot be announced: {}", done.problem);
        self->state.destination = done.actor;
        then();
      });
}

void on_made(self_ptr self, const std::string& interface, const made_announce& made) {
  if (made.app_data.empty())
    return log(log_level::error, "No discovery announce for the interface {}: {}", interface, made.problem);
  if (made.app_data.size() > app_data_max)
    return log(log_level::error, "No discovery announce for the interface {}: it is {} octets too long for a packet",
               interface, made.app_data.size() - app_data_max);
  if (made.app_data.size() > app_data_relayed_max)
    log(log_level::warning, "The discovery announce of the interface {} is {} octets too long to be passed on",
        interface, made.app_data.size() - app_data_relayed_max);
  with_destination(self, [self, interface, data = made.app_data] { announce_with(self, interface, data); });
}

void want_maker(self_ptr self) {
  auto& s = self->state;
  if (s.maker)
    return;
  s.maker = spawn_announce_maker(self->system(), s.room->random);
  self->monitor(s.maker);
}

void order_announce(self_ptr self, const std::shared_ptr<const interface_config>& interface) {
  auto& s = self->state;
  const auto& room = *s.room;
  auto order = std::make_shared<announce_order>();
  order->interface = interface;
  order->node = {room.config.reticulum.enable_transport, room.identity, std::string(implementation_name), room.version};
  order->network = room.network;
  order->home = room.home;
  want_maker(self);
  log(log_level::debug, "Preparing interface discovery announce for {}", interface->name);
  self->request(s.maker, caf::infinite, announce_order_ptr(std::move(order)))
      .then([self, name = interface->name](const made_announce& made) { on_made(self, name, made); },
            [name = interface->name](const caf::error&) {
              log(log_level::error, "No discovery announce for the interface {}: its maker ended", name);
            });
}

void take_turn(self_ptr self, const interface_list& present) {
  std::vector<announce_interval> candidates;
  for (const auto& one : *present)
    if (one.config && one.config->discovery && can_be_published(*one.config))
      candidates.push_back({one.config->name, one.config->discovery->announce_interval});
  const auto chosen = self->state.turns.next(now(), candidates);
  if (!chosen)
    return;
  for (const auto& one : *present)
    if (one.config && one.config->name == *chosen)
      return order_announce(self, one.config);
}

void on_tick(self_ptr self) {
  auto& s = self->state;
  self->request(s.interfaces, facts_timeout, facts_atom::value)
      .then([self](const interface_list& present) { take_turn(self, present); }, [](const caf::error&) {});
  self->delayed_send(self, s.room->times.announce_turn, tick_atom::value);
}

announcer_actor::behavior_type announcer_behavior(self_ptr self, const std::shared_ptr<const discovery_room>& room,
                                                  const interfaces_supervisor& interfaces,
                                                  const endpoints_actor& endpoints) {
  auto& s = self->state;
  end_on_exception(self);
  s.room = room;
  s.interfaces = interfaces;
  s.endpoints = endpoints;
  self->set_down_handler([self](const caf::down_msg& down) {
    if (self->state.maker && self->state.maker.address() == down.source)
      self->state.maker = nullptr;
  });
  self->delayed_send(self, room->times.announce_turn, tick_atom::value);
  return {
      [](const link_news_ptr&) {},
      [](const packets_received&) {},
      [self](tick_atom) { on_tick(self); },
  };
}

}  // namespace

resident_ptr make_interface_announcer(const std::shared_ptr<const discovery_room>& room,
                                      const interfaces_supervisor& interfaces) {
  auto made = std::make_shared<resident>();
  made->start = [room, interfaces](caf::actor_system& system, const endpoints_actor& endpoints) {
    return caf::actor_cast<caf::actor>(system.spawn(announcer_behavior, room, interfaces, endpoints));
  };
  return made;
}

}  // namespace plexus
