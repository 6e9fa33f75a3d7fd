// A whole node: the actor system, its I/O threads, and the root of the supervision tree.
//
//   root
//   ├── interfaces supervisor ── interfaces; a listener is the parent of its connections
//   ├── router supervisor ────── shards
//   └── metrics supervisor ───── metrics
//
// A supervisor that gives up ends the node: there is nothing above the root but the process and who runs it.
#pragma once

#include "actors/interfaces/interfaces_supervisor.hpp"
#include "actors/io/io_pool.hpp"
#include "actors/metrics/metrics_supervisor.hpp"
#include "actors/router/router_supervisor.hpp"
#include "actors/supervision/node_root.hpp"
#include "storage/config/node_config.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <vector>

namespace plexus {

/// The node cannot run as configured.
struct startup_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct node_setup {
  node_config config;
  transport_id identity{};
  std::uint64_t hash_secret = 0;  ///< unpredictable
  std::uint64_t jitter_seed = 0;  ///< unpredictable, or fixed to replay
  /// Called once, on any thread, when a supervisor gave up.
  std::function<void()> failed;
};

class node {
public:
  /// Runs shards and supervisors; no interface yet.
  explicit node(node_setup setup);
  /// As stop() with no time.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Starts the enabled interfaces of the configuration. One that cannot be opened is logged and tried again later;
  /// with panic_on_interface_error it throws startup_error.
  void start_interfaces();
  /// The saved state is back, or there was none. The node counts as ready from here on.
  void on_state_restored();
  /// Accepts nothing more, gives the interfaces so long to send what waits, calls `persist` while the shards still
  /// answer, and ends all actors and threads.
  void stop(duration within, const std::function<void()>& persist = {});

  caf::actor_system& system() { return system_; }
  io_pool& threads() { return *pool_; }
  const interfaces_supervisor& interfaces() const { return interfaces_; }
  const router_supervisor& router() const { return router_; }
  /// Where metrics are served; 0 while they are not.
  std::uint16_t metrics_port();
  /// The shards as they are now.
  std::vector<shard_actor> shards();

private:
  node_setup setup_;
  caf::actor_system_config caf_config_;
  caf::actor_system system_;
  std::unique_ptr<io_pool> pool_;
  router_supervisor router_;
  interfaces_supervisor interfaces_;
  metrics_supervisor metrics_;  ///< null: turned off
  node_root root_;
  bool stopped_ = false;
};

}  // namespace plexus
