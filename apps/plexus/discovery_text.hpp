// What `plexus status -d` and `-D` print of discovered interfaces: letter for letter what rnstatus does, but that a
// field of a radio which is not set leaves out its line and not the rest of the entry. Source: Utilities/rnstatus.py:
// program_setup; rns-1.5.7 section 10.1.
#pragma once

#include "transport/discovery/discovered_interface.hpp"

#include <string>
#include <vector>

namespace plexus {

struct discovery_text_options {
  bool details = false;       ///< -D
  bool show_stale = false;    ///< also what was not heard of for three days
  bool show_unknown = false;  ///< also what names no implementation and version
  std::string filter;         ///< part of the name, case does not matter; empty: all
};

/// `records` in their order. `now`: Unix seconds.
std::string discovered_text(const std::vector<discovered_interface>& records, const discovery_text_options& options,
                            unix_time now);

/// All of them, as they are stored, with their status.
std::string discovered_json(const std::vector<discovered_interface>& records, unix_time now);

}  // namespace plexus
