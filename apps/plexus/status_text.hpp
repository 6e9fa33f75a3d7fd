// What `plexus status` prints: letter for letter what rnstatus does, slips included, so that scripts that read it go on
// working. Pure functions; the caller prints and exits. Against a daemon older than 1.5 rnstatus dies with a key error;
// here what the daemon does not tell is left out.
// Source: Utilities/rnstatus.py: program_setup; rns-1.5.7 section 10.1.
#pragma once

#include "transport/control/status.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace plexus {

struct status_options {
  bool all = false;            ///< -a: also peers and connections of a listener
  bool announces = false;      ///< -A
  bool path_requests = false;  ///< -P
  bool links = false;          ///< -l
  bool bursts_only = false;    ///< -B
  bool blocked_ips = false;    ///< -b
  bool totals = false;         ///< -t
  bool pps = false;            ///< -p, with -t
  bool queues = false;         ///< -q
  bool ascending = false;      ///< -r
  /// How many of the instance's programs are the tool that asks: rnstatus is one itself.
  std::int64_t own_connections = 1;
  std::string sort_key;  ///< -s; empty or unknown: as the daemon lists them
  std::string filter;    ///< part of the name, case does not matter; empty: all
};

struct link_counts {
  std::optional<std::int64_t> all, active;
};

/// `now`: Unix seconds.
std::string status_text(const node_status& node, const status_options& options, const link_counts& links, double now);

/// The blocks of one interface, without the empty line before it. The name decides some of its lines.
std::string interface_text(const interface_status& interface, const status_options& options, double now);

}  // namespace plexus
