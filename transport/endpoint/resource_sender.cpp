#include "transport/endpoint/resource_sender.hpp"

#include <cmath>

namespace plexus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds processing_grace{1}, sender_grace{10};
/// 0.5 s for the first retry of the receiver, 1 s for the second, and so on to the sixteenth.
constexpr seconds retry_grace_total{68};
constexpr int proof_timeout_factor = 3;

}  // namespace

resource_sender::resource_sender(resource_id id, resource_offer offer, octet_string metadata, link_session& link)
    : id_(id),
      offer_(std::move(offer)),
      metadata_(std::move(metadata)),
      plan_{offer_.data.size, metadata_.size()},
      link_(link) {}

double resource_sender::progress() const {
  if (status_ == resource_status::complete)
    return 1;
  if (!current_)
    return 0;
  const auto parts = static_cast<double>(current_->map.size());
  if (plan_.segments() == 1)
    return std::min(1.0, static_cast<double>(sent_parts_) / parts);
  const auto segment = static_cast<double>(current_->advertisement.segment - 1);
  return std::min(1.0, (segment + static_cast<double>(sent_parts_) / parts) / static_cast<double>(plan_.segments()));
}

void resource_sender::start(instant now, link_output& out) {
  turn_ = true;
  prepare(1, out);
  if (next_)
    next_segment(now, out);
}

void resource_sender::prepare(std::uint64_t segment, link_output& out) {
  if (segment > plan_.segments() || next_ || wanted_segment_ != 0)
    return;
  const auto offset = plan_.offset_of(segment);
  const auto size = plan_.size_of(segment);
  wanted_segment_ = segment;
  if (offer_.data.whole)
    build(octets(*offer_.data.whole).subspan(offset, size));
  else
    out.events.emplace_back(segment_wanted{id_, offset, size});
}

void resource_sender::supply(instant now, octets data, link_output& out) {
  if (wanted_segment_ == 0 || concluded())
    return;
  if (data.size() != plan_.size_of(wanted_segment_))
    return cancel(now, out);
  build(data);
  if (turn_ && status_ == resource_status::queued)
    next_segment(now, out);
}

void resource_sender::build(octets data) {
  resource_advertisement facts;
  facts.data_size = plan_.total();
  facts.segment = wanted_segment_;
  facts.segments = plan_.segments();
  facts.split = facts.segments > 1;
  facts.request = offer_.request;
  facts.is_request = offer_.request && !offer_.is_response;
  facts.is_response = offer_.request && offer_.is_response;
  facts.has_metadata = !metadata_.empty();
  facts.original_hash = original_hash_;
  const bool compressing = offer_.compression_size_max > 0 && offer_.data.size <= offer_.compression_size_max;
  octet_string with_metadata;
  if (wanted_segment_ == 1 && !metadata_.empty()) {
    with_metadata = metadata_;
    append(with_metadata, data);
    data = with_metadata;
  }
  next_ = build_segment(link_, data, facts, compressing);
  if (wanted_segment_ == 1)
    original_hash_ = next_->advertisement.hash;
  wanted_segment_ = 0;
}

void resource_sender::next_segment(instant now, link_output& out) {
  current_ = std::move(next_);
  next_.reset();
  sent_.assign(current_->map.size(), false);
  sent_parts_ = height_ = 0;
  requests_seen_.clear();
  rtt_.reset();
  retries_left_ = advertisement_retries;
  started_at_ = now;
  status_ = resource_status::advertised;
  advertise(now, out);
  // An application needs time to read; memory does not, and is cut while the receiver waits for nothing.
  if (!offer_.data.whole)
    prepare(current_->advertisement.segment + 1, out);
}

void resource_sender::advertise(instant now, link_output& out) {
  const auto plaintext = current_->advertisement.encode();
  if (plaintext.size() > link_.mdu())
    return abandon();
  link_.send(now, packet_context::resource_advertisement, plaintext, out);
  advertised_at_ = last_activity_ = now;
}

void resource_sender::on_part_request(instant now, const packet_hash& packet, const part_request& request,
                                      link_output& out) {
  if (!current_ || concluded() || status_ == resource_status::queued)
    return;
  if (std::find(requests_seen_.begin(), requests_seen_.end(), packet) != requests_seen_.end()) {
    ++link_.counters.duplicate;
    return;
  }
  requests_seen_.push_back(packet);
  if (requests_seen_.size() > requests_remembered)
    requests_seen_.pop_front();
  if (!rtt_)
    rtt_ = now - advertised_at_;
  status_ = resource_status::transferring;
  retries_left_ = request_retries;
  send_parts(now, request.wanted, out);
  if (request.last_known)
    send_hashmap_update(now, *request.last_known, out);
  if (concluded())
    return;
  if (!offer_.request || offer_.is_response)
    out.events.emplace_back(resource_progress{id_, progress()});
  if (sent_parts_ < current_->map.size())
    return;
  status_ = resource_status::awaiting_proof;
  retries_left_ = proof_retries;
  prepare(current_->advertisement.segment + 1, out);
}

void resource_sender::send_parts(instant now, const std::vector<map_hash>& wanted, link_output& out) {
  auto sorted = wanted;
  std::sort(sorted.begin(), sorted.end());
  const auto end = std::min(current_->map.size(), height_ + resource_limits::collision_guard);
  for (auto i = height_; i < end; ++i) {
    if (!std::binary_search(sorted.begin(), sorted.end(), current_->map[i]))
      continue;
    link_.send_plain(now, packet_type::data, packet_context::resource, current_->part(i), out);
    last_activity_ = last_part_at_ = now;
    if (!sent_[i]) {
      sent_[i] = true;
      ++sent_parts_;
    }
  }
}

void resource_sender::send_hashmap_update(instant now, const map_hash& last_known, link_output& out) {
  const auto& map = current_->map;
  const auto begin = map.begin() + static_cast<std::ptrdiff_t>(height_);
  const auto end =
      map.begin() + static_cast<std::ptrdiff_t>(std::min(map.size(), height_ + resource_limits::collision_guard));
  const auto found = std::find(begin, end, last_known);
  const auto known = static_cast<std::size_t>(found - map.begin()) + 1;
  if (found == end || known % resource_limits::hashmap_segment != 0 || known >= map.size()) {
    ++link_.counters.malformed;
    return cancel(now, out);
  }
  height_ = known > 1 + resource_limits::window_max ? known - 1 - resource_limits::window_max : 0;
  hashmap_update update;
  update.hash = current_->advertisement.hash;
  update.segment = known / resource_limits::hashmap_segment;
  const auto count = std::min(resource_limits::hashmap_segment, map.size() - known);
  update.map.assign(found + 1, found + 1 + static_cast<std::ptrdiff_t>(count));
  link_.send(now, packet_context::resource_hashmap_update, update.encode(), out);
  last_activity_ = now;
}

bool resource_sender::on_proof(instant now, const segment_proof& proof, link_output& out) {
  if (!current_ || concluded() || proof != current_->proof)
    return false;
  if (current_->advertisement.segment == plan_.segments()) {
    status_ = resource_status::complete;
    return true;
  }
  status_ = resource_status::queued;
  prepare(current_->advertisement.segment + 1, out);
  if (next_)
    next_segment(now, out);
  return true;
}

void resource_sender::cancel(instant now, link_output& out) {
  if (concluded())
    return;
  if (current_)
    link_.send(now, packet_context::resource_initiator_cancel, current_->advertisement.hash.bytes(), out);
  abandon();
}

void resource_sender::abandon() {
  if (!concluded())
    status_ = resource_status::failed;
}

void resource_sender::ask_for_proof(instant now, link_output& out) {
  octet_string proof(current_->advertisement.hash.data(), current_->advertisement.hash.data() + resource_hash::size);
  append(proof, current_->proof.bytes());
  const auto packet = hash_link_packet(link_.id(), packet_type::proof, packet_context::resource_proof, proof);
  link_.send_plain(now, packet_type::data, packet_context::cache_request, packet.bytes(), out);
}

void resource_sender::on_time(instant now, link_output& out) {
  const auto deadline = next_deadline();
  if (!deadline || now < *deadline)
    return;
  if (status_ == resource_status::transferring || retries_left_ == 0)
    return cancel(now, out);
  --retries_left_;
  if (status_ == resource_status::advertised)
    return advertise(now, out);
  ask_for_proof(now, out);
  last_part_at_ = now;
}

std::optional<instant> resource_sender::next_deadline() const {
  const auto rtt = rtt_.value_or(link_.rtt);
  switch (status_) {
    case resource_status::advertised:
      return advertised_at_ + offer_.timeout.value_or(link_.rtt * link_timing::traffic_timeout_factor) +
             processing_grace;
    case resource_status::transferring:
      return last_activity_ + rtt * link_timing::traffic_timeout_factor * request_retries + sender_grace +
             retry_grace_total;
    case resource_status::awaiting_proof:
      return last_part_at_ + rtt * proof_timeout_factor + sender_grace;
    case resource_status::none:
    case resource_status::queued:
    case resource_status::assembling:
    case resource_status::complete:
    case resource_status::failed:
    case resource_status::corrupt:
    case resource_status::rejected:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace plexus
