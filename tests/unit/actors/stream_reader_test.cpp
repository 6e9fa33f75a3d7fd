#include "actors/interfaces/stream_reader.hpp"

#include "tests/unit/actors/stream_rig.hpp"
#include "tests/unit/catch.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <fcntl.h>
#include <mutex>

using namespace plexus;
using namespace plexus::test;

namespace {

const transport_id us = *transport_id::from_hex("7e7d7e7d5e5d000102030405060708ff");

/// Keeps the batches that come to a shard until it is told to let them go.
class shard_stand_in {
public:
  explicit shard_stand_in(caf::actor_system& system)
      : inlet(system.spawn([this](shard_inlet::pointer) -> shard_inlet::behavior_type {
          return {[this](const packet_batch_ptr& batch) {
                    const std::lock_guard lock(mutex_);
                    if (keep)
                      kept_.push_back(batch);
                    for (const auto& packet : batch->packets)
                      packets_.emplace_back(packet.whole().begin(), packet.whole().end());
                    count = packets_.size();
                  },
                  [](const burst_change&) {}};
        })) {}
  ~shard_stand_in() { caf::anon_send_exit(inlet, caf::exit_reason::kill); }

  std::vector<octet_string> packets() {
    const std::lock_guard lock(mutex_);
    return packets_;
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    keep = false;
    kept_.clear();
  }

  std::atomic<bool> keep{false};
  std::atomic<std::size_t> count{0};

private:
  std::mutex mutex_;
  std::vector<packet_batch_ptr> kept_;
  std::vector<octet_string> packets_;

public:
  shard_inlet inlet;
};

struct rig {
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::unique_ptr<io_thread> thread = std::make_unique<io_thread>(system, "test");
  stream_pair pair{*thread};
  shard_stand_in shard{system};
  std::shared_ptr<reader_counters> counters = std::make_shared<reader_counters>();
  std::atomic<bool> ended{false};

  explicit rig(stream_framing framing = stream_framing::hdlc) {
    stream_reader_config reader;
    reader.from = interface_id::make(1, 1);
    reader.packets.identity = us;
    reader.packets.packet_size_max = 16384;
    reader.framing = framing;
    reader.frame_max = 16384;
    reader.waiting_max = 32768;
    reader.shards = {shard.inlet};
    reader.counters = counters;
    reader.ended = [this] { ended = true; };
    std::make_shared<stream_reader>(pair.link, std::move(reader))->start();
  }
  ~rig() {
    pair.link->shut();
    CHECK(eventually([&] { return ended.load(); }));
    thread->stop();
  }
};

octet_string numbered_packet(std::size_t number, std::size_t size) {
  octet_string data(size, 0x7e);
  for (std::size_t i = 0; i < sizeof number; ++i)
    data[i] = static_cast<octet>(number >> 8 * i);
  return data_packet(us, address::from(octets(data)), data);
}

}  // namespace

TEST_CASE("frames are found wherever the stream is cut") {
  rig r;
  const auto first = numbered_packet(1, 40), second = numbered_packet(2, 17);
  auto stream = framed(first);
  append(stream, framed(second));
  std::uint64_t sent = 0;
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    r.pair.write(octets(stream).first(cut));
    sent += cut;
    REQUIRE(eventually([&] { return r.counters->octets == sent; }));
    r.pair.write(octets(stream).subspan(cut));
    sent += stream.size() - cut;
    REQUIRE(eventually([&] { return r.shard.count == 2 * cut; }));
  }
  const auto packets = r.shard.packets();
  for (std::size_t i = 0; i < packets.size(); i += 2) {
    CHECK(packets[i] == first);
    CHECK(packets[i + 1] == second);
  }
  CHECK(r.counters->frames_invalid == 0);
}

TEST_CASE("a sender is held back while its packets are in use, and nothing is lost") {
  rig r;
  r.shard.keep = true;
  REQUIRE(::fcntl(r.pair.far(), F_SETFL, O_NONBLOCK) == 0);
  octet_string stream;
  std::size_t count = 0;
  for (; stream.size() < 16 * slab_size; ++count)
    append(stream, framed(numbered_packet(count, 1000)));
  std::size_t sent = 0;
  const auto push = [&] {
    const auto taken = ::send(r.pair.far(), stream.data() + sent, stream.size() - sent, MSG_NOSIGNAL);
    sent += taken > 0 ? static_cast<std::size_t>(taken) : 0;
  };
  REQUIRE(eventually([&] {
    push();
    return r.counters->octets > (stream_reader::slabs_max - 1) * slab_size;
  }));
  REQUIRE(eventually([&] { return r.shard.count >= r.counters->packets; }));
  CHECK(r.counters->octets <= stream_reader::slabs_max * slab_size);
  CHECK(sent < stream.size());

  r.shard.let_go();
  REQUIRE(eventually([&] {
    push();
    return r.shard.count == count;
  }));
  const auto packets = r.shard.packets();
  for (std::size_t i = 0; i < count; ++i)
    REQUIRE(packets[i] == numbered_packet(i, 1000));
}

TEST_CASE("frames that no packet fits into are counted and passed over") {
  rig r;
  r.pair.write(framed(octet_string(19, 1)));
  r.pair.write(framed(numbered_packet(1, 16384)));
  r.pair.write(framed(numbered_packet(1, 40)));
  REQUIRE(eventually([&] { return r.shard.count == 1; }));
  CHECK(r.counters->frames_invalid == 2);
}

TEST_CASE("what begins and does not end is given up, and the stream goes on") {
  rig r;
  octet_string endless(40000, 0x55);
  endless[0] = hdlc::flag;
  r.pair.write(endless);
  REQUIRE(eventually([&] { return r.counters->octets == endless.size(); }));
  r.pair.write(framed(numbered_packet(1, 40)));
  r.pair.write(framed(numbered_packet(2, 40)));
  REQUIRE(eventually([&] { return r.shard.count == 2; }));
}

TEST_CASE("KISS streams are read too") {
  rig r(stream_framing::kiss);
  const auto packet = numbered_packet(1, 40);
  octet_string frame(kiss_worst_size(packet.size()));
  frame.resize(static_cast<std::size_t>(append_kiss_frame(frame.data(), packet, {}) - frame.data()));
  r.pair.write(frame);
  REQUIRE(eventually([&] { return r.shard.count == 1; }));
  CHECK(r.shard.packets().front() == packet);
}
