// Sends a resource over a link: segment after segment, each advertised, sent part by part as the receiver asks, and
// proved at the end.
//
//   queued --start--> advertised --request--> transferring --all parts sent--> awaiting_proof --proof--> next or
//   complete
//
// Any of them may end in failed (time-out, cancelled, broken source) or rejected (by the receiver).
// Source: Resource.py: advertise, request, validate_proof, __watchdog_job; rns-1.5.7 section 3.2.
#pragma once

#include "transport/endpoint/resource_segment.hpp"

#include <deque>

namespace plexus {

class resource_sender {
public:
  static constexpr int advertisement_retries = 4, request_retries = 16, proof_retries = 3;
  /// Requests of the receiver that are remembered, as a copy must not be answered twice.
  static constexpr std::size_t requests_remembered = 64;

  /// `link` must outlive it. `metadata` is the metadata block or empty.
  resource_sender(resource_id id, resource_offer offer, octet_string metadata, link_session& link);

  resource_id id() const { return id_; }
  resource_status status() const { return status_; }
  bool concluded() const { return status_ >= resource_status::complete; }
  const resource_offer& offer() const { return offer_; }
  /// Hash of the first segment, or zero before there is one.
  const resource_hash& original_hash() const { return original_hash_; }
  /// Hash of the segment under way, or null.
  const resource_hash* current_hash() const { return current_ ? &current_->advertisement.hash : nullptr; }
  /// 0 to 1, over all segments.
  double progress() const;
  /// Octets of the current segment on the wire, and since when it is under way.
  std::size_t transfer_size() const { return current_ ? current_->stream.size() : 0; }
  instant started_at() const { return started_at_; }

  /// The link is free for it.
  void start(instant now, link_output& out);
  /// The data that segment_wanted asked for. Any other size breaks the resource.
  void supply(instant now, octets data, link_output& out);
  void on_part_request(instant now, const packet_hash& packet, const part_request& request, link_output& out);
  /// False when it is no proof of the segment under way.
  bool on_proof(instant now, const segment_proof& proof, link_output& out);
  void on_rejected() { status_ = resource_status::rejected; }
  /// Tells the receiver, unless nothing was advertised yet.
  void cancel(instant now, link_output& out);
  /// The link is gone.
  void abandon();

  void on_time(instant now, link_output& out);
  std::optional<instant> next_deadline() const;

private:
  void prepare(std::uint64_t segment, link_output& out);
  void build(octets data);
  void advertise(instant now, link_output& out);
  void send_parts(instant now, const std::vector<map_hash>& wanted, link_output& out);
  void send_hashmap_update(instant now, const map_hash& last_known, link_output& out);
  void ask_for_proof(instant now, link_output& out);
  void next_segment(instant now, link_output& out);

  resource_id id_;
  resource_offer offer_;
  octet_string metadata_;
  segment_plan plan_;
  link_session& link_;
  resource_status status_ = resource_status::queued;
  resource_hash original_hash_{};

  std::optional<outgoing_segment> current_, next_;
  std::uint64_t wanted_segment_ = 0;  ///< for which data were asked for; 0: none
  bool turn_ = false;

  std::vector<bool> sent_;
  std::size_t sent_parts_ = 0;
  std::size_t height_ = 0;  ///< parts below are not asked for any more
  std::deque<packet_hash> requests_seen_;
  int retries_left_ = 0;
  std::optional<duration> rtt_;
  instant started_at_{}, advertised_at_{}, last_activity_{}, last_part_at_{};
};

}  // namespace plexus
