// How a tool finds the node of a configuration directory and asks it. Reads the node's files and writes none.
#pragma once

#include "apps/plexus/command_line.hpp"
#include "apps/plexus/rpc_client.hpp"
#include "apps/plexus/shared_client.hpp"
#include "storage/config/node_config.hpp"
#include "transport/identity.hpp"

#include <filesystem>
#include <optional>

namespace plexus {

inline constexpr std::string_view no_shared_instance = "No shared RNS instance available";

class node_access {
public:
  /// Without a configuration file the defaults count, as for a node that would write them. Throws config_error.
  explicit node_access(const common_options& common);

  const std::filesystem::path& directory() const { return directory_; }
  std::filesystem::path config_file() const { return directory_ / "config"; }
  const node_config& config() const { return config_; }
  /// Hash of the identity in storage/transport_identity; nothing if there is none.
  std::optional<identity_hash> identity() const { return identity_; }

  /// One call; blocks. `unreachable` too where the configuration shares no instance. Daemons up to the 1.0 line close a
  /// call that is no pickle, so a call that was closed is made again in that dialect unless one was answered before.
  expected<value, rpc_failure> call(const rpc::request& request);
  /// The number, or `otherwise` when the daemon does not know the call (before 1.5) or gives none.
  double number_or(const rpc::request& request, double otherwise);
  /// As the reference's tools wait: a round trip of the largest packet over the slowest interface, in seconds.
  double medium_path_timeout() { return number_or(rpc::get_figure{rpc::figure::medium_path_timeout}, 0); }
  /// Next hop and interface's name to a destination, as far as the daemon knows them.
  std::optional<transport_id> next_hop(const destination_hash& destination);
  std::string next_hop_interface(const destination_hash& destination);

  shared_endpoint packets() const;

  /// What storage/known_destinations says of a destination, or of an identity. A damaged file knows nobody.
  std::optional<public_key> recall(octets hash) const;

private:
  std::filesystem::path directory_;
  node_config config_;
  std::optional<identity_hash> identity_;
  rpc_client::options rpc_;
  bool dialect_known_ = false;
};

}  // namespace plexus
