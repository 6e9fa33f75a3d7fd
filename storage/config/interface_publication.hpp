// What a node publishes of an interface, worked out of its configuration. Source: Discovery.py:
// get_interface_announce_data; rns-1.5.7 section 9.1.
#pragma once

#include "storage/config/interface_config.hpp"
#include "transport/discovery/published_interface.hpp"

#include <string>
#include <string_view>

namespace plexus {

/// Of the node as a whole.
struct publishing_node {
  bool transport = false;
  transport_id identity{};
  std::string implementation, version;  ///< of this program
};

struct location {
  double latitude = 0, longitude = 0, height = 0;  ///< degrees, degrees, metres
  friend bool operator==(const location&, const location&) = default;
};

/// `latitude, longitude, height`, as a program prints it. Otherwise a sentence that says what is wrong.
expected<location, std::string> parse_location(std::string_view text);

/// Whether interfaces of its type are published at all: listeners of Backbone and TCP, and clients with KISS framing.
bool can_be_published(const interface_config& config);

/// Requires config.discovery. A program that is named in place of an address or a location was run before. Otherwise a
/// sentence that says what is missing.
expected<published_interface, std::string> publication_of(const interface_config& config, const publishing_node& node);

}  // namespace plexus
