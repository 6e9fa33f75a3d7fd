// Every family of metrics that a node exports. docs/metrics.md explains them; a test keeps the two the same.
//
// Names follow Prometheus: base units, `_total` for what only grows. What a label can say is bounded: `interface` is a
// section of the configuration, with all its connections summed up in it, so strangers cannot make series.
#pragma once

#include <prometheus/metric_type.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace plexus {

struct metric_family {
  std::string_view name;
  prometheus::MetricType type;
  std::array<std::string_view, 3> labels;  ///< unused ones are empty
  std::string_view help;

  std::size_t label_count() const {
    std::size_t count = 0;
    while (count < labels.size() && !labels[count].empty())
      ++count;
    return count;
  }
};

namespace families {

inline constexpr auto counter = prometheus::MetricType::Counter;
inline constexpr auto gauge = prometheus::MetricType::Gauge;
inline constexpr auto histogram = prometheus::MetricType::Histogram;

// The process.
inline constexpr metric_family build_info{
    "plexus_build_info", gauge, {"version", "compiler", "revision"}, "What is running; always 1."};
inline constexpr metric_family cpu_seconds{
    "process_cpu_seconds_total", counter, {}, "User and system time of the process."};
inline constexpr metric_family start_time{
    "process_start_time_seconds", gauge, {}, "When the process started, in Unix time."};
inline constexpr metric_family resident_memory{
    "process_resident_memory_bytes", gauge, {}, "Memory of the process that is in RAM."};
inline constexpr metric_family virtual_memory{"process_virtual_memory_bytes", gauge, {}, "Address space in use."};
inline constexpr metric_family open_fds{"process_open_fds", gauge, {}, "Open file descriptors."};
inline constexpr metric_family max_fds{"process_max_fds", gauge, {}, "Most file descriptors that may be open."};

// The node.
inline constexpr metric_family ready{"plexus_ready", gauge, {}, "Whether /readyz says yes."};
inline constexpr metric_family actor_answers{
    "plexus_actor_answers", gauge, {"actor"}, "Whether the actor answered in time when it was last asked."};
inline constexpr metric_family restarts{
    "plexus_actor_restarts_total", counter, {"supervisor"}, "Actors started again after they failed."};
inline constexpr metric_family gather_seconds{
    "plexus_gather_duration_seconds", gauge, {}, "How long it took to ask all actors for these figures."};
inline constexpr metric_family local_clients{
    "plexus_local_clients", gauge, {}, "Programs attached to the shared instance."};

// Storage.
inline constexpr metric_family saves{"plexus_state_saves_total", counter, {"outcome"}, "Saves of the node's state."};
inline constexpr metric_family save_seconds{
    "plexus_state_save_duration_seconds", gauge, {}, "How long the last save took."};
inline constexpr metric_family restore_seconds{
    "plexus_state_restore_duration_seconds", gauge, {}, "How long it took to restore the state at the start."};
inline constexpr metric_family paths_restored{
    "plexus_paths_restored_total", counter, {}, "Paths that the router took from the saved state."};
inline constexpr metric_family paths_waiting{
    "plexus_paths_waiting", gauge, {}, "Saved paths whose interface is not there yet."};

// Discovery of interfaces.
inline constexpr metric_family discovery_announces{
    "plexus_discovery_announces_total", counter, {"outcome"}, "What became of announces of others' interfaces."};
inline constexpr metric_family discovered_interfaces{
    "plexus_discovered_interfaces", gauge, {}, "Interfaces of others that are known."};
inline constexpr metric_family discovery_connections{
    "plexus_discovery_connections", gauge, {}, "Connections to discovered interfaces, up or not."};

// Router shards.
inline constexpr metric_family forwarded{
    "plexus_packets_forwarded_total", counter, {"shard", "class"}, "Packets passed on by the router."};
inline constexpr metric_family dropped{
    "plexus_packets_dropped_total", counter, {"shard", "reason"}, "Packets that the router did not pass on."};
inline constexpr metric_family violations{"plexus_violations_total",
                                          counter,
                                          {"kind"},
                                          "Packets that break the protocol, lack the access code, or were filtered."};
inline constexpr metric_family announces{
    "plexus_announces_total", counter, {"shard", "outcome"}, "What became of announces in the router."};
inline constexpr metric_family signature_checks{
    "plexus_signature_checks_total", counter, {"shard", "kind"}, "Signatures verified."};
inline constexpr metric_family queue_packets{
    "plexus_queue_packets", gauge, {"shard", "class"}, "Packets that wait for the router."};
inline constexpr metric_family queue_capacity{"plexus_queue_capacity_packets",
                                              gauge,
                                              {"shard", "class"},
                                              "From here on packets are dropped that cannot be held back."};
inline constexpr metric_family queue_dropped{
    "plexus_queue_dropped_packets_total", counter, {"shard", "class"}, "Packets dropped because the queue was full."};
inline constexpr metric_family table_entries{
    "plexus_table_entries", gauge, {"shard", "table"}, "Entries of the router's tables."};
inline constexpr metric_family table_capacity{
    "plexus_table_capacity_entries", gauge, {"shard", "table"}, "Most entries that a table holds."};
inline constexpr metric_family path_requests_answered{
    "plexus_path_requests_answered_total", counter, {"shard"}, "Path requests answered from the path table."};
inline constexpr metric_family path_request_latency{"plexus_path_request_latency_seconds",
                                                    histogram,
                                                    {"shard"},
                                                    "From a path request sent to the announce that answered it."};

// Interfaces.
inline constexpr metric_family interface_up{
    "plexus_interface_up", gauge, {"interface"}, "Whether the interface, or any connection of it, is online."};
inline constexpr metric_family connections{
    "plexus_interface_connections", gauge, {"interface"}, "Connections and peers online."};
inline constexpr metric_family wire_bytes{
    "plexus_interface_wire_bytes_total", counter, {"interface", "direction"}, "Octets on the medium, with framing."};
inline constexpr metric_family packets{
    "plexus_interface_packets_total", counter, {"interface", "direction", "class"}, "Packets."};
inline constexpr metric_family packet_bytes{"plexus_interface_packet_bytes_total",
                                            counter,
                                            {"interface", "direction", "class"},
                                            "Octets of packets, without framing and access code."};
inline constexpr metric_family refused{"plexus_interface_refused_packets_total",
                                       counter,
                                       {"interface", "reason"},
                                       "Packets that the reader gave to no shard."};
inline constexpr metric_family frames_invalid{
    "plexus_interface_frames_invalid_total", counter, {"interface"}, "Frames too short or too long for the medium."};
inline constexpr metric_family transmit_dropped{"plexus_interface_transmit_dropped_packets_total",
                                                counter,
                                                {"interface", "class"},
                                                "Packets lost because the peer was too slow or away."};
inline constexpr metric_family transmit_dropped_bytes{"plexus_interface_transmit_dropped_bytes_total",
                                                      counter,
                                                      {"interface", "class"},
                                                      "Octets of packets lost because the peer was too slow or away."};
inline constexpr metric_family transmit_buffer{
    "plexus_interface_transmit_buffer_bytes", gauge, {"interface"}, "Octets that wait in transmit buffers."};
inline constexpr metric_family stalled{"plexus_interface_stalled_connections",
                                       gauge,
                                       {"interface"},
                                       "Connections whose peer is too slow to be waited for."};
inline constexpr metric_family holding{
    "plexus_interface_holding_connections", gauge, {"interface"}, "Connections that hold back whoever sends to them."};
inline constexpr metric_family reconnects{
    "plexus_interface_reconnects_total", counter, {"interface"}, "Connections made again after a loss."};
inline constexpr metric_family cut_off{
    "plexus_interface_cut_off_total", counter, {"interface"}, "Connections ended because the peer took nothing."};
inline constexpr metric_family interface_announces{"plexus_interface_announces_total",
                                                   counter,
                                                   {"interface", "outcome"},
                                                   "Announces that the announce cap or ingress control dealt with."};
inline constexpr metric_family path_requests_limited{
    "plexus_interface_path_requests_limited_total",
    counter,
    {"interface"},
    "Path requests for others that were not sent, because they were too many."};
inline constexpr metric_family announces_waiting{"plexus_interface_announces_waiting",
                                                 gauge,
                                                 {"interface", "reason"},
                                                 "Announces that wait under the cap or after a burst."};
inline constexpr metric_family bursts{
    "plexus_interface_bursts", gauge, {"interface", "class"}, "Connections in a burst of announces or path requests."};
inline constexpr metric_family forwarding_latency{"plexus_forwarding_latency_seconds",
                                                  histogram,
                                                  {"interface"},
                                                  "From the end of a read to the end of the write; one batch in 256."};

}  // namespace families

inline constexpr std::array all_families{
    &families::build_info,
    &families::cpu_seconds,
    &families::start_time,
    &families::resident_memory,
    &families::virtual_memory,
    &families::open_fds,
    &families::max_fds,
    &families::ready,
    &families::actor_answers,
    &families::restarts,
    &families::gather_seconds,
    &families::local_clients,
    &families::saves,
    &families::save_seconds,
    &families::restore_seconds,
    &families::paths_restored,
    &families::paths_waiting,
    &families::discovery_announces,
    &families::discovered_interfaces,
    &families::discovery_connections,
    &families::forwarded,
    &families::dropped,
    &families::violations,
    &families::announces,
    &families::signature_checks,
    &families::queue_packets,
    &families::queue_capacity,
    &families::queue_dropped,
    &families::table_entries,
    &families::table_capacity,
    &families::path_requests_answered,
    &families::path_request_latency,
    &families::interface_up,
    &families::connections,
    &families::wire_bytes,
    &families::packets,
    &families::packet_bytes,
    &families::refused,
    &families::frames_invalid,
    &families::transmit_dropped,
    &families::transmit_dropped_bytes,
    &families::transmit_buffer,
    &families::stalled,
    &families::holding,
    &families::reconnects,
    &families::cut_off,
    &families::interface_announces,
    &families::path_requests_limited,
    &families::announces_waiting,
    &families::bursts,
    &families::forwarding_latency,
};

}  // namespace plexus
