#include "actors/interfaces/transmitter.hpp"

#include "actors/clock.hpp"
#include "transport/framing/hdlc.hpp"
#include "transport/framing/kiss.hpp"
#include "transport/ifac.hpp"

#include <algorithm>
#include <utility>

namespace plexus {
namespace {

/// Octets framed before they are written; a reader's slab fits in at once.
constexpr std::size_t piece_size = 512 * 1024;

/// Where frames are built before they go to the socket: one for each thread, so that it stays in the cache and
/// thousands of idle connections need none.
class framing_scratch {
public:
  /// Room for `more` octets behind what is there.
  octet* room(std::size_t more) {
    if (used_ + more > memory_.size())
      memory_.resize(std::max(used_ + more, 2 * piece_size));
    return memory_.data() + used_;
  }
  void used_up_to(const octet* end) { used_ = static_cast<std::size_t>(end - memory_.data()); }
  octets framed() const { return {memory_.data(), used_}; }
  std::size_t size() const { return used_; }
  void clear() { used_ = 0; }

private:
  octet_string memory_;
  std::size_t used_ = 0;
};

thread_local framing_scratch scratch;

}  // namespace

void transmitter::connect(connection_ptr link) {
  link_ = std::move(link);
  buffer_.clear();
  parked_.clear();
  announces_.clear();
  announces_size_ = 0;
  full_ = wish_to_write_ = false;
  timed_from_ = {};
}

bool transmitter::send(const egress_batch_ptr& batch, interface_gate& gate, instant now) {
  if (!link_) {
    for (const auto& packet : batch->packets)
      counters_->count_dropped(packet.kind, packet.size());
    return true;
  }
  parked waiting{batch, 0, now};
  if (parked_.empty())
    return transmit(std::move(waiting), gate, now);
  parked_.push_back(std::move(waiting));
  return true;
}

bool transmitter::transmit(parked from, interface_gate& gate, instant now) {
  const auto& packets = from.batch->packets;
  for (; from.next < packets.size(); ++from.next) {
    if (scratch.size() >= piece_size && !write_framed(now))
      return false;
    if (buffer_.must_hold() && trust_.is_waited_for()) {
      parked_.push_front(std::move(from));
      return write_framed(now);
    }
    const auto& packet = packets[from.next];
    if (packet.kind != transmit_kind::data && !gate.admit(packet, now))
      continue;
    if (!buffer_.accepts(packet.kind, scratch.size() + packet.size()))
      counters_->count_dropped(packet.kind, packet.size());
    else
      frame(packet.head(), packet.tail(), packet.kind);
  }
  const bool good = write_framed(now);
  if (from.batch->read_at != instant{})
    time_batch(from.batch->read_at);
  return good;
}

bool transmitter::send(const std::vector<announce_packet>& packets, instant now) {
  for (const auto& packet : packets) {
    if (link_ && holds_sources())
      keep(packet);
    else if (!link_ || !buffer_.accepts(transmit_kind::announce, scratch.size() + packet->size()))
      counters_->count_dropped(transmit_kind::announce, packet->size());
    else
      frame(*packet, {}, transmit_kind::announce);
    if (scratch.size() >= piece_size && !write_framed(now))
      return false;
  }
  return write_framed(now);
}

void transmitter::keep(const announce_packet& packet) {
  if (!buffer_.accepts(transmit_kind::announce, announces_size_ + packet->size()))
    return counters_->count_dropped(transmit_kind::announce, packet->size());
  announces_.push_back(packet);
  announces_size_ += packet->size();
}

void transmitter::frame(octets head, octets body, transmit_kind kind) {
  counters_->count_sent(kind, head.size() + body.size());
  octet_string masked;
  if (access_) {
    masked = access_->apply(head, body);
    head = masked;
    body = {};
  }
  const auto size = head.size() + body.size();
  if (framing_ == stream_framing::kiss)
    scratch.used_up_to(append_kiss_frame(scratch.room(kiss_worst_size(size)), head, body));
  else
    scratch.used_up_to(append_frame(scratch.room(hdlc_worst_size(size)), head, body));
}

bool transmitter::write_framed(instant now) {
  const auto framed = scratch.framed();
  std::size_t taken = 0;
  bool good = true;
  if (buffer_.empty() && !full_ && !framed.empty())
    good = write(framed, taken, now);
  if (good && taken < framed.size()) {
    if (buffer_.empty())
      progress_at_ = now;
    buffer_.append(framed.subspan(taken));
  }
  scratch.clear();
  return good;
}

bool transmitter::write(octets framed, std::size_t& taken, instant now) {
  const auto result = link_->send(framed);
  if (result < 0)
    return false;
  taken = static_cast<std::size_t>(result);
  counters_->octets += taken;
  if (taken > 0)
    progress_at_ = now;
  if (taken < framed.size())
    full_ = wish_to_write_ = true;
  return true;
}

bool transmitter::on_writable(interface_gate& gate, instant now) {
  full_ = false;
  if (!link_)
    return true;
  while (!full_ && !buffer_.empty()) {
    std::size_t taken = 0;
    if (!write(buffer_.waiting(), taken, now))
      return false;
    buffer_.consume(taken);
    note_progress();
    if (buffer_.is_low()) {
      trust_.on_caught_up(now);
      if (!unpark(gate, now))
        return false;
    }
  }
  return true;
}

bool transmitter::unpark(interface_gate& gate, instant now) {
  while (!parked_.empty() && !(buffer_.must_hold() && trust_.is_waited_for())) {
    auto first = std::move(parked_.front());
    parked_.pop_front();
    if (!transmit(std::move(first), gate, now))
      return false;
  }
  if (!parked_.empty() || announces_.empty())
    return true;
  announces_size_ = 0;
  return send(std::exchange(announces_, {}), now);
}

bool transmitter::on_time(interface_gate& gate, instant now) {
  if (parked_.empty() || now < parked_.front().since + peer_trust::patience)
    return true;
  trust_.on_patience_over(now);
  return unpark(gate, now);
}

bool transmitter::take_wish_to_write() {
  return std::exchange(wish_to_write_, false);
}

instant transmitter::next_deadline() const {
  return parked_.empty() ? instant::max() : parked_.front().since + peer_trust::patience;
}

void transmitter::time_batch(instant read_at) {
  if (buffer_.empty()) {
    counters_->forwarding.observe(plexus::now() - read_at);
  } else if (timed_from_ == instant{}) {
    timed_from_ = read_at;
    timed_until_ = counters_->octets + buffer_.size();
  }
}

void transmitter::note_progress() {
  if (timed_from_ == instant{} || counters_->octets < timed_until_)
    return;
  counters_->forwarding.observe(plexus::now() - timed_from_);
  timed_from_ = {};
}

}  // namespace plexus
