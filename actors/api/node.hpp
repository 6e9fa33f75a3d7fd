// A Reticulum node inside a program: one of its own, or a program on a shared instance that runs, plexusd or rnsd.
//
//   auto started = node::start({.directory = "~/.reticulum"});
//   if (!started) ...
//   auto& node = **started;
//
// Any thread may call it. See operation.hpp for how operations end and where callbacks run; docs/api.md for examples.
#pragma once

#include "actors/api/link.hpp"
#include "messages/announce.hpp"
#include "transport/endpoint/local_destination.hpp"

#include <chrono>
#include <map>
#include <set>
#include <vector>

namespace plexus::api {

struct engine;

/// One [[interface]] of a configuration: its type and keys as docs of Reticulum name them.
struct interface_wish {
  std::string name, type;
  std::map<std::string, std::string> keys{};
};
interface_wish tcp_server(std::string name, std::string host, std::uint16_t port);
interface_wish tcp_client(std::string name, std::string host, std::uint16_t port);

enum class instance_role : unsigned char {
  automatic,  ///< a program on the shared instance of the configuration if one runs, else a node of its own
  own,        ///< a node of its own; it shares its instance only if the configuration says so
  client,     ///< a program on the shared instance; cannot_start if none runs
};

struct node_options {
  /// Reticulum's configuration directory; `~` may stand for the home directory. Nothing is stored without one.
  std::optional<std::filesystem::path> directory{};
  /// Without a directory: interfaces, and keys of the [reticulum] section. No instance is shared by default.
  std::vector<interface_wish> interfaces{};
  std::map<std::string, std::string> reticulum{};
  instance_role role = instance_role::automatic;
  /// 0 critical, 1 error, 2 warning, ... 8; on standard error. That of the first node of a process counts.
  int log_level = 2;
  /// start() waits so long for lines to come up, since what is sent before that is lost; a refused one is not waited
  /// for. Source: TCPInterface.py: INITIAL_CONNECT_TIMEOUT.
  std::chrono::milliseconds connect_wait{5000};
  /// Names why the node could not start.
  std::string* problem = nullptr;
};

/// Somebody's destination, as an announce tells of it.
struct peer {
  destination_hash destination{};
  public_identity owner;
  std::optional<ratchet_key> ratchet;
  bytes app_data;
  int hops = 0;
};

struct announce_heard {
  peer from;
  name_hash name{};
  bool path_response = false;
};

/// A packet to a destination of ours.
class packet_heard {
public:
  bytes data;
  packet_hash hash{};
  int hops = 0;
  std::optional<ratchet_id> ratchet;  ///< which ratchet opened it

  /// Under proof_strategy::app.
  void prove() const;

  std::shared_ptr<engine> of;
  destination_hash destination{};
  interface_id arrived_on{};
};

struct destination_options {
  destination_type type = destination_type::single;
  std::shared_ptr<const identity> owner{};  ///< null for PLAIN; made anew for SINGLE and GROUP
  std::string name;                         ///< dotted: `app.aspect.aspect`
  std::optional<group_key> group{};
  proof_strategy proofs = proof_strategy::none;
  bool accepts_links = true;
  /// For packets on links to it.
  proof_strategy link_proofs = proof_strategy::all;
  bytes app_data{};  ///< of announces that bring none
  /// Ratchets, kept in this file, or in memory alone if it is empty.
  std::optional<std::filesystem::path> ratchets{};
  ratchet_policy ratchets_enforced = ratchet_policy::optional;
  std::size_t ratchets_retained = ratchet_ring::retained_default;
  std::chrono::seconds ratchet_interval = ratchet_ring::interval_default;
  std::optional<std::uint64_t> request_size_max{};  ///< octets
};

/// A destination of ours. It lives as long as the node, or until it is closed.
class destination {
public:
  const destination_hash& hash() const { return hash_; }
  const std::shared_ptr<const identity>& owner() const { return owner_; }

  /// With this application data, or that of the options.
  void announce(bytes app_data = {}) const;
  void on_packet(std::function<void(packet_heard)> each) const;
  /// Every link to it, once it is established.
  void on_link(std::function<void(link)> each) const;
  /// A second handler for a path replaces the first. Reaches links that exist, too.
  void on_request(std::string path, request_handler handler, request_permission allow = request_permission::all,
                  std::set<identity_hash> allowed = {}) const;
  void close() const;

  destination() = default;
  destination(std::shared_ptr<engine> of, destination_hash hash, std::shared_ptr<const identity> owner)
      : engine_(std::move(of)), hash_(hash), owner_(std::move(owner)) {}

private:
  std::shared_ptr<engine> engine_;
  destination_hash hash_{};
  std::shared_ptr<const identity> owner_;
};

/// Calls stop when the last copy goes.
class subscription {
public:
  subscription() = default;
  explicit subscription(std::shared_ptr<void> held) : held_(std::move(held)) {}
  void cancel() { held_.reset(); }

private:
  std::shared_ptr<void> held_;
};

struct link_wish_options {
  proof_strategy proofs = proof_strategy::all;  ///< for packets of the far side
  std::chrono::seconds path_timeout{15};
};

class node {
public:
  /// Blocks until each interface is up or has failed to open once, for `connect_wait` at most.
  static result<std::unique_ptr<node>> start(node_options options);
  /// As stop().
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  /// Closes links, sends what waits within `within`, ends threads. Operations under way end with error::stopped. Not on
  /// the application thread.
  void stop(std::chrono::milliseconds within = std::chrono::milliseconds(500));

  /// Whether it is a program on a shared instance.
  bool on_shared_instance() const;
  /// Runs `what` on the application thread.
  void post(std::function<void()> what) const;
  /// Ends after so long, on the application thread.
  operation<void> sleep(duration time) const;

  operation<destination> add_destination(destination_options options) const;
  /// Announces of destinations of that dotted name, or of all. Until the subscription goes.
  [[nodiscard]] subscription watch_announces(std::optional<std::string> name,
                                             std::function<void(const announce_heard&)> each) const;
  /// Asks the network unless a path is known.
  operation<peer> find(destination_hash destination,
                       std::chrono::milliseconds timeout = std::chrono::seconds(15)) const;
  operation<link> connect(destination_hash destination, link_wish_options options = {}) const;

  /// A single packet of at most 383 octets, encrypted for the peer. Ends when it is proved.
  operation<delivery> send(peer to, bytes data, std::optional<duration> timeout = {}) const;
  /// Ends when it is sent; nobody proves such packets.
  operation<void> send_plain(std::string name, bytes data) const;
  operation<void> send_group(destination_hash to, group_key key, bytes data) const;

private:
  explicit node(std::shared_ptr<engine> of) : engine_(std::move(of)) {}

  std::shared_ptr<engine> engine_;
};

/// Files as the reference writes them: 64 octets. Errors: file_error, bad_argument.
result<std::shared_ptr<const identity>> load_identity(const std::filesystem::path& file);
result<void> save_identity(const identity& who, const std::filesystem::path& file);
/// With keys from the system.
std::shared_ptr<const identity> new_identity();

}  // namespace plexus::api
