// Reads one connection: octets to frames, frames to packets, packets to one batch for each shard.
//
// A round: wait until the socket is readable, take what it holds, up to a slab, send each shard one message and run the
// actors that this woke. A short read ends the round; there is no second call only to hear that nothing is left.
// Packets are views into the slab. As long as batches refer to it the reader reads on behind them, then into further
// slabs; when `slabs_max` are out it waits for one to come back. That is how a shard, or an egress interface that holds
// on to its batches, makes TCP hold the sender back.
#pragma once

#include "actors/interfaces/connection.hpp"
#include "actors/interfaces/traffic_meter.hpp"
#include "actors/message_types.hpp"
#include "actors/router/shard_inlet.hpp"
#include "transport/framing/hdlc.hpp"
#include "transport/framing/kiss.hpp"
#include "transport/router/intake.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace plexus {

enum class stream_framing { hdlc, kiss };

struct stream_reader_config {
  interface_id from{};
  intake_config packets{};
  stream_framing framing = stream_framing::hdlc;
  std::uint32_t frame_max = 0;  ///< octets: hardware MTU and access code
  /// Frames that began are given up when they are longer than this without an end.
  std::size_t waiting_max = 0;
  std::vector<shard_inlet> shards;
  std::shared_ptr<reader_counters> counters;
  std::shared_ptr<const void> access_owner;  ///< keeps packets.access alive
  /// Called once on the I/O thread, when the connection is over.
  std::function<void()> ended;
};

class stream_reader : public std::enable_shared_from_this<stream_reader> {
public:
  /// Slabs of one connection that may be out at a time.
  static constexpr std::size_t slabs_max = 4;

  stream_reader(connection_ptr link, stream_reader_config config);

  /// Any thread, once.
  void start();
  /// Batches go to these shards from now on. Any thread.
  void retarget(std::vector<shard_inlet> shards);

private:
  boost::asio::awaitable<void> run();
  /// Makes room at the end of the current slab. False: every slab is out.
  bool make_room();
  boost::asio::awaitable<void> wait_for_slab();
  /// Takes the frames out of what was read, and hands them on.
  void digest();
  void take_frame(mutable_octets frame);
  void digest_kiss();
  void hand_on();
  void count_packets();
  /// Gives the slab back while there is nothing to read.
  void rest();

  connection_ptr link_;
  stream_reader_config config_;
  intake intake_;
  hdlc_deframer hdlc_;
  std::optional<kiss_deframer> kiss_;
  std::vector<std::shared_ptr<packet_batch>> batches_;  ///< by shard; empty ones are null
  std::vector<std::size_t> expected_;                   ///< by shard: packets of the last batch
  std::shared_ptr<std::vector<octet_string>> copies_;   ///< KISS frames of this round

  std::array<packet_count, packet_classes> round_{};  ///< packets of this round
  unsigned rounds_ = 0;
  instant read_at_{};  ///< of this round, when it is timed

  slab_ptr slab_;              ///< read into; null while the connection rests
  std::size_t begin_ = 0;      ///< first octet of the slab that is not done with
  std::size_t end_ = 0;        ///< behind the last octet read
  octet_string rest_;          ///< beginning of a frame, while there is no slab
  std::vector<slab_ptr> out_;  ///< other slabs that batches may still refer to
  std::size_t slab_octets_;

  boost::asio::steady_timer slab_back_;
  std::atomic<bool> waiting_{false};
  std::shared_ptr<const std::function<void()>> returned_;
};

}  // namespace plexus
