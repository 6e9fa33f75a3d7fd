// The tables that the management protocol hands out: paths, announce rates and blackholed identities.
// Source: Reticulum.py: get_path_table, get_rate_table; Transport.py: blackhole_identity; rns-1.5.7 section 7.3.
#pragma once

#include "messages/addresses.hpp"
#include "messages/expected.hpp"
#include "transport/control/number.hpp"
#include "transport/control/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace plexus {

struct path_entry {
  destination_hash destination;
  number timestamp;  ///< Unix seconds when it was learned
  transport_id via;  ///< next hop; the destination itself when it is the neighbour
  std::int64_t hops = 0;
  number expires;         ///< Unix seconds
  std::string interface;  ///< its name, "None" when it is gone
  friend bool operator==(const path_entry&, const path_entry&) = default;
};

struct rate_entry {
  destination_hash destination;
  number last;  ///< Unix seconds of the last announce that counted
  std::int64_t rate_violations = 0;
  number blocked_until;            ///< Unix seconds; 0: not blocked
  std::vector<number> timestamps;  ///< Unix seconds of the announces remembered, oldest first
  friend bool operator==(const rate_entry&, const rate_entry&) = default;
};

struct blackhole_entry {
  identity_hash identity;
  identity_hash source;         ///< the transport instance that said so
  std::optional<number> until;  ///< Unix seconds; nothing: for good
  std::optional<std::string> reason;
  friend bool operator==(const blackhole_entry&, const blackhole_entry&) = default;
};

using path_entries = std::vector<path_entry>;
using rate_entries = std::vector<rate_entry>;
using blackhole_entries = std::vector<blackhole_entry>;

value encode(const path_entries& table);
/// The same, one path at a time while it is sent: as values, a million paths would take 0.6 GB.
value encode(std::shared_ptr<const path_entries> table);
value encode(const rate_entries& table);
/// A map by identity hash, in the order given.
value encode(const blackhole_entries& table);

/// `bad_value`: not of that shape.
expected<path_entries> parse_path_entries(const value& from);
expected<rate_entries> parse_rate_entries(const value& from);
expected<blackhole_entries> parse_blackhole_entries(const value& from);

}  // namespace plexus
