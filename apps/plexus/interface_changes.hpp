// Attaching, detaching and reloading interfaces of a running node, as `plexus status` and `plexus interfaces` do it.
#pragma once

#include "apps/plexus/node_access.hpp"

namespace plexus {

/// Says what came of it; answers with the exit code: 0 done, 1 not done, no such interface, or no node.
/// Source: Utilities/rnstatus.py: program_setup; rns-1.5.7 section 7.5.
int change_interface(node_access& node, rpc::interface_change change, const std::string& name,
                     const common_options& common);

}  // namespace plexus
