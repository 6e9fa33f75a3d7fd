// Messages between actors that never leave the process, and the only place that says so to the actor framework.
#pragma once

#include "actors/fwd.hpp"
#include "messages/traffic.hpp"
#include "transport/gates/interface_gate.hpp"
#include "transport/router/router_shard.hpp"
#include "transport/router/router_types.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace plexus {

/// A deadline that somebody asked for has come.
using tick_atom = caf::atom_constant<caf::atom("tick")>;
/// There is queued work to go on with.
using work_atom = caf::atom_constant<caf::atom("work")>;
/// The socket takes octets again.
using writable_atom = caf::atom_constant<caf::atom("writable")>;
/// Finish what waits, within the time that comes along, and end.
using detach_atom = caf::atom_constant<caf::atom("detach")>;
using status_atom = caf::atom_constant<caf::atom("status")>;
using connect_atom = caf::atom_constant<caf::atom("connect")>;
using paths_atom = caf::atom_constant<caf::atom("paths")>;
using find_atom = caf::atom_constant<caf::atom("find")>;
using drop_atom = caf::atom_constant<caf::atom("drop")>;
using drop_via_atom = caf::atom_constant<caf::atom("dropvia")>;
using rates_atom = caf::atom_constant<caf::atom("rates")>;
using save_atom = caf::atom_constant<caf::atom("save")>;
using restore_atom = caf::atom_constant<caf::atom("restore")>;
using request_path_atom = caf::atom_constant<caf::atom("reqpath")>;
using add_local_atom = caf::atom_constant<caf::atom("addlocal")>;
using remove_local_atom = caf::atom_constant<caf::atom("remlocal")>;
using restarted_atom = caf::atom_constant<caf::atom("restarted")>;

using shard_events_ptr = std::shared_ptr<const shard_events>;
using interface_facts_ptr = std::shared_ptr<const interface_facts>;
using local_delivery_ptr = std::shared_ptr<const std::vector<local_delivery>>;
using announces_learned_ptr = std::shared_ptr<const std::vector<announce_learned>>;
using path_list = std::shared_ptr<const std::vector<path_summary>>;
using rate_list = std::shared_ptr<const std::vector<announce_rate_summary>>;
using blackhole_set = std::shared_ptr<const std::unordered_set<identity_hash>>;

/// Shard to gate: what came in over one interface and was counted.
struct gate_report {
  announces_heard announces{};
  path_requests_heard path_requests{};
  std::vector<announce_held> held;
};
using gate_report_ptr = std::shared_ptr<const gate_report>;

/// Gate to shards.
struct burst_change {
  interface_id id{};
  burst_state state{};
};

/// To shards: an interface is gone for good.
struct interface_gone {
  interface_id id{};
};

/// A packet of this process for an address that the shard owns. Immutable once sent.
struct local_packet {
  octet_string packet;
  interface_id only{};  ///< none: the path decides
};
using local_packet_ptr = std::shared_ptr<const local_packet>;

/// A part of a shard's paths, and where the rest begins.
struct saved_paths {
  std::vector<saved_path> paths;
  std::optional<std::size_t> next;
};
using saved_paths_ptr = std::shared_ptr<const saved_paths>;

/// One interface as rnstatus and the metrics show it (rns-1.5.7 section 7.4).
struct interface_report {
  interface_facts facts;
  std::uint64_t received_octets = 0, sent_octets = 0;  ///< framing included
  std::uint64_t received_packets = 0, sent_packets = 0;
  std::uint64_t frames_invalid = 0;    ///< shorter or longer than the medium allows
  drop_counters refused{};             ///< by the reader, before any shard saw them
  std::uint64_t transmit_waiting = 0;  ///< octets in the transmit buffer now
  std::uint64_t transmit_dropped_packets = 0, transmit_dropped_octets = 0;
  std::uint64_t reconnects = 0, clients = 0;
  std::uint64_t cut_off = 0;  ///< connections ended because the peer took nothing
  bool stalled = false;       ///< the peer is too slow to be waited for
  bool held = false;          ///< those who send to the peer are being held back
  gate_status gate{};
};
using interface_report_ptr = std::shared_ptr<const interface_report>;
using interface_report_list = std::shared_ptr<const std::vector<interface_report_ptr>>;

}  // namespace plexus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::packet_batch_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::egress_batch_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::announce_round_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::shard_events_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::local_delivery_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::announces_learned_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::local_packet_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::gate_report_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::burst_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::interface_known)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::interface_gone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::interface_facts_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::register_interface)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::registration_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::shards_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::shard_started)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::add_interface)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::interface_id)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::connection_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::connection_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::connect_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::interface_report_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::interface_report_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::shard_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::path_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::rate_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::saved_paths_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::blackhole_set)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::destination_hash)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::transport_id)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::address)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<plexus::path_summary>)
