// Another node, asked over a link that is open for one question: by way of the running daemon, as the reference's tools
// do with -R and -p. Source: Utilities/rnstatus.py: get_remote_status, Utilities/rnpath.py: connect_remote;
// rns-1.5.7 sections 1.1 and 10.1.
#pragma once

#include "apps/plexus/node_access.hpp"
#include "transport/endpoint/link.hpp"

#include <memory>
#include <string>

namespace plexus {

inline constexpr std::string_view management_destination = "rnstransport.remote.management",
                                  blackhole_destination = "rnstransport.info.blackhole";

/// Exit codes of the reference's tools.
namespace remote_exit {
inline constexpr int no_instance = 1, no_data = 2, lost = 10, no_path = 12, bad_argument = 20;
}

/// Why there is no answer, as it is said, and the exit code that goes with it.
struct remote_failure {
  std::string text;
  int exit_code = remote_exit::lost;
  bool refused = false;  ///< the link stood, and the request was not answered
};

class remote_node {
public:
  /// What is shown while it works goes to a terminal alone, and not with JSON.
  remote_node(node_access& node, const common_options& common, random_source& random);

  /// Asks the destination of that name of the transport node `whom`; identifies first if `as` is given. The path may
  /// take `path_wait`. Blocks.
  expected<value, remote_failure> ask(const identity_hash& whom, std::string_view name, const identity* as,
                                      shared_client::clock::duration path_wait, std::string_view path, value content);

private:
  expected<known_peer, remote_failure> find(const destination_hash& destination, shared_client::time deadline);
  expected<value, remote_failure> converse(const known_peer& peer, const identity* as, std::string_view path,
                                           value content);

  node_access& node_;
  const common_options& common_;
  random_source& random_;
  shared_client client_;
};

/// `-R` and `-i` of the tools: the node's hash and the identity of whoever manages it.
struct management_access {
  identity_hash whom{};
  identity as;
};
/// Errors: exit code bad_argument.
expected<management_access, remote_failure> read_management_access(const std::string& hash,
                                                                   const std::optional<std::string>& identity_file);
expected<identity_hash, remote_failure> read_node_hash(const std::string& hash);

}  // namespace plexus
