// Receives one segment of a resource: asks for parts in a window that follows what the link carries, puts them
// together, checks and proves them.
//
//   transferring --last part--> complete, corrupt or, after a time without parts, failed
//
// Source: Resource.py: accept, request_next, receive_part, hashmap_update, assemble; rns-1.5.7 section 3.3.
#pragma once

#include "transport/endpoint/link_session.hpp"
#include "transport/endpoint/resource_advertisement.hpp"

#include <utility>

namespace plexus {

/// What the next resource on a link takes over from the last one.
struct transfer_experience {
  std::optional<std::size_t> window;
  std::optional<double> inflight_rate;  ///< bit/s
};

class resource_receiver {
public:
  static constexpr int retries_max = 16;

  /// Whether the advertisement can be followed: it has parts, and no more map hashes than parts.
  static bool can_receive(const resource_advertisement& advertisement, const link_session& link);

  /// Requires can_receive. `link` must outlive it. More than `size_max` octets after decompression are corrupt.
  resource_receiver(instant now, resource_advertisement advertisement, const transfer_experience& before,
                    std::size_t size_max, link_session& link);

  const resource_advertisement& advertisement() const { return advertisement_; }
  resource_status status() const { return status_; }
  bool concluded() const { return status_ >= resource_status::complete; }
  /// Corrupt because more came out than may: the sender forfeits its link.
  bool overflowed() const { return overflowed_; }
  /// 0 to 1, of this segment.
  double progress() const;
  /// Whether a round of parts was asked for since the last call: a good moment to report progress.
  bool take_round() { return std::exchange(round_begun_, false); }
  transfer_experience experience() const;
  instant started_at() const { return started_at_; }

  /// Asks for the first parts.
  void start(instant now, link_output& out) { request_next(now, out); }
  /// `packet_size` in octets with header. False when the part belongs to somebody else.
  bool on_part(instant now, octets part, std::size_t packet_size, link_output& out);
  void on_hashmap_update(instant now, const hashmap_update& update, link_output& out);
  /// Tells the sender.
  void cancel(instant now, link_output& out);
  void abandon();

  void on_time(instant now, link_output& out);
  std::optional<instant> next_deadline() const;

  /// Once complete: data without the metadata block, and the packed metadata.
  octet_string take_data() { return std::move(payload_); }
  const std::optional<octet_string>& metadata() const { return metadata_; }
  /// Once complete: what was sent as proof, resource hash first.
  const octet_string& proof() const { return proof_; }

private:
  void note_response(instant now, std::size_t packet_size);
  bool place(octets part);
  void finish_round(instant now, link_output& out);
  void count_fast_round(double rate);
  void request_next(instant now, link_output& out);
  void assemble(instant now, link_output& out);
  bool split_metadata();
  double inflight_rate() const;
  duration patience() const;

  resource_advertisement advertisement_;
  link_session& link_;
  resource_status status_ = resource_status::transferring;
  bool overflowed_ = false;
  std::size_t size_max_;

  std::size_t part_size_, parts_;
  std::vector<map_hash> map_;  ///< of the first parts; grows with hashmap updates
  std::vector<bool> have_;
  octet_string stream_;          ///< grows as parts come
  std::size_t consecutive_ = 0;  ///< parts that are there without a gap from the first
  std::size_t received_ = 0, outstanding_ = 0;
  bool waiting_for_map_ = false;

  std::size_t window_, window_min_, window_max_;
  int fast_rounds_ = 0, very_slow_rounds_ = 0;
  int retries_left_ = retries_max;
  double previous_rate_ = 0, data_rate_ = 0;  ///< bit/s; octets/s
  std::optional<duration> rtt_;
  bool response_seen_ = false, any_response_ = false, rate_known_ = false, round_begun_ = false;
  std::size_t request_size_ = 0, round_octets_ = 0;
  instant started_at_, last_activity_, requested_at_{};

  octet_string payload_, proof_;
  std::optional<octet_string> metadata_;
};

}  // namespace plexus
