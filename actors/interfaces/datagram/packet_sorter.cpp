#include "actors/interfaces/datagram/packet_sorter.hpp"

#include "actors/clock.hpp"

namespace plexus {
namespace {

void count(std::atomic<std::uint64_t>& counter, std::uint64_t more) {
  counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

}  // namespace

packet_sorter::packet_sorter(packet_sorter_config config)
    : config_(std::move(config)), intake_(config_.packets), batches_(config_.shards.size()) {}

void packet_sorter::take(mutable_octets frame, shedding shed) {
  count(config_.counters->octets, frame.size());
  auto taken = intake_.take(frame);
  if (!taken)
    return refuse(taken.error());
  if (shed == shedding::bulk && taken->packet.kind == traffic_class::announce)
    return refuse(drop_reason::announce_queue_full);
  if (shed == shedding::bulk && taken->packet.kind == traffic_class::path_request)
    return refuse(drop_reason::path_request_queue_full);
  if (waiting_ == 0)
    read_at_ = ++rounds_ % timed_rounds == 0 ? now() : instant{};
  ++config_.counters->class_packets[class_index(taken->packet.kind)];
  config_.counters->class_octets[class_index(taken->packet.kind)] += taken->packet.size;
  auto& batch = batches_[taken->shard];
  if (!batch) {
    batch = std::make_shared<packet_batch>();
    batch->from = config_.from;
  }
  batch->packets.push_back(taken->packet);
  ++waiting_;
}

void packet_sorter::refuse(drop_reason reason) {
  count(config_.counters->refused[static_cast<std::size_t>(reason)], 1);
}

void packet_sorter::hand_on(io_thread& thread, const slab_ref& lease) {
  count(config_.counters->packets, waiting_);
  waiting_ = 0;
  for (std::size_t i = 0; i < batches_.size(); ++i)
    if (auto& batch = batches_[i]) {
      batch->memory = lease;
      batch->read_at = read_at_;
      thread.send(config_.shards[i], packet_batch_ptr(std::move(batch)));
    }
}

}  // namespace plexus
