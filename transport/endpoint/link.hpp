// One end of a link: established with a destination, kept alive, used for packets, requests, resources and a channel,
// and closed.
//
//   initiator   pending ----proof----> active <-> stale ---> closed
//   responder   handshake ---rtt-----> active <-> stale ---> closed
//
// What came in (`on_*`), what the application wants (the other methods) and the passing of time put packets and events
// into the batch that is handed in last. A packet of a stranger changes nothing before it is authenticated, and at most
// costs its sender the link. Source: Link.py; rns-1.5.7 section 2.
//
// Deviations, none of which shows on the wire but in a better end: a forged link proof leaves a pending link as it was,
// where the reference takes no other after it; a request whose response breaks off, or whose link closes, fails at
// once.
#pragma once

#include "messages/interface.hpp"
#include "messages/packet.hpp"
#include "messages/traffic.hpp"
#include "transport/endpoint/channel.hpp"
#include "transport/endpoint/packet_receipt.hpp"
#include "transport/endpoint/request.hpp"
#include "transport/endpoint/resource_receiver.hpp"
#include "transport/endpoint/resource_sender.hpp"
#include "transport/identity.hpp"

#include <deque>
#include <map>
#include <memory>

namespace plexus {

/// What the destination wants of its links. Shared by all of them; a change is a new value.
struct link_settings {
  proof_strategy proofs = proof_strategy::none;
  resource_strategy resources = resource_strategy::accept_none;
  std::shared_ptr<const request_registry> requests;  ///< null: no request is answered
  std::optional<std::uint64_t> request_size_max;     ///< octets
  /// Octets of a request or response that is put together in memory, whatever the other limits say. File responses are
  /// handed on by segments and do not count.
  std::uint64_t collected_size_max = 16u << 20;
  bool track_signal = false;
};

/// Whom to link to, and what routing knows of the way.
struct link_target {
  public_identity owner;
  destination_hash destination{};
  std::uint32_t mtu = wire::mtu;  ///< of the next hop's interface where it takes part in MTU discovery, else 500
  std::optional<int> hops;
  duration first_hop_timeout = link_timing::timeout_per_hop;
};

struct request_options {
  std::optional<duration> timeout{};
  std::optional<std::uint64_t> response_size_max{};  ///< octets
};

class link {
public:
  static constexpr std::size_t outgoing_max = 64, incoming_max = 16, proofs_remembered = 16;
  /// How long the next segment of a resource may let us wait.
  static constexpr std::chrono::minutes segment_wait_max{10};

  /// Sends a link request. `random` must outlive the link.
  static std::unique_ptr<link> initiate(instant now, const link_target& target, link_settings settings,
                                        random_source& random, link_output& out);
  /// Answers a link request to a destination of `owner`. Errors: those of link_request::parse, bad_value (a mode that
  /// is not enabled, an MTU too small for a link, a key that shares no secret); then nothing was sent.
  static expected<std::unique_ptr<link>> accept(instant now, interface_id from, const packet_view& request,
                                                const identity& owner, link_settings settings, random_source& random,
                                                link_output& out);

  const link_id& id() const { return session_.id(); }
  link_role role() const { return role_; }
  link_state state() const { return state_; }
  bool active() const { return state_ == link_state::active || state_ == link_state::stale; }
  /// Where its packets come from; none while a link request waits.
  interface_id attached() const { return attached_; }
  /// Of the destination, or of the initiator once it identified.
  const std::optional<public_identity>& peer() const { return peer_; }
  std::uint32_t mtu() const { return session_.mtu(); }
  std::size_t mdu() const { return session_.mdu(); }
  duration rtt() const { return session_.rtt; }
  /// Hops that the proof or the round trip packet took.
  int hops() const { return hops_; }
  /// bit/s, once established.
  std::optional<double> establishment_rate() const;
  /// bit/s of the last resource, or of the one under way.
  std::optional<double> expected_rate() const { return expected_rate_; }
  const link_traffic& traffic() const { return session_.traffic; }
  const link_counters& counters() const { return session_.counters; }
  instant last_inbound() const { return std::max(session_.last_inbound, activated_at_); }
  instant last_outbound() const { return session_.last_outbound; }
  /// Without keepalives.
  instant last_data() const { return session_.last_data; }
  std::optional<instant> activated_at() const;
  duration keepalive() const { return keepalive_; }
  /// Empty unless tracked.
  const signal_quality& signal() const { return signal_; }

  void configure(link_settings settings) { settings_ = std::move(settings); }

  /// A packet whose destination is this link.
  void on_packet(instant now, interface_id from, const packet_view& packet, const signal_quality& signal,
                 link_output& out);
  void on_time(instant now, link_output& out);
  std::optional<instant> next_deadline() const;

  /// One packet; packet_delivered or packet_undelivered tells what became of it. Errors: not_active, too_large.
  expected<packet_hash, link_error> send(instant now, octets plaintext, link_output& out);
  /// Proves a packet of a data_received event.
  void prove(instant now, const packet_hash& packet, link_output& out);
  /// Errors: not_initiator, not_active.
  expected<void, link_error> identify(instant now, const identity& as, link_output& out);
  /// Errors: not_active, too_many.
  expected<request_id, link_error> request(instant now, unix_time wall, std::string_view path, value content,
                                           const request_options& options, link_output& out);
  /// Larger responses than a packet go as a resource, compressed up to `compression_size_max` octets. Errors:
  /// not_active, too_many.
  expected<void, link_error> respond(instant now, const request_id& id, value content, link_output& out,
                                     std::uint64_t compression_size_max = resource_limits::compression_size_max);
  /// Errors: as send_resource.
  expected<resource_id, link_error> respond_with_file(
      instant now, const request_id& id, resource_source file, value metadata, link_output& out,
      std::uint64_t compression_size_max = resource_limits::compression_size_max);

  /// Queued: one resource at a time goes out. Errors: not_active, too_many, too_large (metadata).
  expected<resource_id, link_error> send_resource(instant now, resource_offer offer, link_output& out);
  /// Data for segment_wanted. Error: unknown.
  expected<void, link_error> supply(instant now, resource_id id, octets data, link_output& out);
  /// Answers resource_advertised. Error: unknown.
  expected<void, link_error> accept(instant now, resource_id id, link_output& out);
  expected<void, link_error> reject(instant now, resource_id id, link_output& out);
  /// In either direction. Error: unknown.
  expected<void, link_error> cancel(instant now, resource_id id, link_output& out);

  /// Opens the channel: from here on messages are taken and proved. Requires an active link.
  channel& open_channel();
  channel* opened_channel() { return channel_ ? &*channel_ : nullptr; }
  /// Errors: not_active (also without a channel), and those of channel::send.
  expected<std::uint16_t, link_error> send_message(instant now, std::uint16_t type, octets content, link_output& out);

  void close(instant now, link_output& out);

private:
  enum class purpose : octet { application, request, response };
  struct incoming_resource {
    resource_id id{};
    resource_hash original_hash{};
    purpose why = purpose::application;
    std::optional<request_id> request;
    std::uint64_t segments = 1, next_segment = 1;
    std::optional<resource_advertisement> offered;  // waits for the application's word
    std::optional<resource_receiver> receiver;
    instant idle_since{};
    octet_string collected;
    std::optional<value> metadata;
    bool streamed = false;  // to the application, segment by segment
  };
  struct sent_proof {
    packet_hash packet{};
    octet_string content;  // resource hash first
  };
  using incoming_iterator = std::map<resource_id, incoming_resource>::iterator;

  link(link_role role, const link_id& id, const signing_key& signer, link_settings settings, random_source& random);

  // link_establishment.cpp
  bool derive_key(const x25519_public& theirs);
  void on_link_proof(instant now, interface_id from, const packet_view& packet, link_output& out);
  void on_round_trip(instant now, const packet_view& packet, link_output& out);
  void activate(instant now, duration rtt, link_output& out);
  void on_identify(const packet_view& packet, link_output& out);
  void on_close_packet(const packet_view& packet, link_output& out);
  void end(teardown_reason reason, link_output& out);
  void upkeep(instant now, link_output& out);
  std::optional<instant> upkeep_deadline() const;
  instant keepalive_due() const;
  instant stale_due() const;

  // link.cpp
  void on_data(instant now, const packet_view& packet, link_output& out);
  void on_application_data(instant now, const packet_view& packet, link_output& out);
  void on_channel(instant now, const packet_view& packet, link_output& out);
  void on_keepalive(instant now, const packet_view& packet, link_output& out);
  void on_proof(instant now, const packet_view& packet, link_output& out);
  void note_inbound(instant now, const packet_view& packet);
  std::optional<octet_string> open(const packet_view& packet);
  void expect_proof(instant now, const packet_hash& packet, link_output& out);

  // link_requests.cpp
  void on_request(const packet_view& packet, link_output& out);
  void handle_request(const request_id& id, octets packed, link_output& out);
  void on_response(instant now, const packet_view& packet, link_output& out);
  void handle_response(instant now, const request_id& id, response_received response, link_output& out);

  // link_resources.cpp
  void on_advertisement(instant now, const packet_view& packet, link_output& out);
  void offer_segment(instant now, resource_advertisement advertisement, link_output& out);
  bool repeat_known(instant now, const resource_advertisement& advertisement, link_output& out);
  std::optional<incoming_resource> classify(const resource_advertisement& advertisement, bool& refused,
                                            link_output& out);
  void refuse(instant now, const resource_hash& hash, link_output& out);
  void begin_segment(instant now, incoming_iterator resource, resource_advertisement advertisement, link_output& out);
  void on_part(instant now, const packet_view& packet, link_output& out);
  void on_part_request(instant now, const packet_view& packet, link_output& out);
  void on_hashmap_update(instant now, const packet_view& packet, link_output& out);
  void on_resource_proof(instant now, const packet_view& packet, link_output& out);
  void on_cancel(instant now, const packet_view& packet, link_output& out);
  void on_cache_request(instant now, const packet_view& packet, link_output& out);
  void settle_incoming(instant now, incoming_iterator resource, link_output& out);
  void report_progress(const incoming_resource& resource, double part, link_output& out);
  void finish_segment(instant now, incoming_iterator resource, link_output& out);
  void conclude_incoming(instant now, incoming_iterator resource, resource_status status, link_output& out);
  void settle_outgoing(instant now, link_output& out);
  void conclude_outgoing(instant now, const resource_sender& sender, link_output& out);
  void tick_resources(instant now, link_output& out);
  std::optional<instant> resources_deadline() const;
  void abandon_resources(instant now, link_output& out);
  incoming_iterator find_incoming(const resource_hash& segment_hash);
  resource_sender* find_outgoing(const resource_hash& segment_hash);
  expected<resource_id, link_error> queue_resource(instant now, resource_offer offer, link_output& out);

  link_session session_;
  link_role role_;
  link_state state_;
  link_settings settings_;
  signing_key signer_;  // the initiator's is made for this link, the responder's is the destination's own
  ed25519_public peer_signing_key_{};
  x25519_secret exchange_key_;
  std::optional<public_identity> peer_;
  interface_id attached_{};
  int hops_ = 0;
  std::uint32_t asked_mtu_ = wire::mtu;
  instant requested_at_{}, activated_at_{}, stale_since_{};
  duration establishment_timeout_{};
  duration keepalive_ = link_timing::keepalive_max;
  signal_quality signal_;
  std::optional<double> expected_rate_;

  receipt_table receipts_;
  request_table requests_;
  std::optional<channel> channel_;
  std::uint64_t last_resource_ = 0;
  std::deque<std::unique_ptr<resource_sender>> outgoing_;  // the first is under way
  std::map<resource_id, incoming_resource> incoming_;
  transfer_experience experience_;
  std::deque<sent_proof> proofs_;
};

}  // namespace plexus
