// An interface that was heard of, and how it is kept: one msgpack map a file, with the reference's names and order, so
// that its programs read what this one wrote and the other way round.
// Source: Discovery.py: received_announce, interface_discovered, list_discovered_interfaces; rns-1.5.7 section 9.2.
#pragma once

#include "messages/instant.hpp"
#include "transport/control/number.hpp"
#include "transport/discovery/discovery_announce.hpp"

#include <functional>
#include <string>
#include <vector>

namespace plexus {

/// Names the file of a record. SHA-256 over the node's id as hexadecimal digits and the name.
using discovery_hash = tagged_bytes<struct discovery_tag, 32>;
/// SHA-256 over "address:port"; whoever leads to the same place has the same.
using endpoint_hash = tagged_bytes<struct endpoint_tag, 32>;

/// Times since an interface was heard of last.
inline constexpr double discovery_unknown_after = 24 * 3600.0;      ///< seconds
inline constexpr double discovery_stale_after = 3 * 24 * 3600.0;    ///< seconds
inline constexpr double discovery_removed_after = 7 * 24 * 3600.0;  ///< seconds

enum class discovery_status : std::uint16_t { stale = 0, unknown = 100, available = 1000 };
std::string_view to_string(discovery_status status);

struct discovered_interface {
  published_interface offer;  ///< its name is set, and visible_name()
  stamp work{};
  unsigned value = 0;            ///< of the stamp, in bits
  identity_hash network{};       ///< who announced it
  std::int64_t hops = 0;         ///< to whoever announced it
  number received;               ///< Unix seconds of the last announce
  number discovered;             ///< Unix seconds of the first one
  number last_heard;             ///< Unix seconds
  std::int64_t heard_count = 0;  ///< announces after the first one
  /// To be put into a configuration; empty for a TCP client.
  std::string config_entry;

  discovery_hash hash() const;
  endpoint_hash endpoint() const;
  discovery_status status(unix_time now) const;
  friend bool operator==(const discovered_interface&, const discovered_interface&) = default;
};

/// What an announce says, heard of for the first time.
discovered_interface discovered(const stamped_interface& heard, const identity_hash& network, std::int64_t hops,
                                unix_time now);
/// The same with what is remembered of earlier announces.
discovered_interface heard_again(discovered_interface now_heard, const discovered_interface& before);

/// Whether the type is one that is kept: all but TCP clients.
bool is_kept_type(published_type type);

value encode_record(const discovered_interface& record);
octet_string encode_record_file(const discovered_interface& record);
/// Records of older versions lack some members, which then are empty. bad_value: something that every record has is
/// missing or is not what it should be.
expected<discovered_interface> parse_record(const value& record);
expected<discovered_interface> parse_record_file(octets file);

/// What a node's settings say about whose interfaces are kept.
struct discovery_sources {
  std::vector<identity_hash> allowed;                       ///< empty: all
  std::function<bool(const identity_hash&)> is_blackholed;  ///< empty: nobody is

  bool allows(const identity_hash& network) const;
};

/// Whether the record is out of time, or of somebody whose interfaces are not kept.
bool is_to_be_removed(const discovered_interface& record, const discovery_sources& sources, unix_time now);

/// As they are listed: by status, then by the value of the stamp, then by when they were heard; best first.
void sort_discovered(std::vector<discovered_interface>& records, unix_time now);

}  // namespace plexus
