// What the actors of the endpoints and those who use them say to each other.
//
//   application ── order ──> link ── news ──> application         one message each for what happened at once
//   application ── spec ───> endpoints ──> destination ── packets ──> application
//   shard ── deliveries ──> endpoints ── delivered ──> destination or link
#pragma once

#include "actors/router/shard_actor.hpp"
#include "messages/path_request.hpp"
#include "transport/endpoint/buffer_stream.hpp"
#include "transport/endpoint/local_destination.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace plexus {

using announce_atom = caf::atom_constant<caf::atom("announce")>;
using close_atom = caf::atom_constant<caf::atom("close")>;
using prove_atom = caf::atom_constant<caf::atom("prove")>;

/// What every endpoint has to know of the node. Immutable; a change is a new one, sent to all.
struct surroundings {
  std::vector<shard_actor> shards;
  std::uint64_t hash_secret = 0;
  blackhole_set blackholes;  ///< null: none

  const shard_actor& owner_of(const address& of) const {
    return shards[shard_of(of.data(), hash_secret, static_cast<unsigned>(shards.size()))];
  }
};
using surroundings_ptr = std::shared_ptr<const surroundings>;

/// The part of what a shard delivered that is for one child.
struct delivered {
  local_delivery_ptr batch;
  std::vector<std::uint32_t> which;  ///< indices, in order; empty: all of it

  template <class Take>
  void for_each(Take take) const {
    if (which.empty())
      for (const auto& one : *batch)
        take(one);
    for (const auto index : which)
      take((*batch)[index]);
  }
};

// Links

struct send_data {
  octet_string plaintext;
};
struct prove_packet {
  packet_hash packet{};
};
struct identify_as {
  std::shared_ptr<const identity> who;
};
struct make_request {
  std::string path;
  value content;
  request_options options;
};
struct make_response {
  request_id request{};
  value content;
  std::uint64_t compression_size_max = resource_limits::compression_size_max;
};
struct make_file_response {
  request_id request{};
  resource_source file;
  value metadata;
  std::uint64_t compression_size_max = resource_limits::compression_size_max;
};
struct offer_resource {
  resource_offer offer;
};
struct supply_segment {
  resource_id resource{};
  octet_string data;
};
enum class resource_verdict : octet { accept, reject, cancel };
struct judge_resource {
  resource_id resource{};
  resource_verdict verdict = resource_verdict::accept;
};
/// From here on messages of the channel are taken.
struct open_channel {};
struct send_channel_message {
  std::uint16_t type = 0;
  octet_string content;
};
/// Octets for a stream over the channel. Answered with how many were taken; channel_ready says when to go on. With the
/// end, and all of it taken, answered when the far side has proved it.
struct write_stream {
  std::uint16_t stream = 0;
  octet_string data;
  bool end = false;  ///< nothing comes after it
};
struct configure_link {
  link_settings settings;
};
struct close_link {};

using link_order = std::variant<send_data, prove_packet, identify_as, make_request, make_response, make_file_response,
                                offer_resource, supply_segment, judge_resource, open_channel, send_channel_message,
                                write_stream, configure_link, close_link>;
using link_order_ptr = std::shared_ptr<const link_order>;

template <class Order>
link_order_ptr order(Order what) {
  return std::make_shared<const link_order>(std::move(what));
}

/// Only what the order is about is set.
struct link_answer {
  std::optional<link_error> refused{};
  packet_hash packet{};
  request_id request{};
  resource_id resource{};
  std::uint64_t count = 0;  ///< sequence number of a message; octets taken of a stream
};

/// Facts of a link at the moment of its news.
struct link_facts {
  link_id id{};
  destination_hash destination{};  ///< the responder's
  link_role role = link_role::initiator;
  link_state state = link_state::pending;
  interface_id attached{};
  std::uint32_t mtu = wire::mtu;
  std::size_t mdu = 0;          ///< octets of one packet
  std::size_t channel_mdu = 0;  ///< octets of one message; 0 without a channel
  int hops = 0;
  duration rtt{};
  link_traffic traffic;
};

struct link_news;
using link_news_ptr = std::shared_ptr<const link_news>;

using link_actor = caf::typed_actor<caf::reacts_to<delivered>,                           // endpoints: packets for it
                                    caf::reacts_to<surroundings_ptr>,                    // endpoints
                                    caf::reacts_to<tick_atom, std::uint64_t>,            // itself: a deadline
                                    caf::replies_to<link_order_ptr>::with<link_answer>,  // application
                                    caf::replies_to<status_atom>::with<link_facts>>;     // application

/// What happened on a link at once, in order. The last news of a link end with link_closed, whatever became of it.
struct link_news {
  link_actor link;
  link_facts facts;
  std::vector<link_event> events;
};

using link_listener = caf::typed_actor<caf::reacts_to<link_news_ptr>>;

// Destinations

/// A packet to a destination of ours, opened.
struct packet_received {
  destination_hash destination{};
  octet_string plaintext;
  packet_hash packet{};
  interface_id from{};
  octet hops = 0;
  std::optional<ratchet_id> ratchet;  ///< which ratchet opened it
};
using packets_received = std::shared_ptr<const std::vector<packet_received>>;

/// Who uses a destination: hears of its packets and of the links to it.
using destination_listener = link_listener::extend<caf::reacts_to<packets_received>>;

struct ratchet_settings {
  std::filesystem::path file;  ///< empty: the ratchets live as long as the node
  std::size_t retained = ratchet_ring::retained_default;
  duration interval = ratchet_ring::interval_default;
  ratchet_policy policy = ratchet_policy::optional;
};

/// A destination as it is registered, and made again when its actor dies. Type, owner, name and key never change.
struct destination_spec {
  destination_type type = destination_type::single;
  std::shared_ptr<const identity> owner;
  std::string name;  ///< dotted
  std::optional<group_key> group;
  bool accepts_links = true;
  proof_strategy proofs = proof_strategy::none;
  octet_string app_data;  ///< of announces that bring none
  link_settings links;
  std::optional<ratchet_settings> ratchets;
  destination_listener listener;  ///< empty: nobody
  bool takes_over = false;        ///< also from another listener

  destination_hash hash() const;
};
using destination_spec_ptr = std::shared_ptr<const destination_spec>;

/// Endpoints to destination: somebody asks for its path.
struct path_asked {
  request_tag tag;
  interface_id from{};
};

using destination_actor =
    caf::typed_actor<caf::reacts_to<delivered>,                    // endpoints: packets for it
                     caf::reacts_to<surroundings_ptr>,             // endpoints
                     caf::reacts_to<destination_spec_ptr>,         // endpoints: changed settings
                     caf::reacts_to<path_asked>,                   // endpoints
                     caf::reacts_to<announce_atom, octet_string>,  // application: with this data, or its own if empty
                     caf::reacts_to<prove_atom, packet_hash, interface_id>>;  // endpoints, for the application

/// Destination to endpoints: an announce on its way out.
struct announcement {
  destination_hash destination{};
  octet_string packet;
  std::uint64_t emitted = 0;  ///< Unix seconds
  interface_id only{};        ///< none: wherever the rules let it pass
  octet_string ratchets;      ///< the file's content if they were rotated, else empty
};
using announcement_ptr = std::shared_ptr<const announcement>;
using announcer = caf::typed_actor<caf::reacts_to<announcement_ptr>>;

/// What became of a wish to register.
struct registered {
  destination_actor actor;  ///< empty: it was not
  std::string problem;
};

// What is sent to others

/// A packet of ours for somebody's destination that is not a link.
struct outgoing_packet {
  octet_string packet;  ///< whole, HEADER_1
  /// Whose signature proves the delivery; none: nobody waits for a proof.
  std::optional<ed25519_public> receiver;
  std::optional<duration> timeout;  ///< default: by the way to the destination
};
using outgoing_packet_ptr = std::shared_ptr<const outgoing_packet>;
/// Answered when a packet was proved, or the wait for its proof is over.
struct packet_fate {
  packet_hash packet{};
  receipt_state state = receipt_state::failed;
  duration rtt{};
};

/// A link to somebody's destination. The path should be known: without one the request goes everywhere.
struct link_wish {
  public_identity owner;
  destination_hash destination{};
  link_settings settings;
  link_listener listener;
};
using link_wish_ptr = std::shared_ptr<const link_wish>;

/// Endpoints as a whole.
struct endpoints_status {
  std::size_t destinations = 0, links = 0, receipts = 0;
  std::uint64_t restarts = 0;       ///< of destinations
  std::uint64_t links_died = 0;     ///< whose actor failed
  std::uint64_t links_refused = 0;  ///< one too many
  std::uint64_t unrouted = 0;       ///< packets for nobody
};

using random_factory = std::function<std::unique_ptr<random_source>()>;

}  // namespace plexus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::surroundings_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::delivered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::link_order_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::link_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::link_facts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::link_news_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::packets_received)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::destination_spec_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::path_asked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::announcement_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::registered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::outgoing_packet_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::packet_fate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::link_wish_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::endpoints_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::packet_hash)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::octet_string)
