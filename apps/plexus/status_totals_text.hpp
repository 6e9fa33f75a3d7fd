// The foot of `plexus status`: what concerns the node as a whole.
#pragma once

#include "apps/plexus/status_text.hpp"

namespace plexus {

/// -t, with -A, -P and -p.
std::string totals_text(const node_status& node, const status_options& options);
/// -q. Nothing if the daemon does not tell.
std::string queues_text(const node_status& node);
/// Identities, uptime and the link table.
std::string node_text(const node_status& node, const link_counts& links);

}  // namespace plexus
