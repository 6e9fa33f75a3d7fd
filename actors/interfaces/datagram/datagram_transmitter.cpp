#include "actors/interfaces/datagram/datagram_transmitter.hpp"

#include "actors/clock.hpp"
#include "transport/ifac.hpp"

namespace plexus {
namespace {

/// What a waiting packet costs besides its octets.
constexpr std::size_t queue_overhead = 64;

}  // namespace

void datagram_transmitter::connect(datagram_socket_ptr socket, const socket_address& to) {
  socket_ = std::move(socket);
  to_ = to;
  queue_.clear();
  queued_octets_ = 0;
  wish_to_write_ = false;
  timed_from_ = {};
}

void datagram_transmitter::send(const egress_batch& batch, interface_gate& gate, instant now) {
  for (const auto& packet : batch.packets)
    if (packet.kind == transmit_kind::data || gate.admit(packet, now))
      add(packet.head(), packet.tail(), packet.kind);
  send_collected();
  if (batch.read_at == instant{})
    return;
  if (queue_.empty()) {
    counters_->forwarding.observe(plexus::now() - batch.read_at);
  } else if (timed_from_ == instant{}) {
    timed_from_ = batch.read_at;
    timed_behind_ = queue_.size();
  }
}

void datagram_transmitter::send(const std::vector<announce_packet>& packets) {
  for (const auto& packet : packets)
    add(*packet, {}, transmit_kind::announce);
  send_collected();
}

void datagram_transmitter::add(octets head, octets body, transmit_kind kind) {
  if (!socket_)
    return counters_->count_dropped(kind, head.size() + body.size());
  notes_.push_back({kind, head.size() + body.size()});
  if (access_) {
    head = masked_.emplace_back(access_->apply(head, body));
    body = {};
  }
  collected_.push_back({head, body});
}

void datagram_transmitter::send_collected() {
  std::size_t next = 0;
  if (socket_ && queue_.empty() && !collected_.empty()) {
    const auto result = socket_->send(collected_, to_);
    count(result, notes_);
    next = result.taken;
    wish_to_write_ = wish_to_write_ || result.full;
  }
  for (; next < collected_.size(); ++next)
    enqueue(collected_[next].head, collected_[next].body, notes_[next]);
  collected_.clear();
  notes_.clear();
  masked_.clear();
}

void datagram_transmitter::enqueue(octets head, octets body, const packet_note& note) {
  const auto size = head.size() + body.size();
  const auto bound = note.kind == transmit_kind::data ? limits_.size_max : limits_.bulk_max();
  if (queued_octets_ + size + queue_overhead > bound)
    return counters_->count_dropped(note.kind, note.size);
  auto& [packet, kept] = queue_.emplace_back();
  kept = note;
  packet.reserve(size);
  append(packet, head);
  append(packet, body);
  queued_octets_ += size + queue_overhead;
}

void datagram_transmitter::on_writable() {
  if (!socket_)
    return;
  while (!queue_.empty()) {
    const datagram_socket::outgoing first{queue_.front().octets, {}};
    const auto result = socket_->send({&first, 1}, to_);
    if (result.full) {
      wish_to_write_ = true;
      return;
    }
    count(result, {&queue_.front().note, 1});
    queued_octets_ -= queue_.front().octets.size() + queue_overhead;
    queue_.pop_front();
    if (timed_from_ != instant{} && --timed_behind_ == 0)
      counters_->forwarding.observe(plexus::now() - std::exchange(timed_from_, instant{}));
  }
}

// Which of several packets the system refused is not known; it refuses all or, of different sizes, the odd one.
void datagram_transmitter::count(const datagram_socket::send_result& result, std::span<const packet_note> notes) {
  for (std::size_t i = 0; i < result.taken; ++i)
    if (i < result.lost)
      counters_->count_dropped(notes[i].kind, notes[i].size);
    else
      counters_->count_sent(notes[i].kind, notes[i].size);
  counters_->octets += result.sent_octets;
}

}  // namespace plexus
