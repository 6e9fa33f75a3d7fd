#include "transport/endpoint/resource_receiver.hpp"

#include "messages/cursor.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/endpoint/compression.hpp"

#include <cmath>

namespace plexus {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t window_first = 4, window_min_first = 2;
constexpr std::size_t window_max_slow = 10, window_max_very_slow = 4, window_flexibility = 4;
constexpr int fast_rounds_needed = 4, very_slow_rounds_needed = 2;
constexpr double rate_fast = 6250, rate_very_slow = 250;  // octets/s
constexpr double part_timeout_factor = 4, part_timeout_factor_later = 2, hashmap_wait_factor = 3.5;
constexpr milliseconds retry_grace{250}, delay_per_retry{500};
/// No formula below leads further; keeps absurd rates from overflowing.
constexpr std::chrono::hours patience_max{1};
constexpr duration rtt_floor = std::chrono::microseconds{1};

std::size_t parts_of(std::uint64_t transfer_size, std::size_t part_size) {
  return static_cast<std::size_t>((transfer_size + part_size - 1) / part_size);
}

double rate_of(std::size_t size, duration time) {
  return static_cast<double>(size) / seconds_of(std::max(time, rtt_floor));
}

}  // namespace

bool resource_receiver::can_receive(const resource_advertisement& a, const link_session& link) {
  return !a.map.empty() && a.map.size() <= parts_of(a.transfer_size, link.part_size());
}

resource_receiver::resource_receiver(instant now, resource_advertisement advertisement,
                                     const transfer_experience& before, std::size_t size_max, link_session& link)
    : advertisement_(std::move(advertisement)),
      link_(link),
      size_max_(size_max),
      part_size_(link.part_size()),
      parts_(parts_of(advertisement_.transfer_size, part_size_)),
      map_(advertisement_.map),
      have_(parts_, false),
      window_(before.window.value_or(window_first)),
      window_min_(window_min_first),
      window_max_(window_max_slow),
      previous_rate_(before.inflight_rate.value_or(0)),
      started_at_(now),
      last_activity_(now) {}

double resource_receiver::progress() const {
  return static_cast<double>(received_) / static_cast<double>(parts_);
}

transfer_experience resource_receiver::experience() const {
  return {window_, inflight_rate()};
}

double resource_receiver::inflight_rate() const {
  if (data_rate_ > 0)
    return data_rate_ * 8;
  if (previous_rate_ > 0)
    return previous_rate_;
  return rate_of(link_.establishment_cost, rtt_.value_or(link_.rtt)) * 8;
}

bool resource_receiver::on_part(instant now, octets part, std::size_t packet_size, link_output& out) {
  if (concluded() || !place(part))
    return false;
  last_activity_ = now;
  retries_left_ = retries_max;
  if (!response_seen_)
    note_response(now, packet_size);
  if (received_ == parts_)
    assemble(now, out);
  else if (outstanding_ == 0)
    finish_round(now, out);
  return true;
}

bool resource_receiver::place(octets part) {
  const auto hash = map_hash::from(sha256_of({part, advertisement_.random.bytes()}));
  const auto end = std::min(map_.size(), consecutive_ + window_);
  bool mine = false;
  for (auto i = consecutive_; i < end; ++i) {
    const auto size = std::min<std::uint64_t>(part_size_, advertisement_.transfer_size - i * part_size_);
    if (map_[i] != hash || part.size() != size)
      continue;
    mine = true;
    if (have_[i])
      continue;
    const auto from = i * part_size_;
    if (stream_.size() < from + size)
      stream_.resize(from + size);
    std::copy(part.begin(), part.end(), stream_.begin() + static_cast<std::ptrdiff_t>(from));
    have_[i] = true;
    ++received_;
    round_octets_ += size;
    outstanding_ -= std::min<std::size_t>(outstanding_, 1);
    break;
  }
  while (consecutive_ < parts_ && have_[consecutive_])
    ++consecutive_;
  return mine;
}

/// The first part after a request tells the round trip, and how fast it came.
void resource_receiver::note_response(instant now, std::size_t packet_size) {
  response_seen_ = any_response_ = true;
  const auto measured = now - requested_at_;
  if (!rtt_)
    rtt_ = link_.rtt;
  else if (measured < *rtt_)
    rtt_ = std::max(*rtt_ - *rtt_ / 20, measured);
  else
    rtt_ = std::min(*rtt_ + *rtt_ / 20, measured);
  if (measured <= duration::zero())
    return;
  rate_known_ = true;
  count_fast_round(rate_of(packet_size + request_size_, measured));
}

void resource_receiver::count_fast_round(double rate) {
  if (rate > rate_fast && fast_rounds_ < fast_rounds_needed && ++fast_rounds_ == fast_rounds_needed)
    window_max_ = resource_limits::window_max;
}

void resource_receiver::finish_round(instant now, link_output& out) {
  if (window_ < window_max_) {
    ++window_;
    if (window_ >= window_min_ + window_flexibility)
      ++window_min_;
  }
  if (const auto took = now - requested_at_; took > duration::zero()) {
    data_rate_ = rate_of(round_octets_, took);
    count_fast_round(data_rate_);
    if (fast_rounds_ == 0 && data_rate_ < rate_very_slow && very_slow_rounds_ < very_slow_rounds_needed &&
        ++very_slow_rounds_ == very_slow_rounds_needed)
      window_max_ = window_max_very_slow;
  }
  request_next(now, out);
}

void resource_receiver::request_next(instant now, link_output& out) {
  if (waiting_for_map_ || concluded())
    return;
  part_request request;
  request.hash = advertisement_.hash;
  const auto end = std::min(parts_, consecutive_ + window_);
  for (auto i = consecutive_; i < end; ++i) {
    if (have_[i])
      continue;
    if (i >= map_.size()) {
      request.last_known = map_.back();
      break;
    }
    request.wanted.push_back(map_[i]);
  }
  outstanding_ = request.wanted.size();
  waiting_for_map_ = request.last_known.has_value();
  const auto plaintext = request.encode();
  link_.send(now, packet_context::resource_request, plaintext, out);
  request_size_ = out.packets.back().size();
  last_activity_ = requested_at_ = now;
  round_octets_ = 0;
  response_seen_ = false;
  round_begun_ = true;
}

void resource_receiver::on_hashmap_update(instant now, const hashmap_update& update, link_output& out) {
  if (concluded() || !waiting_for_map_)
    return;
  const auto from = update.segment > parts_ ? parts_ + 1 : update.segment * resource_limits::hashmap_segment;
  if (from > map_.size() || from + update.map.size() > parts_) {
    ++link_.counters.malformed;
    return;
  }
  if (update.map.empty())
    return cancel(now, out);
  last_activity_ = now;
  retries_left_ = retries_max;
  for (auto i = map_.size() - from; i < update.map.size(); ++i)
    map_.push_back(update.map[i]);
  waiting_for_map_ = false;
  request_next(now, out);
}

void resource_receiver::assemble(instant now, link_output& out) {
  status_ = resource_status::corrupt;
  if (advertisement_.encrypted) {
    auto opened = link_.open(stream_);
    if (!opened)
      return;
    stream_ = std::move(*opened);
  }
  if (stream_.size() < map_random::size)
    return;
  const auto content = octets(stream_).subspan(map_random::size);
  if (advertisement_.compressed) {
    auto plain = decompress(content, size_max_);
    if (!plain) {
      overflowed_ = plain.error() != parse_error::bad_value;
      return;
    }
    payload_ = std::move(*plain);
  } else {
    payload_.assign(content.begin(), content.end());
  }
  stream_ = {};
  const auto hash = resource_hash(sha256_of({payload_, advertisement_.random.bytes()}));
  if (hash != advertisement_.hash)
    return;
  append(proof_, hash.bytes());
  append(proof_, sha256_of({payload_, hash.bytes()}));
  if (!split_metadata())
    return;
  status_ = resource_status::complete;
  link_.send_plain(now, packet_type::proof, packet_context::resource_proof, proof_, out);
}

bool resource_receiver::split_metadata() {
  if (!advertisement_.has_metadata || advertisement_.segment != 1)
    return true;
  constexpr std::size_t length_size = 3;
  if (payload_.size() < length_size)
    return false;
  const auto size = read_big_endian(octets(payload_).first(length_size));
  if (payload_.size() - length_size < size)
    return false;
  const auto end = payload_.begin() + static_cast<std::ptrdiff_t>(length_size + size);
  metadata_.emplace(payload_.begin() + length_size, end);
  payload_.erase(payload_.begin(), end);
  return true;
}

void resource_receiver::cancel(instant now, link_output& out) {
  if (concluded())
    return;
  link_.send(now, packet_context::resource_receiver_cancel, advertisement_.hash.bytes(), out);
  abandon();
}

void resource_receiver::abandon() {
  if (!concluded())
    status_ = resource_status::failed;
}

duration resource_receiver::patience() const {
  const auto rate = inflight_rate();
  const auto part_bits = static_cast<double>(part_size_) * 8;
  const auto factor = any_response_ ? part_timeout_factor_later : part_timeout_factor;
  double wait = 0;
  if (rate_known_) {
    wait = factor * static_cast<double>(outstanding_) * part_bits / rate;
    if (waiting_for_map_ || outstanding_ == 0)
      wait += part_bits * hashmap_wait_factor / rate;
  } else {
    wait = factor * 3 * static_cast<double>(part_size_) / rate;
  }
  const auto capped = std::isfinite(wait) ? std::min(wait, seconds_of(patience_max)) : seconds_of(patience_max);
  return from_seconds(capped) + retry_grace + delay_per_retry * (retries_max - retries_left_);
}

void resource_receiver::on_time(instant now, link_output& out) {
  const auto deadline = next_deadline();
  if (!deadline || now < *deadline)
    return;
  if (retries_left_ == 0)
    return cancel(now, out);
  if (window_ > window_min_) {
    --window_;
    if (window_max_ > window_min_) {
      --window_max_;
      if (window_max_ >= window_ + window_flexibility)
        --window_max_;
    }
  }
  --retries_left_;
  waiting_for_map_ = false;
  request_next(now, out);
}

std::optional<instant> resource_receiver::next_deadline() const {
  if (concluded())
    return std::nullopt;
  return last_activity_ + patience();
}

}  // namespace plexus
