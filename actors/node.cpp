#include "actors/node.hpp"

#include "actors/interfaces/interface_factory.hpp"
#include "actors/log.hpp"
#include "transport/crypto/random_source.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <thread>

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
  settings.reticulum = setup.config.reticulum;
  return settings;
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
  router_ = spawn_router(system_, router_config_of(setup_), {});
  interfaces_ = spawn_interfaces(system_, node_settings_of(setup_), *pool_, shards());
  caf::anon_send(router_, shard_watcher(interfaces_));
  root_ = spawn_root(system_, {router_.address(), interfaces_.address()}, setup_.failed);
  if (setup_.config.metrics.enabled)
    metrics_ = spawn_metrics(system_, setup_.config.metrics, *pool_, {root_, router_, interfaces_});
}

node::~node() {
  stop(duration{});
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
  if (setup_.config.reticulum.share_instance)
    interfaces.insert(interfaces.begin(), shared_instance_config());
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
}

void node::on_state_restored() {
  caf::anon_send(root_, node_step::state_restored);
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

void node::stop(duration within, const std::function<void()>& persist) {
  if (std::exchange(stopped_, true))
    return;
  caf::scoped_actor self{system_};
  caf::anon_send(root_, node_step::draining);
  self->monitor(interfaces_);
  self->send(interfaces_, detach_atom::value, within);
  const auto ended = [&](const caf::down_msg&) {};
  self->receive(
      ended, caf::after(std::chrono::ceil<std::chrono::milliseconds>(within) + std::chrono::seconds(1)) >>
                 [&] { caf::anon_send_exit(interfaces_, caf::exit_reason::kill); });
  if (persist)
    persist();
  if (metrics_)
    caf::anon_send_exit(metrics_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(root_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(router_, caf::exit_reason::user_shutdown);
  metrics_ = nullptr;
  router_ = nullptr;
  interfaces_ = nullptr;
  root_ = nullptr;
  self->await_all_other_actors_done();
  pool_->stop();
}

}  // namespace plexus
