// Who a node is: the identities that its folder and its configuration name.
#pragma once

#include "storage/config/node_config.hpp"
#include "storage/state/state_directory.hpp"
#include "transport/identity.hpp"

#include <memory>

namespace plexus {

/// The key in the directory, made if there is none. Throws std::system_error if it cannot be saved.
private_key load_transport_key(const state_directory& directory, random_source& random);

/// Without transport the network sees a fresh identity each time, unless the configuration says otherwise
/// (rns-1.5.7 section 1.1).
std::shared_ptr<const identity> wire_identity(const private_key& stored, const reticulum_config& config,
                                              random_source& random);

/// The identity of the network that the configuration names, made if its file is not there. Null: it names none.
/// Throws for a file that is no identity.
std::shared_ptr<const identity> network_identity(const reticulum_config& config, random_source& random);

}  // namespace plexus
