#include "actors/interfaces/datagram/datagram_transmitter.hpp"

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
}

void datagram_transmitter::send(const egress_batch& batch, interface_gate& gate, instant now) {
  for (const auto& packet : batch.packets)
    if (packet.kind == transmit_kind::data || gate.admit(packet, now))
      add(packet.head(), packet.tail(), packet.kind);
  send_collected();
}

void datagram_transmitter::send(const std::vector<announce_packet>& packets) {
  for (const auto& packet : packets)
    add(*packet, {}, transmit_kind::announce);
  send_collected();
}

void datagram_transmitter::add(octets head, octets body, transmit_kind kind) {
  if (!socket_)
    return count_drop(head.size() + body.size());
  if (access_) {
    head = masked_.emplace_back(access_->apply(head, body));
    body = {};
  }
  collected_.push_back({head, body});
  kinds_.push_back(kind);
}

void datagram_transmitter::send_collected() {
  std::size_t next = 0;
  if (socket_ && queue_.empty() && !collected_.empty()) {
    const auto result = socket_->send(collected_, to_);
    count(result);
    next = result.taken;
    wish_to_write_ = wish_to_write_ || result.full;
  }
  for (; next < collected_.size(); ++next)
    enqueue(collected_[next].head, collected_[next].body, kinds_[next]);
  collected_.clear();
  kinds_.clear();
  masked_.clear();
}

void datagram_transmitter::enqueue(octets head, octets body, transmit_kind kind) {
  const auto size = head.size() + body.size();
  const auto bound = kind == transmit_kind::data ? limits_.size_max : limits_.bulk_max();
  if (queued_octets_ + size + queue_overhead > bound)
    return count_drop(size);
  auto& packet = queue_.emplace_back();
  packet.reserve(size);
  append(packet, head);
  append(packet, body);
  queued_octets_ += size + queue_overhead;
}

void datagram_transmitter::on_writable() {
  if (!socket_)
    return;
  while (!queue_.empty()) {
    const datagram_socket::outgoing first{queue_.front(), {}};
    const auto result = socket_->send({&first, 1}, to_);
    if (result.full) {
      wish_to_write_ = true;
      return;
    }
    count(result);
    queued_octets_ -= queue_.front().size() + queue_overhead;
    queue_.pop_front();
  }
}

void datagram_transmitter::count(const datagram_socket::send_result& result) {
  counters_.packets += result.taken - result.lost;
  counters_.octets += result.sent_octets;
  counters_.dropped_packets += result.lost;
  counters_.dropped_octets += result.lost_octets;
}

void datagram_transmitter::count_drop(std::size_t size) {
  ++counters_.dropped_packets;
  counters_.dropped_octets += size;
}

}  // namespace plexus
