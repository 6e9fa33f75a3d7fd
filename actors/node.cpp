#include "actors/node.hpp"

#include "actors/discovery/discovery_room.hpp"
#include "actors/endpoints/own_destinations.hpp"
#include "actors/interfaces/interface_factory.hpp"
#include "actors/interfaces/local_instance.hpp"
#include "actors/log.hpp"
#include "actors/system_random.hpp"
#include "storage/config/config_directory.hpp"
#include "transport/crypto/random_source.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <thread>
#include <unistd.h>

namespace plexus {
namespace {

unsigned shard_count_of(const node_config& config) {
  return config.plexus.shards > 0 ? config.plexus.shards : std::max(1u, std::thread::hardware_concurrency());
}

router_config router_config_of(const node_setup& setup) {
  router_config config;
  config.transport_enabled = setup.config.reticulum.enable_transport;
  config.identity = setup.identity;
  config.shard_count = shard_count_of(setup.config);
  config.hash_secret = setup.hash_secret;
  config.jitter_seed = setup.jitter_seed;
  config.paths_max = setup.config.plexus.max_paths;
  config.links_max = setup.config.plexus.max_links;
  if (setup.config.reticulum.local_hops_delta)  // 2..7 for the life of the process (rns-1.5.7 section 1.1)
    config.local_hops_delta = static_cast<octet>(2 + jitter_source(setup.jitter_seed).next() % 6);
  return config;
}

node_settings node_settings_of(const node_setup& setup) {
  node_settings settings;
  settings.identity = setup.identity;
  settings.hash_secret = setup.hash_secret;
  settings.shard_count = shard_count_of(setup.config);
  settings.transmit.size_max = setup.config.plexus.tx_buffer;
  settings.streams = setup.streams;
  settings.reticulum = setup.config.reticulum;
  return settings;
}

storage_settings storage_settings_of(const node_setup& setup) {
  storage_settings settings;
  settings.transport = setup.config.reticulum.enable_transport;
  settings.hash_secret = setup.hash_secret;
  settings.paths_max = setup.config.plexus.max_paths;
  return settings;
}

control_settings control_settings_of(const node_setup& setup) {
  control_settings settings;
  settings.config = setup.config;
  settings.identity = setup.identity;
  settings.hash_secret = setup.hash_secret;
  if (setup.network)
    settings.network = setup.network->hash();
  settings.config_directory = setup.config_directory;
  settings.settings_changed = setup.settings_changed;
  return settings;
}

endpoints_settings endpoints_settings_of(const node_setup& setup, const router_config& router) {
  endpoints_settings settings;
  settings.random = setup.random ? setup.random : [] { return std::make_unique<system_random>(); };
  settings.hash_secret = setup.hash_secret;
  settings.transport = setup.identity;
  settings.local_hops_delta = router.local_hops_delta;
  settings.proofs = setup.config.reticulum.use_implicit_proof ? proof_form::implicit_form : proof_form::explicit_form;
  settings.link_mtu_discovery = setup.config.reticulum.link_mtu_discovery;
  return settings;
}

discovery_room discovery_room_of(const node_setup& setup) {
  discovery_room room;
  room.config = setup.config;
  room.identity = setup.identity;
  room.keys = setup.keys;
  room.network = setup.network;
  room.version = setup.version;
  room.random = setup.random ? setup.random : [] { return std::make_unique<system_random>(); };
  room.state = setup.state;
  room.home = home_directory();
  room.times = setup.discovery;
  return room;
}

/// The scheduler's threads wait for work instead of polling for it.
caf::actor_system_config& configured(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", std::max<std::size_t>(1, std::thread::hardware_concurrency()));
  return config;
}

}  // namespace

node::node(node_setup setup) : setup_(std::move(setup)), system_(configured(caf_config_)) {
  pool_ = std::make_unique<io_pool>(system_, setup_.config.plexus.io_threads);
  const auto routing = router_config_of(setup_);
  endpoints_ = spawn_endpoints(system_, endpoints_settings_of(setup_, routing));
  shard_outlets outlets;
  outlets.endpoints = endpoints_;
  if (setup_.state) {
    storage_ = spawn_storage(system_, *setup_.state, storage_settings_of(setup_));
    outlets.announces = storage_;
  }
  router_ = spawn_router(system_, routing, outlets);
  interfaces_ = spawn_interfaces(system_, node_settings_of(setup_), *pool_, shards());
  const auto control_restarts = std::make_shared<tally>();
  control_ = spawn_control(system_, control_settings_of(setup_), interfaces_, shards(), control_restarts);
  caf::anon_send(router_, shard_watcher(interfaces_));
  caf::anon_send(router_, shard_watcher(control_));
  caf::anon_send(endpoints_, shard_started{0, shards()});
  caf::anon_send(interfaces_, interface_watcher(endpoints_));
  caf::anon_send(control_, blackhole_watcher(endpoints_));
  own_destinations_settings own{setup_.config.reticulum, setup_.keys, setup_.network};
  if (has_own_destinations(own))
    caf::anon_send(endpoints_, make_own_destinations(own, control_));
  const auto discovery = discovery_room_of(setup_);
  for (const auto& part : make_discovery(discovery, interfaces_, control_))
    caf::anon_send(endpoints_, part);
  std::vector<caf::actor> children{caf::actor_cast<caf::actor>(router_), caf::actor_cast<caf::actor>(interfaces_),
                                   caf::actor_cast<caf::actor>(endpoints_), caf::actor_cast<caf::actor>(control_)};
  if (storage_) {
    caf::anon_send(interfaces_, interface_watcher(storage_));
    caf::anon_send(control_, destination_keeper(storage_));
    children.push_back(caf::actor_cast<caf::actor>(storage_));
  }
  root_ = spawn_root(system_, children, setup_.failed);
  if (setup_.config.metrics.enabled)
    metrics_ = spawn_metrics(system_, setup_.config.metrics, *pool_,
                             {root_, router_, interfaces_, storage_, control_restarts, discovery.meter});
}

node::~node() {
  stop(duration{}, duration{});
}

std::vector<shard_actor> node::shards() {
  caf::scoped_actor self{system_};
  std::vector<shard_actor> shards;
  self->request(router_, caf::infinite, paths_atom::value)
      .receive([&](const shard_started& started) { shards = started.shards; }, [](const caf::error&) {});
  return shards;
}

void node::start_interfaces() {
  caf::scoped_actor self{system_};
  auto interfaces = setup_.config.interfaces;
  if (setup_.on_shared_instance) {
    interfaces = {shared_client_config()};
  } else if (setup_.config.reticulum.share_instance) {
    ::close(open_local_listener(setup_.config.reticulum));
    ::close(open_control_listener(setup_.config.reticulum));
    interfaces.insert(interfaces.begin(), shared_instance_config());
  }
  for (const auto& one : interfaces) {
    if (!one.enabled)
      continue;
    std::string problem;
    self->request(interfaces_, caf::infinite,
                  add_interface{std::make_shared<interface_config>(one), nullptr, open_failure::keep_trying})
        .receive([&](const std::string& error) { problem = error; },
                 [&](const caf::error&) { problem = "the interfaces supervisor has ended"; });
    if (problem.empty())
      log(log_level::verbose, "Started interface {}", one.name);
    else if (setup_.config.reticulum.panic_on_interface_error)
      throw startup_error("interface " + one.name + ": " + problem);
    else
      log(log_level::error, "The interface {} could not be started: {}", one.name, problem);
  }
  caf::anon_send(root_, node_step::interfaces_attempted);
  if (storage_)
    caf::anon_send(storage_, begin_restoring{shards(), root_});
  else
    caf::anon_send(root_, node_step::state_restored);
}

bool node::wait_for_interfaces(duration within) {
  caf::scoped_actor self{system_};
  bool all = false;
  self->request(interfaces_, within, connect_atom::value)
      .receive([&](bool attempted) { all = attempted; }, [](const caf::error&) {});
  return all;
}

std::uint16_t node::metrics_port() {
  std::uint16_t port = 0;
  if (!metrics_)
    return port;
  caf::scoped_actor self{system_};
  self->request(metrics_, caf::infinite, find_atom::value)
      .receive([&](std::uint16_t listening) { port = listening; }, [](const caf::error&) {});
  return port;
}

void node::save(duration within) {
  if (!storage_)
    return;
  caf::scoped_actor self{system_};
  bool complete = false;
  // The files in bulk have so long; writing the tables takes its time after that.
  self->request(storage_, within * 2, save_atom::value, within)
      .receive([&](bool all) { complete = all; }, [](const caf::error&) {});
  if (!complete)
    log(log_level::error, "The state could not be saved completely");
}

/// The far sides hear of it, as far as interfaces still send.
void node::close_links(duration within) {
  caf::scoped_actor self{system_};
  self->monitor(endpoints_);
  self->send(endpoints_, detach_atom::value, within);
  self->receive([](const caf::down_msg&) {},
                caf::after(std::chrono::ceil<std::chrono::milliseconds>(within) + std::chrono::seconds(1)) >>
                    [&] { caf::anon_send_exit(endpoints_, caf::exit_reason::kill); });
  endpoints_ = nullptr;
}

void node::start_control_socket() {
  if (!setup_.config.reticulum.share_instance || setup_.on_shared_instance)
    return;
  rpc_listener_settings settings;
  settings.key = setup_.rpc_key;
  control_socket_ =
      std::make_unique<rpc_listener>(pool_->next(), open_control_listener(setup_.config.reticulum), settings, control_);
}

void node::reload() {
  caf::anon_send(control_, restarted_atom::value);
}

void node::stop(duration within, duration saving) {
  if (std::exchange(stopped_, true))
    return;
  caf::scoped_actor self{system_};
  caf::anon_send(root_, node_step::draining);
  control_socket_.reset();
  if (saving > duration::zero())
    save(saving);
  close_links(within);
  caf::anon_send_exit(control_, caf::exit_reason::user_shutdown);
  control_ = nullptr;
  self->monitor(interfaces_);
  self->send(interfaces_, detach_atom::value, within);
  const auto ended = [&](const caf::down_msg&) {};
  self->receive(
      ended, caf::after(std::chrono::ceil<std::chrono::milliseconds>(within) + std::chrono::seconds(1)) >>
                 [&] { caf::anon_send_exit(interfaces_, caf::exit_reason::kill); });
  if (metrics_)
    caf::anon_send_exit(metrics_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(root_, caf::exit_reason::user_shutdown);
  metrics_ = nullptr;
  caf::anon_send_exit(router_, caf::exit_reason::user_shutdown);
  if (storage_)
    caf::anon_send_exit(storage_, caf::exit_reason::user_shutdown);
  storage_ = nullptr;
  router_ = nullptr;
  interfaces_ = nullptr;
  root_ = nullptr;
  self->await_all_other_actors_done();
  pool_->stop();
}

}  // namespace plexus
