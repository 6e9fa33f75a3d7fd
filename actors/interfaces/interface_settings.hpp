// What an interface is made of, worked out of the configuration once, before anything runs.
#pragma once

#include "actors/interfaces/transmit_buffer.hpp"
#include "actors/message_types.hpp"
#include "messages/interface.hpp"
#include "storage/config/node_config.hpp"
#include "transport/gates/interface_gate.hpp"
#include "transport/ifac.hpp"
#include "transport/router/intake.hpp"

#include <chrono>
#include <memory>

namespace plexus {

/// How long streams wait.
struct stream_times {
  /// Between two attempts to connect. Source: TCPInterface.RECONNECT_WAIT.
  duration reconnect_wait = std::chrono::seconds(5);
  /// A peer that takes no octet for so long while some wait is cut off (rns-1.5.7 section 8.7).
  duration drain_timeout = std::chrono::seconds(12);
};

/// What readers and gates of a node share.
struct node_settings {
  transport_id identity{};
  std::uint64_t hash_secret = 0;
  unsigned shard_count = 1;
  transmit_limits transmit{};
  stream_times streams{};
  reticulum_config reticulum{};
};

/// Common to all types; children of a listener get their parent's.
struct interface_settings {
  interface_facts facts;  ///< without id
  interface_description description;
  gate_config gate;
  transmit_limits transmit;
  stream_times streams;
  intake_config intake;  ///< access is set from `access` below
  std::shared_ptr<const access_codes> access;
};

/// Source: rns-1.5.7 sections 1.9, 6.2 and 8.1. `name` is the interface's textual name, whose hash identifies it.
interface_settings make_interface_settings(const interface_config& config, const node_settings& node,
                                           const std::string& name);

/// The same under another name.
interface_settings renamed(interface_settings settings, const std::string& name);

/// `[` and `]` around IPv6 addresses, as in names of interfaces.
std::string host_in_name(const std::string& host);

}  // namespace plexus
