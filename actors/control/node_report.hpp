// What actors report, in the words of the management protocol. Source: Reticulum.py: get_interface_stats,
// get_path_table, get_rate_table; rns-1.5.7 section 7.4.
#pragma once

#include "actors/message_types.hpp"
#include "storage/config/node_config.hpp"
#include "transport/control/status.hpp"
#include "transport/control/tables.hpp"

#include <unordered_map>
#include <vector>

namespace plexus {

/// What only the node as a whole knows.
struct node_facts {
  reticulum_config config;
  transport_id identity{};
  std::optional<identity_hash> network;
  std::optional<destination_hash> probe_responder;
  unix_time started{};
  std::optional<std::uint64_t> memory;  ///< octets resident
};

node_status status_of(const interfaces_report& interfaces, const std::vector<shard_status>& shards,
                      const node_facts& node, const clocks& clock);

/// Interfaces by id, for tables that name them.
class interface_names {
public:
  explicit interface_names(const interface_list& interfaces);
  const interface_facts* find(interface_id id) const;
  /// As the reference writes it: `None` for one that is gone.
  std::string name_of(interface_id id) const;

private:
  interface_list interfaces_;
  std::unordered_map<std::uint32_t, const interface_facts*> by_id_;
};

void append_paths(path_entries& to, const path_list& paths, const interface_names& names, const clocks& clock);
void append_rates(rate_entries& to, const rate_list& rates, const clocks& clock);

/// Seconds that the first hop to a destination may take: a whole packet at the interface's bitrate, and 6. Without a
/// path just 6. Source: Transport.py: first_hop_timeout.
number first_hop_timeout(const interface_facts* next);
/// Seconds; 0 without a bitrate. Source: Transport.py: medium_path_timeout.
number medium_path_timeout(std::optional<std::uint64_t> lowest_bitrate);
/// Of the interfaces that are online, in bit/s.
std::optional<std::uint64_t> lowest_bitrate(const interface_list& interfaces);

/// Octets of this process in memory, where /proc says so.
std::optional<std::uint64_t> resident_memory();

}  // namespace plexus
