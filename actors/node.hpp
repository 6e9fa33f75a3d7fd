// A whole node: the actor system, its I/O threads, and the root of the supervision tree.
//
//   root
//   ├── interfaces supervisor ── interfaces; a listener is the parent of its connections
//   ├── router supervisor ────── shards
//   ├── endpoints ────────────── destinations and links of this process, and discovery, which uses them
//   ├── storage ──────────────── the disk's thread
//   ├── control ──────────────── answers to the socket of the management protocol
//   └── metrics supervisor ───── metrics
//
// Storage, control, metrics and the two supervisors each stand behind a supervisor of their own, so that their handles
// stay the same whatever happens to them. One that gives up ends the node: there is nothing above the root but the
// process and who runs it.
#pragma once

#include "actors/control/control_actor.hpp"
#include "actors/control/rpc_listener.hpp"
#include "actors/discovery/discovery_room.hpp"
#include "actors/endpoints/endpoints_supervisor.hpp"
#include "actors/interfaces/interfaces_supervisor.hpp"
#include "actors/io/io_pool.hpp"
#include "actors/metrics/metrics_supervisor.hpp"
#include "actors/router/router_supervisor.hpp"
#include "actors/storage/storage_actor.hpp"
#include "actors/supervision/node_root.hpp"
#include "storage/config/node_config.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
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
  std::shared_ptr<const plexus::identity> keys;     ///< those of `identity`; null: no destinations of its own
  std::shared_ptr<const plexus::identity> network;  ///< of the network that the node belongs to, or null
  /// A program on the instance that runs: no interfaces but the one to it, no socket of its own.
  bool on_shared_instance = false;
  random_factory random;      ///< key material; null: from the system
  std::string version = "0";  ///< of this program, as discovery announces name it
  discovery_times discovery{};
  stream_times streams{};
  std::uint64_t hash_secret = 0;           ///< unpredictable
  std::uint64_t jitter_seed = 0;           ///< unpredictable, or fixed to replay
  std::filesystem::path config_directory;  ///< read again on reload(); empty: there is none
  octet_string rpc_key;                    ///< of the management protocol, when the instance is shared
  /// Where the node's state is kept, prepared; none: nowhere.
  std::optional<state_directory> state;
  /// Called on any thread when settings that apply at once were read again.
  std::function<void(const node_config&)> settings_changed;
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
  /// Throws instance_taken before anything is opened if another program is the shared instance.
  /// Then begins to restore the state, without waiting for it.
  void start_interfaces();
  /// Waits until each of them is online or has failed once, for `within` at most; whether that is so. What a program
  /// sends before its lines are up is lost.
  bool wait_for_interfaces(duration within);
  /// Opens the socket of the management protocol, if the instance is shared. Throws instance_taken.
  void start_control_socket();
  /// Reads the configuration again, and carries out what is different in it. Returns at once.
  void reload();
  /// Saves the state, for about `saving` at most; then accepts nothing more, gives the interfaces so long to send what
  /// waits, and ends all actors and threads. Traffic goes on while the state is saved, since a path is one only as long
  /// as its interface is there.
  void stop(duration within, duration saving = std::chrono::seconds(10));

  caf::actor_system& system() { return system_; }
  io_pool& threads() { return *pool_; }
  const interfaces_supervisor& interfaces() const { return interfaces_; }
  const router_supervisor& router() const { return router_; }
  /// Where metrics are served; 0 while they are not.
  std::uint16_t metrics_port();
  /// Empty when no state is kept.
  const storage_actor& storage() const { return storage_; }
  const control_actor& control() const { return control_; }
  const endpoints_actor& endpoints() const { return endpoints_; }
  /// The shards as they are now.
  std::vector<shard_actor> shards();

private:
  void save(duration within);
  void close_links(duration within);

  node_setup setup_;
  caf::actor_system_config caf_config_;
  caf::actor_system system_;
  std::unique_ptr<io_pool> pool_;
  endpoints_actor endpoints_;
  router_supervisor router_;
  interfaces_supervisor interfaces_;
  metrics_supervisor metrics_;  ///< null: turned off
  node_root root_;
  storage_actor storage_;
  control_actor control_;
  std::unique_ptr<rpc_listener> control_socket_;
  bool stopped_ = false;
};

}  // namespace plexus
