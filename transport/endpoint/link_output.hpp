// What comes out of a link: packets to send, in order, and what the application should know.
//
// The caller empties the batch before the next input. Packets are whole, HEADER_1 with hop octet 0, for the link's own
// address; which way they leave is the router's business.
#pragma once

#include "transport/control/value.hpp"
#include "transport/endpoint/link_types.hpp"

#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace plexus {

struct link_established {
  duration rtt{};
};
struct link_closed {
  teardown_reason reason = teardown_reason::timeout;
};
/// The initiator proved that it holds an identity's keys. Close the link if that identity is blackholed.
struct peer_identified {
  public_key key{};
  identity_hash hash{};
};
/// Application data. Under proof_strategy::app answer with link::prove(packet).
struct data_received {
  octet_string plaintext;
  packet_hash packet{};
};
/// The far side proved a packet.
struct packet_delivered {
  packet_hash packet{};
  duration rtt{};
};
/// No proof came in time, or (culled) the table of receipts was full.
struct packet_undelivered {
  packet_hash packet{};
  bool culled = false;
};

/// A request that the registry allows. Answer with link::respond or link::respond_with_file, now or later, or not.
struct request_received {
  request_id id{};
  path_hash path{};
  std::string path_text;
  value content;
  double requested_at = 0;  ///< Unix seconds by the requester's clock
  std::optional<identity_hash> requester;
};
struct request_progress {
  request_id id{};
  double part = 0;  ///< 0 to 1
};
/// With `file` the content came before as resource_segment events of that resource.
struct response_received {
  request_id id{};
  value content;
  std::optional<resource_id> file;
  value metadata;
  duration took{};
};
enum class request_failure : octet { timeout, too_large, not_sent, response_broken, link_closed };
struct request_failed {
  request_id id{};
  request_failure reason = request_failure::timeout;
};

/// Under resource_strategy::accept_app: answer with link::accept or link::reject.
struct resource_advertised {
  resource_id id{};
  std::uint64_t data_size = 0;      ///< octets, all segments and metadata
  std::uint64_t transfer_size = 0;  ///< octets of the first segment on the wire
  std::uint64_t segments = 1;
  bool compressed = false, has_metadata = false;
};
struct resource_started {
  resource_id id{};
  resource_hash hash{};  ///< of the first segment, which names the whole
  std::uint64_t data_size = 0;
};
struct resource_progress {
  resource_id id{};
  double part = 0;  ///< 0 to 1
};
/// The next octets of an incoming resource. Append them.
struct resource_segment_received {
  resource_id id{};
  std::uint64_t segment = 1;  ///< from 1
  octet_string data;
};
/// The application's data source is asked for octets. Answer with link::supply, now or later.
struct segment_wanted {
  resource_id id{};
  std::uint64_t offset = 0;
  std::size_t size = 0;
};
enum class resource_direction : octet { incoming, outgoing };
/// The end of a resource: complete, failed, corrupt or rejected.
struct resource_concluded {
  resource_id id{};
  resource_direction direction = resource_direction::incoming;
  resource_status status = resource_status::complete;
  resource_hash hash{};           ///< of the first segment; zero if none was made
  std::optional<value> metadata;  ///< of an incoming resource that has some
};

struct channel_message {
  std::uint16_t type = 0;
  octet_string content;
};
/// The channel takes messages again.
struct channel_ready {};

using link_event =
    std::variant<link_established, link_closed, peer_identified, data_received, packet_delivered, packet_undelivered,
                 request_received, request_progress, response_received, request_failed, resource_advertised,
                 resource_started, resource_progress, resource_segment_received, segment_wanted, resource_concluded,
                 channel_message, channel_ready>;

struct link_output {
  std::vector<octet_string> packets;
  std::vector<link_event> events;

  void clear() {
    packets.clear();
    events.clear();
  }
};

/// What a link refused of what came in; nothing of it costs more than the packet, unless a reason closed the link.
struct link_counters {
  std::uint64_t wrong_interface = 0;     ///< arrived elsewhere than the link lives
  std::uint64_t bad_proof = 0;           ///< link or packet proofs that prove nothing
  std::uint64_t bad_authentication = 0;  ///< does not decrypt
  std::uint64_t malformed = 0;           ///< decrypts, but is not what its context says
  std::uint64_t unexpected = 0;          ///< of no use in this state or role
  std::uint64_t refused = 0;             ///< not allowed, too large, or a table is full
  std::uint64_t duplicate = 0;
};

}  // namespace plexus
