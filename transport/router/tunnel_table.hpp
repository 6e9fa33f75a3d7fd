// Paths that outlive the connection they came over: when the far side of a tunnel comes back on another connection,
// what was learned through it is usable again at once. Source: rns-1.5.7 sections 1.12 and 1.13; Transport.py:
// handle_tunnel.
#pragma once

#include "messages/addresses.hpp"
#include "messages/instant.hpp"
#include "messages/interface.hpp"
#include "transport/gates/random_blobs.hpp"

#include <functional>
#include <optional>
#include <unordered_map>

namespace plexus {

struct tunnel_path {
  transport_id next_hop{};
  octet hops = 0;
  instant learned_at{};
  instant expires_at{};
  random_blobs blobs;
  octet_string announce;  ///< raw, as received
};

/// Bounded in tunnels and in paths over all; a full table takes nothing new, since the paths themselves still work.
class tunnel_table {
public:
  static constexpr std::chrono::seconds tunnel_lifetime{28800};
  static constexpr std::chrono::seconds path_lifetime{28800};
  /// A tunnel that wants to live longer than this is not believed.
  static constexpr std::chrono::seconds expiry_max{57600};

  struct tunnel {
    interface_id interface{};  ///< none while the far side is away
    instant expires_at{};
    std::unordered_map<destination_hash, tunnel_path> paths;
  };

  tunnel_table(std::size_t tunnels_max, std::size_t paths_max) : tunnels_max_(tunnels_max), paths_max_(paths_max) {}

  /// The tunnel, which now leads over `interface` and lives for another lifetime; null when the table is full.
  tunnel* open(const tunnel_id& id, interface_id interface, instant now);
  /// A tunnel as it was saved, whose far side is away. Null when it is known, over, or the table is full.
  tunnel* restore(const tunnel_id& id, instant expires_at, instant now);
  /// The tunnel that leads over this interface, or null.
  tunnel* over(interface_id interface);
  void learn(tunnel& t, const destination_hash& destination, tunnel_path path);
  void forget(tunnel& t, const destination_hash& destination) { paths_ -= t.paths.erase(destination); }
  void on_interface_gone(interface_id interface);
  /// What is known now is newer than what the tunnel knows.
  using is_outdated = std::function<bool(const destination_hash&, const tunnel_path&)>;
  /// Removes what is older than its lifetime, and paths that are outdated.
  void cull(instant now, const is_outdated& outdated);

  std::size_t size() const { return tunnels_.size(); }
  const std::unordered_map<tunnel_id, tunnel>& all() const { return tunnels_; }

private:
  void leave(interface_id interface, const tunnel_id& next);

  std::size_t tunnels_max_, paths_max_, paths_ = 0;
  std::unordered_map<tunnel_id, tunnel> tunnels_;
  std::unordered_map<std::uint32_t, tunnel_id> by_interface_;
};

}  // namespace plexus
