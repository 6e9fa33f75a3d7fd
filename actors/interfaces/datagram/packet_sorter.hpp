// Packets of one interface on their way to the shards: one batch for each shard and round.
//
// On the I/O thread that reads. A medium that cannot hold its senders back loses packets when the shards fall behind:
// first announces and path requests, which is what `shed_bulk` asks for.
#pragma once

#include "actors/interfaces/stream_reader.hpp"
#include "actors/io/io_thread.hpp"
#include "actors/message_types.hpp"
#include "actors/router/shard_inlet.hpp"
#include "transport/router/intake.hpp"

#include <memory>
#include <vector>

namespace plexus {

struct packet_sorter_config {
  interface_id from{};
  intake_config packets{};
  std::shared_ptr<const void> access_owner;  ///< keeps packets.access alive
  std::vector<shard_inlet> shards;
  std::shared_ptr<reader_counters> counters;
};

enum class shedding { nothing, bulk };

class packet_sorter {
public:
  explicit packet_sorter(packet_sorter_config config);

  /// One packet as it came off the medium; it lies in the slab that the next hand_on() leases.
  void take(mutable_octets frame, shedding shed);
  /// Whether hand_on() has anything to send.
  bool has_packets() const { return waiting_ > 0; }
  /// Sends each shard its batch. Follow with io_thread::drain().
  void hand_on(io_thread& thread, const slab_ref& lease);
  void retarget(std::vector<shard_inlet> shards) { config_.shards = std::move(shards); }

private:
  void refuse(drop_reason reason);

  packet_sorter_config config_;
  intake intake_;
  std::vector<std::shared_ptr<packet_batch>> batches_;  ///< by shard; empty ones are null
  std::size_t waiting_ = 0;
  unsigned rounds_ = 0;  ///< from one hand_on() to the next
  instant read_at_{};    ///< of this round, when it is timed
};

}  // namespace plexus
