// What `plexus path` prints: letter for letter what rnpath does. Pure functions; the caller prints and exits.
// Source: Utilities/rnpath.py; rns-1.5.7 section 10.1.
#pragma once

#include "transport/control/tables.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace plexus {

struct tool_text {
  std::string text;   ///< whole lines
  int exit_code = 0;  ///< of the process, once the text is out
};

/// `-t`: one line a path, sorted by interface and hops; only that of `only` if given, exit code 1 if there is none.
tool_text path_table_text(path_entries table, const std::optional<destination_hash>& only);

/// `-t -j`: one line, sorted as above.
std::string path_table_json(path_entries table);

/// `-r`: one line a destination, the one least recently heard first. `now`: Unix seconds.
tool_text rate_table_text(rate_entries table, const std::optional<destination_hash>& only, double now);

/// `-r -j`: one line, sorted as above.
std::string rate_table_json(rate_entries table);

/// `-b`, `-p`: one line an identity. `own`: transport identity whose entries need no source. `filter`: text that must
/// occur in the line without its verb. Exit code 20 when there is nothing at all.
tool_text blackhole_text(const blackhole_entries& table, const std::optional<identity_hash>& own,
                         std::string_view filter, double now);

/// The answer to a path request, after the line that waited for it.
std::string path_found_text(const destination_hash& destination, std::int64_t hops, const transport_id& next_hop,
                            std::string_view interface);

}  // namespace plexus
