#include "actors/discovery/discovery_receiver.hpp"

#include "actors/clock.hpp"
#include "actors/discovery/discovery_store.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"
#include "messages/announce.hpp"
#include "transport/destination_name.hpp"
#include "transport/discovery/check_budget.hpp"
#include "transport/discovery/discovery_announce.hpp"
#include "transport/discovery/discovery_table.hpp"

#include <caf/all.hpp>

#include <deque>

namespace plexus {
namespace {

constexpr auto interfaces_timeout = std::chrono::seconds(30);
constexpr double stamp_checks_per_second = 500;
/// Interfaces that wait to be considered for a connection; more are heard of again.
constexpr std::size_t candidates_max = 256;
/// Records out of time are looked for once in so many turns of the monitor.
constexpr unsigned turns_between_cleanings = 12;
/// Of automatic connections. Source: Discovery.py: autoconnect.
constexpr std::uint64_t autoconnect_bitrate = 5'000'000;

using receiver_actor = announce_listener::extend<caf::reacts_to<blackhole_set>,       // control
                                                 caf::reacts_to<reticulum_settings>,  // control: read again
                                                 caf::reacts_to<tick_atom>>;          // itself: the monitor's turn

struct receiver_state {
  explicit receiver_state(receiver_actor::base*) {}
  ~receiver_state() { caf::anon_send_exit(store, caf::exit_reason::user_shutdown); }

  const char* name = "discovery receiver";
  std::shared_ptr<const discovery_room> room;
  interfaces_supervisor interfaces;
  discovery_store store;  ///< empty: nothing is kept on disk
  std::unique_ptr<random_source> random;
  discovery_table table;
  discovery_sources sources;
  blackhole_set blackholes;
  check_budget budget{stamp_checks_per_second};
  autoconnector connector{{}};
  std::deque<discovery_hash> candidates;
  bool considering = false;
  unsigned turn = 0;

  const reticulum_config& config() const { return room->config.reticulum; }
};

using self_ptr = receiver_actor::stateful_pointer<receiver_state>;

void store_record(self_ptr self, const discovery_hash& name) {
  auto& s = self->state;
  if (s.store)
    self->send(s.store, save_atom::value, name, std::make_shared<const discovered_interface>(*s.table.find(name)));
}

void forget_record(self_ptr self, const discovery_hash& name) {
  if (self->state.store)
    self->send(self->state.store, drop_atom::value, name);
}

// Connecting

std::vector<present_interface> present_from(const interface_list& all) {
  std::vector<present_interface> out;
  for (const auto& one : *all) {
    auto& present = out.emplace_back();
    present.name = one.description->short_name;
    present.online = one.facts->online;
    present.discovered = one.description->autoconnect_source.has_value();
    if (!one.config)
      continue;
    present.bootstrap_only = one.config->bootstrap_only;
    const target_settings* target = nullptr;
    if (const auto* tcp = std::get_if<tcp_client_settings>(&one.config->settings))
      target = &tcp->target;
    else if (const auto* backbone = std::get_if<backbone_client_settings>(&one.config->settings))
      target = &backbone->target;
    if (target) {
      present.host = target->host;
      present.port = target->port;
    }
  }
  return out;
}

/// A Backbone client; gateway on a node that relays.
interface_config config_for(const autoconnection& wish, const reticulum_config& node) {
  interface_config config;
  config.name = wish.name;
  config.type = "BackboneClientInterface";
  config.enabled = true;
  config.mode =
      node.autoconnect_interface_mode.value_or(node.enable_transport ? interface_mode::gateway : interface_mode::full);
  config.gravity = node.autoconnect_interface_gravity.value_or(0);
  config.bitrate = autoconnect_bitrate;
  config.network_name = wish.network_name;
  config.passphrase = wish.passphrase;
  config.announces_to_internal = node.autoconnect_announces_to_internal;
  config.autoconnect_source = wish.source;
  backbone_client_settings client;
  client.target.host = wish.host;
  client.target.port = wish.port;
  config.settings = client;
  return config;
}

void consider_next(self_ptr self);

void considered(self_ptr self) {
  self->state.considering = false;
  consider_next(self);
}

void connect(self_ptr self, const autoconnection& wish) {
  auto& s = self->state;
  log(log_level::notice, "Auto-connecting discovered BackboneInterface {}", wish.name);
  const auto config = std::make_shared<const interface_config>(config_for(wish, s.config()));
  self->request(s.interfaces, interfaces_timeout, add_interface{config, nullptr, open_failure::report})
      .then(
          [self, name = wish.name](const std::string& problem) {
            if (!problem.empty()) {
              log(log_level::error, "The discovered interface {} could not be started: {}", name, problem);
              self->state.connector.failed(name);
            }
            considered(self);
          },
          [self, name = wish.name](const caf::error&) {
            self->state.connector.failed(name);
            considered(self);
          });
}

void consider(self_ptr self, const discovery_hash& candidate, const interface_list& all) {
  auto& s = self->state;
  const auto* record = s.table.find(candidate);
  if (!record)
    return considered(self);
  const auto wish = s.connector.consider(now(), *record, present_from(all));
  if (wish)
    return connect(self, *wish);
  log(log_level::debug, "Not auto-connecting discovered interface {}: {}", *record->offer.name,
      to_string(wish.error()));
  considered(self);
}

/// One after the other, so that each sees what the one before it became.
void consider_next(self_ptr self) {
  auto& s = self->state;
  if (s.considering || s.candidates.empty())
    return;
  s.considering = true;
  const auto candidate = s.candidates.front();
  s.candidates.pop_front();
  self->request(s.interfaces, interfaces_timeout, facts_atom::value)
      .then([self, candidate](const interface_list& all) { consider(self, candidate, all); },
            [self](const caf::error&) { considered(self); });
}

void add_candidate(self_ptr self, const discovery_hash& name) {
  auto& s = self->state;
  if (s.config().autoconnect_discovered_interfaces == 0 || s.candidates.size() >= candidates_max)
    return;
  s.candidates.push_back(name);
  consider_next(self);
}

void bootstrap(self_ptr self) {
  auto& s = self->state;
  for (const auto& one : s.room->config.interfaces) {
    if (!one.enabled || !one.bootstrap_only)
      continue;
    log(log_level::notice, "No auto-discovered interface is connected, starting the bootstrap interface {}", one.name);
    self->request(s.interfaces, interfaces_timeout,
                  add_interface{std::make_shared<interface_config>(one), nullptr, open_failure::report})
        .then(
            [name = one.name](const std::string& problem) {
              if (!problem.empty())
                log(log_level::error, "The bootstrap interface {} could not be started: {}", name, problem);
            },
            [](const caf::error&) {});
  }
}

void monitor(self_ptr self, const interface_list& all) {
  auto& s = self->state;
  const auto orders = s.connector.monitor(now(), present_from(all));
  s.room->meter->connections = s.connector.connections();
  for (const auto& name : orders.went_down)
    log(log_level::debug, "The auto-discovered interface {} disconnected", name);
  for (const auto& name : orders.came_back)
    log(log_level::notice, "The auto-discovered interface {} reconnected", name);
  for (const auto& name : orders.detach) {
    log(log_level::notice, "Detaching the interface {}", name);
    self->request(s.interfaces, interfaces_timeout, detach_atom::value, name)
        .then([](change_outcome) {}, [](const caf::error&) {});
  }
  if (orders.bootstrap)
    bootstrap(self);
  if (!orders.connect_another)
    return;
  const auto relays = s.table.relays(discovery_table::selection::available_relays, read_clocks().unix_now);
  if (relays.empty())
    return;
  std::uint64_t drawn = 0;
  s.random->fill({reinterpret_cast<octet*>(&drawn), sizeof drawn});
  add_candidate(self, relays[drawn % relays.size()]);
}

// Hearing

discovery_outcome outcome_of(discovery_refusal refusal) {
  switch (refusal) {
    case discovery_refusal::too_short:
      return discovery_outcome::too_short;
    case discovery_refusal::sealed:
      return discovery_outcome::sealed;
    case discovery_refusal::weak_stamp:
      return discovery_outcome::weak_stamp;
    case discovery_refusal::malformed:
      return discovery_outcome::malformed;
  }
  return discovery_outcome::malformed;
}

void on_announce(self_ptr self, const announce_learned& learned) {
  static const auto wanted = hash_name(discovery_destination_name);
  auto& s = self->state;
  // A copy that came by a longer way, or an answer to a path request, says nothing new.
  if (learned.path_response || !learned.path_added)
    return;
  const auto packet = parse_packet(learned.packet);
  const auto heard =
      packet ? announce::parse(packet->data, packet->header.has_context_flag()) : unexpected(parse_error::truncated);
  if (!heard || heard->name != wanted)
    return;
  const auto who = hash_identity(heard->key);
  auto& meter = *s.room->meter;
  if (!s.sources.allows(who)) {
    meter.count(discovery_outcome::no_source);
    return log(log_level::debug, "Ignoring an interface discovered from {}, which is no source", who.pretty());
  }
  if (!s.budget.take(now()))
    return meter.count(discovery_outcome::over_budget);
  const auto required = s.config().required_discovery_value.value_or(discovery_stamp_cost);
  const auto read = read_discovery_data(heard->app_data, required, s.room->network.get());
  if (!read) {
    meter.count(outcome_of(read.error()));
    return log(log_level::debug, "Ignoring a discovered interface: {}", to_string(read.error()));
  }
  if (!is_kept_type(read->offer.type))
    return;
  auto record = discovered(*read, who, learned.hops, read_clocks().unix_now);
  log(log_level::debug, "Discovered {} {} {} hops away with stamp value {}: {}", to_string(record.offer.type),
      record.offer.implementation.value_or("of an unknown implementation"), record.hops, record.value,
      *record.offer.name);
  const auto noted = s.table.note(std::move(record));
  meter.count(discovery_outcome::kept);
  meter.interfaces = s.table.size();
  if (noted.removed)
    forget_record(self, *noted.removed);
  store_record(self, noted.name);
  add_candidate(self, noted.name);
}

// Keeping

void clean(self_ptr self) {
  auto& s = self->state;
  for (const auto& name : s.table.expire(s.sources, read_clocks().unix_now))
    forget_record(self, name);
  s.room->meter->interfaces = s.table.size();
}

void on_restored(self_ptr self, const discovered_files_ptr& files) {
  auto& s = self->state;
  for (const auto& fault : files->faults)
    log(log_level::warning, "{}", fault.shown());
  for (const auto& [name, record] : files->records)
    if (!s.table.restore(name, record))
      forget_record(self, name);
  clean(self);
  for (const auto& name : s.table.relays(discovery_table::selection::all_relays, read_clocks().unix_now))
    add_candidate(self, name);
}

void want_store(self_ptr self) {
  auto& s = self->state;
  if (!s.room->state)
    return;
  s.store = spawn_discovery_store(self->system(), *s.room->state);
  self->monitor(s.store);
  self->request(s.store, caf::infinite, restore_atom::value).then([self](const discovered_files_ptr& files) {
    on_restored(self, files);
  });
}

void on_tick(self_ptr self) {
  auto& s = self->state;
  if (++s.turn % turns_between_cleanings == 0)
    clean(self);
  if (s.config().autoconnect_discovered_interfaces > 0)
    self->request(s.interfaces, interfaces_timeout, facts_atom::value)
        .then([self](const interface_list& all) { monitor(self, all); }, [](const caf::error&) {});
  self->delayed_send(self, s.room->times.monitor_interval, tick_atom::value);
}

std::string trust_text(const reticulum_config& config) {
  if (config.autoconnect_unverified_implementations)
    return "of any implementation";
  std::string out = "of";
  for (const auto& one : trusted_implementations)
    out += (out == "of" ? " " : ", ") + std::string(one.name) + " from " + std::string(one.version_least);
  return out;
}

receiver_actor::behavior_type receiver_behavior(self_ptr self, const std::shared_ptr<const discovery_room>& room,
                                                const interfaces_supervisor& interfaces, const control_actor& control,
                                                const endpoints_actor& endpoints) {
  auto& s = self->state;
  end_on_exception(self);
  s.room = room;
  s.interfaces = interfaces;
  s.random = room->random();
  s.sources.allowed = s.config().interface_discovery_sources;
  s.sources.is_blackholed = [&s](const identity_hash& who) { return s.blackholes && s.blackholes->contains(who); };
  s.connector = autoconnector(
      {s.config().autoconnect_discovered_interfaces,
       s.config().autoconnect_unverified_implementations ? implementation_trust::any : implementation_trust::known});
  if (const auto wanted = s.config().autoconnect_discovered_interfaces)
    log(log_level::notice, "Connecting to up to {} discovered interfaces {}", wanted, trust_text(s.config()));
  self->set_down_handler([self](const caf::down_msg&) { self->quit(caf::sec::runtime_error); });  // the store
  self->send(endpoints, announce_listener(self));
  self->send(control, blackhole_watcher(self));
  self->send(control, settings_watcher(self));
  want_store(self);
  self->delayed_send(self, room->times.monitor_interval, tick_atom::value);
  return {
      [self](const announces_learned_ptr& learned) {
        for (const auto& one : *learned)
          on_announce(self, one);
      },
      [&s](const blackhole_set& blackholes) { s.blackholes = blackholes; },
      [&s](const reticulum_settings& settings) { s.sources.allowed = settings->interface_discovery_sources; },
      [self](tick_atom) { on_tick(self); },
  };
}

}  // namespace

resident_ptr make_discovery_receiver(const std::shared_ptr<const discovery_room>& room,
                                     const interfaces_supervisor& interfaces, const control_actor& control) {
  auto made = std::make_shared<resident>();
  made->start = [room, interfaces, control](caf::actor_system& system, const endpoints_actor& endpoints) {
    return caf::actor_cast<caf::actor>(system.spawn(receiver_behavior, room, interfaces, control, endpoints));
  };
  return made;
}

}  // namespace plexus
