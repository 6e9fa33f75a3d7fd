// storage/known_destinations: whose announces were heard.
//
//   { destination(16): [announced_at, packet_hash(32), public_key(64), app_data | nil, last_used] }
//
// Source: rns-1.5.7 section 5.3; Identity.py: save_known_destinations, load_known_destinations.
#pragma once

#include "messages/addresses.hpp"
#include "storage/state/packed.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace plexus {

struct known_destination {
  static constexpr unix_time never{0}, retained{-1};

  destination_hash destination{};
  unix_time announced_at{};
  packet_hash packet{};
  public_key key{};
  std::optional<octet_string> app_data;
  unix_time last_used = never;  ///< `retained`: kept for good
  friend bool operator==(const known_destination&, const known_destination&) = default;
};

void encode_known_destination(octet_string& out, const known_destination& entry);
octet_string encode_known_destinations(const std::vector<known_destination>& entries);
/// Entries of four elements, as older versions wrote, were never used.
expected<parsed_table<known_destination>> parse_known_destinations(octets file);
/// Calls `each` with every entry that makes sense, without keeping any. Answers with the number of those passed over.
/// Entries may have been given out before an error is found.
expected<std::size_t> read_known_destinations(octets file, const std::function<void(const known_destination&)>& each);

}  // namespace plexus
