// Messages between actors that never leave the process, and the only place that says so to the actor framework.
#pragma once

#include "actors/fwd.hpp"
#include "actors/interfaces/traffic_meter.hpp"
#include "actors/metrics/http_request.hpp"
#include "actors/supervision/node_progress.hpp"
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
/// What the shards have to announce at this moment is there.
using gather_atom = caf::atom_constant<caf::atom("gather")>;
/// The socket takes octets again.
using writable_atom = caf::atom_constant<caf::atom("writable")>;
/// Finish what waits, within the time that comes along, and end.
using detach_atom = caf::atom_constant<caf::atom("detach")>;
/// Nothing of the interface is left on its I/O thread.
using detached_atom = caf::atom_constant<caf::atom("detached")>;
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
using tunnels_atom = caf::atom_constant<caf::atom("tunnels")>;
using hashes_atom = caf::atom_constant<caf::atom("hashes")>;
/// Time to take rates.
using sample_atom = caf::atom_constant<caf::atom("sample")>;
using facts_atom = caf::atom_constant<caf::atom("facts")>;
using drops_atom = caf::atom_constant<caf::atom("drops")>;
/// Forget the announces that wait under the announce cap.
using drop_queue_atom = caf::atom_constant<caf::atom("dropqueue")>;
using figures_atom = caf::atom_constant<caf::atom("figures")>;
using recall_atom = caf::atom_constant<caf::atom("recall")>;
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

/// Packets of this process for one address that the shard owns, in their order. Immutable once sent.
struct local_packets {
  std::vector<octet_string> packets;
  interface_id only{};  ///< none: the path decides
};
using local_packets_ptr = std::shared_ptr<const local_packets>;

/// A path, and the announce that made it: raw, as received.
struct known_path {
  path_summary path;
  octet_string announce;
};
/// Null: none is known.
using known_path_ptr = std::shared_ptr<const known_path>;

/// A part of a shard's paths, and where the rest begins.
struct saved_paths {
  std::vector<saved_path> paths;
  std::optional<std::size_t> next;
};
using saved_paths_ptr = std::shared_ptr<const saved_paths>;

/// A part of a shard's tunnels, and where the rest begins.
struct saved_tunnels {
  std::vector<saved_tunnel> tunnels;
  std::optional<std::size_t> next;
};
using saved_tunnels_ptr = std::shared_ptr<const saved_tunnels>;
using packet_hashes_ptr = std::shared_ptr<const std::vector<packet_hash>>;

/// What the storage has done and holds.
struct storage_status {
  std::uint64_t paths_restored = 0, paths_waiting = 0;
  std::uint64_t announces_waiting = 0, announces_missed = 0;  ///< for their files; the next full save writes those
  std::uint64_t saves = 0, saves_failed = 0;
  duration restore_took{}, last_save_took{};
  std::uint64_t restarts = 0;  ///< of the disk's thread
};

/// What status says of an interface besides its facts, for the whole of its life.
struct interface_description {
  std::string short_name;                   ///< section in the configuration; `Client on <section>` for a connection
  std::string type;                         ///< the reference's class name: `TCPClientInterface`
  std::optional<std::string> access_name;   ///< network_name
  std::optional<octet_string> access_code;  ///< 64 octets that equal the far side's if both have the same keys
};
using interface_description_ptr = std::shared_ptr<const interface_description>;

/// One interface as rnstatus and the metrics show it (rns-1.5.7 section 7.4). The interfaces supervisor adds
/// description, traffic, rates and those drops that shards counted.
struct interface_report {
  interface_facts facts;
  interface_description_ptr description;
  traffic_totals traffic;
  traffic_rates rates;
  std::uint64_t frames_invalid = 0;    ///< shorter or longer than the medium allows
  drop_counters refused{};             ///< by the reader, before any shard saw them
  std::uint64_t transmit_waiting = 0;  ///< octets in the transmit buffer now
  std::uint64_t transmit_dropped_packets = 0, transmit_dropped_octets = 0;
  std::uint64_t reconnects = 0;
  std::uint64_t cut_off = 0;                        ///< connections ended because the peer took nothing
  bool stalled = false;                             ///< the peer is too slow to be waited for
  bool held = false;                                ///< those who send to the peer are being held back
  std::optional<std::uint64_t> clients;             ///< listeners: connections
  std::optional<std::uint64_t> peers;               ///< Auto: peers
  std::optional<std::vector<std::string>> blocked;  ///< Backbone listener: addresses refused
  gate_status gate{};
};
using interface_report_ptr = std::shared_ptr<const interface_report>;

/// All interfaces, and what they carried together.
struct interfaces_report {
  std::vector<interface_report> interfaces;
  traffic_totals totals;
  traffic_rates rates;
};
using interfaces_report_ptr = std::shared_ptr<const interfaces_report>;

/// The same without asking the interfaces.
struct interface_entry {
  interface_facts_ptr facts;
  interface_description_ptr description;
};
using interface_list = std::shared_ptr<const std::vector<interface_entry>>;

/// What one shard dropped of what came in over an interface, where it dropped anything.
struct interface_drops {
  interface_id id{};
  drop_counters drops{};
};
using drop_list = std::shared_ptr<const std::vector<interface_drops>>;

/// What became of a wish to attach, detach or reload an interface (rns-1.5.7 section 7.5).
enum class change_outcome : octet { done, refused, unknown };

}  // namespace plexus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::packet_batch_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::egress_batch_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::announce_round_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::shard_events_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::local_delivery_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::announces_learned_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::local_packets_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::known_path_ptr)
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
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::datagram_socket_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::token_heard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::connection_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::connection_offered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::flap_limits)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::connection_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::connect_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::interface_report_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::interfaces_report_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::interface_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::interfaces_figures_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::http_request_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::node_step)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::node_progress)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::drop_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::change_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::shard_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::path_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::rate_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::saved_paths_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::saved_tunnels_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::packet_hashes_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::storage_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::begin_restoring)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::restore_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::restore_result_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::release_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::save_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::save_result_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::announce_files)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::identity_hash)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<plexus::destination_hash>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::blackhole_set)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::destination_hash)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::transport_id)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::address)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<plexus::path_summary>)
