// The router alone: what a packet, an announce and a path cost without sockets, framing and actors.
#include "messages/announce.hpp"
#include "transport/crypto/random_source.hpp"
#include "transport/destination_name.hpp"
#include "transport/identity.hpp"
#include "transport/router/intake.hpp"
#include "transport/router/router_shard.hpp"

#include <benchmark/benchmark.h>
#include <sodium.h>

#include <malloc.h>
#include <random>
#include <thread>

namespace plexus {
namespace {

constexpr std::uint64_t secret = 0x5deece66d1234567;
constexpr std::size_t batch_size = 256;
constexpr std::size_t data_size = 165;  ///< octets; 200 with the header
const auto west = interface_id::make(1, 1), east = interface_id::make(2, 1);
const instant start{std::chrono::hours{1}};
const transport_id ours = *transport_id::from_hex("000102030405060708090a0b0c0d0e0f");
const transport_id next_hop = *transport_id::from_hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");

class seeded : public random_source {
public:
  void fill(mutable_octets out) override {
    for (auto& o : out)
      o = static_cast<octet>(engine_());
  }

private:
  std::mt19937_64 engine_{1};
};

struct peer {
  destination_hash destination{};
  octet_string announce_packet;  ///< HEADER_2, three hops away
};

/// Announces that differ in their destination's name alone, so that one key pair signs them all.
peer make_peer(const identity& owner, std::uint64_t number) {
  announce a;
  a.key = owner.key();
  std::memcpy(a.name.data(), &number, sizeof number);
  std::memcpy(a.blob.data(), &number, 5);
  a.blob.bytes()[8] = 1;
  peer p;
  p.destination = hash_destination(a.name, owner.hash());
  a.proof = owner.sign(a.signed_data(p.destination));
  packet_header header;
  header.flags =
      make_flags(packet_type::announce, destination_type::single, header_type::two, transport_type::transport);
  header.hops = 2;
  header.transport = next_hop;
  header.destination = rename<address>(p.destination);
  p.announce_packet = encode_packet(header, a.encode());
  return p;
}

router_config config_of(unsigned index, unsigned count) {
  router_config c;
  c.identity = ours;
  c.hash_secret = secret;
  c.shard_index = index;
  c.shard_count = count;
  c.announces_pending_max = 64;
  return c;
}

interface_facts facts_of(interface_id id) {
  interface_facts f;
  f.id = id;
  f.online = true;
  f.hw_mtu = 1064;
  f.mtu_negotiable = true;
  return f;
}

std::unique_ptr<router_shard> make_shard(unsigned index, unsigned count) {
  auto shard = std::make_unique<router_shard>(config_of(index, count), start, clocks{});
  shard->on_interface(facts_of(west), start);
  shard->on_interface(facts_of(east), start);
  return shard;
}

intake make_intake(unsigned shards) {
  intake_config c;
  c.identity = ours;
  c.hash_secret = secret;
  c.shard_count = shards;
  c.packet_size_max = 1064;
  return intake(c);
}

/// Paths whose announces need not be checked: what is restored was checked before it was saved.
std::vector<destination_hash> learn_paths(std::vector<std::unique_ptr<router_shard>>& shards, std::size_t count) {
  seeded random;
  const auto owner = identity::generate(random);
  auto saved_announce = make_peer(owner, 0).announce_packet;
  std::vector<destination_hash> known(count);
  for (auto& destination : known) {
    random.fill(destination.bytes());
    std::copy(destination.bytes().begin(), destination.bytes().end(), saved_announce.begin() + 18);
    const auto at = shard_of(destination.data(), secret, static_cast<unsigned>(shards.size()));
    shards[at]->restore({destination,
                         next_hop,
                         east,
                         3,
                         start,
                         start + std::chrono::hours{24},
                         {random.draw<random_blob>(), random.draw<random_blob>()},
                         saved_announce},
                        start);
  }
  return known;
}

/// Reads full of unique data packets, made anew in place: a reader's slab, and the batches cut from it.
class traffic {
public:
  traffic(const std::vector<destination_hash>& known, unsigned shards, std::uint64_t seed)
      : known_(known), intake_(make_intake(shards)), random_(seed), frames_(batch_size, octet_string(35 + data_size)) {
    for (auto& frame : frames_) {
      packet_header header;
      header.flags =
          make_flags(packet_type::data, destination_type::single, header_type::two, transport_type::transport);
      header.transport = ours;
      write_header(header, frame.data());
    }
  }
  /// For one shard the rest is left out.
  packet_batch_ptr read(unsigned only) {
    auto batch = std::make_shared<packet_batch>();
    batch->from = west;
    batch->memory = memory_;
    batch->packets.reserve(batch_size);
    for (auto& frame : frames_) {
      const auto destination = pick(only);
      std::memcpy(frame.data() + 18, destination.data(), 16);
      ++number_;
      std::memcpy(frame.data() + 40, &number_, sizeof number_);
      const auto taken = intake_.take(frame);
      batch->packets.push_back(taken->packet);
    }
    return batch;
  }
  destination_hash pick(unsigned only) {
    for (;;) {
      const auto& d = known_[random_() % known_.size()];
      if (shard_of(d.data(), secret, intake_shards) == only || intake_shards == 1)
        return d;
    }
  }
  unsigned intake_shards = 1;

private:
  const std::vector<destination_hash>& known_;
  intake intake_;
  std::mt19937_64 random_;
  std::vector<octet_string> frames_;
  std::shared_ptr<int> memory_ = std::make_shared<int>();
  std::uint64_t number_ = random_();
};

void forward_data(benchmark::State& state) {
  std::vector<std::unique_ptr<router_shard>> shards;
  shards.push_back(make_shard(0, 1));
  const auto known = learn_paths(shards, static_cast<std::size_t>(state.range(0)));
  traffic t(known, 1, 1);
  shard_output out;
  auto now = start;
  for (auto _ : state) {
    const auto batch = t.read(0);
    now += std::chrono::microseconds{50};
    shards[0]->receive(batch, now, out);
    benchmark::DoNotOptimize(out.egress.data());
    out.clear();
  }
  const auto packets = static_cast<std::uint64_t>(state.iterations()) * batch_size;
  if (shards[0]->status().forwarded_data != packets)
    state.SkipWithError("not every packet was forwarded");
  state.SetItemsProcessed(static_cast<std::int64_t>(packets));
}
BENCHMARK(forward_data)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void shards_apart(benchmark::State& state) {
  const auto count = static_cast<unsigned>(state.threads());
  static std::vector<std::unique_ptr<router_shard>> shards;
  static std::vector<destination_hash> known;
  if (state.thread_index() == 0) {
    shards.clear();
    for (unsigned i = 0; i < count; ++i)
      shards.push_back(make_shard(i, count));
    known = learn_paths(shards, 100'000);
  }
  const auto self = static_cast<unsigned>(state.thread_index());
  std::unique_ptr<traffic> t;
  shard_output out;
  auto now = start;
  for (auto _ : state) {
    if (!t) {
      t = std::make_unique<traffic>(known, count, self + 1);
      t->intake_shards = count;
    }
    const auto batch = t->read(self);
    now += std::chrono::microseconds{50};
    shards[self]->receive(batch, now, out);
    benchmark::DoNotOptimize(out.egress.data());
    out.clear();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch_size));
}
BENCHMARK(shards_apart)->Threads(1)->Threads(2)->UseRealTime()->Unit(benchmark::kMicrosecond);

void forward_link_data(benchmark::State& state) {
  seeded random;
  const auto owner = identity::generate(random);
  auto shard = make_shard(0, 1);
  const auto entrance = make_intake(1);
  const auto destination = make_peer(owner, 1);
  shard_output out;
  const auto receive = [&](octet_string& frame, interface_id from, instant now) {
    auto batch = std::make_shared<packet_batch>();
    batch->from = from;
    batch->packets.push_back(entrance.take(frame)->packet);
    shard->receive(batch, now, out);
    out.clear();
  };
  // A thousand links over one path, each proven.
  auto announced = destination.announce_packet;
  receive(announced, east, start);
  shard->work(10, start, out);
  out.clear();
  std::vector<link_id> links;
  for (int i = 0; i < 1000; ++i) {
    packet_header header;
    header.flags =
        make_flags(packet_type::link_request, destination_type::single, header_type::two, transport_type::transport);
    header.transport = ours;
    header.destination = rename<address>(destination.destination);
    octet_string keys(64);
    random.fill(keys);
    auto request = encode_packet(header, keys);
    shard_events learned;
    link_learned link;
    link.link = rename<link_id>(entrance.take(request)->packet.hash);
    links.push_back(link.link);
    receive(request, west, start);
    octet_string signed_data(link.link.bytes().begin(), link.link.bytes().end());
    octet_string key(32);
    random.fill(key);
    append(signed_data, key);
    append(signed_data, owner.key().bytes().subspan(32));
    const auto proof = owner.sign(signed_data);
    header = {};
    header.flags = make_flags(packet_type::proof, destination_type::link);
    header.hops = 2;
    header.destination = rename<address>(link.link);
    header.context = packet_context::link_request_proof;
    octet_string data(proof.bytes().begin(), proof.bytes().end());
    append(data, key);
    auto packet = encode_packet(header, data);
    receive(packet, east, start);
  }
  if (shard->status().links_validated != links.size())
    return state.SkipWithError("not every link was proven");
  std::vector<octet_string> frames(batch_size, octet_string(200));
  for (auto& frame : frames) {
    packet_header header;
    header.flags = make_flags(packet_type::data, destination_type::link);
    write_header(header, frame.data());
  }
  std::mt19937_64 pick(3);
  std::uint64_t number = 0;
  auto now = start;
  for (auto _ : state) {
    auto batch = std::make_shared<packet_batch>();
    batch->from = west;
    batch->packets.reserve(batch_size);
    for (auto& frame : frames) {
      std::memcpy(frame.data() + 2, links[pick() % links.size()].data(), 16);
      ++number;
      std::memcpy(frame.data() + 30, &number, sizeof number);
      batch->packets.push_back(entrance.take(frame)->packet);
    }
    now += std::chrono::microseconds{50};
    shard->receive(batch, now, out);
    benchmark::DoNotOptimize(out.egress.data());
    out.clear();
  }
  if (shard->status().forwarded_link_data != number)
    state.SkipWithError("not every packet was forwarded");
  state.SetItemsProcessed(static_cast<std::int64_t>(number));
}
BENCHMARK(forward_link_data)->Unit(benchmark::kMicrosecond);

const std::vector<peer>& peers() {
  static const auto made = [] {
    seeded random;
    const auto owner = identity::generate(random);
    std::vector<peer> list;
    for (std::uint64_t i = 0; i < 20000; ++i)
      list.push_back(make_peer(owner, i + 1));
    return list;
  }();
  return made;
}

void learn_announces(benchmark::State& state) {
  const auto& known = peers();
  const auto entrance = make_intake(1);
  auto shard = make_shard(0, 1);
  shard_output out;
  std::size_t next = 0;
  auto now = start;
  for (auto _ : state) {
    if (next + batch_size > known.size()) {
      state.PauseTiming();
      shard = make_shard(0, 1);
      next = 0;
      state.ResumeTiming();
    }
    auto batch = std::make_shared<packet_batch>();
    batch->from = west;
    auto slab = std::make_shared<std::vector<octet_string>>();
    slab->reserve(batch_size);
    for (std::size_t i = 0; i < batch_size; ++i) {
      slab->push_back(known[next++].announce_packet);
      batch->packets.push_back(entrance.take(slab->back())->packet);
    }
    batch->memory = slab;
    now += std::chrono::milliseconds{20};
    shard->receive(batch, now, out);
    shard->work(batch_size, now, out);
    benchmark::DoNotOptimize(out.learned.data());
    out.clear();
  }
  if (shard->status().paths != next)
    state.SkipWithError("not every announce made a path");
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch_size));
}
BENCHMARK(learn_announces)->Unit(benchmark::kMicrosecond);

/// Each shard takes the announces of its own addresses.
void learn_announces_apart(benchmark::State& state) {
  const auto shards = static_cast<unsigned>(state.threads()), self = static_cast<unsigned>(state.thread_index());
  const auto entrance = make_intake(shards);
  std::vector<octet_string> own;
  for (const auto& p : peers())
    if (shard_of(p.destination.data(), secret, shards) == self)
      own.push_back(p.announce_packet);
  std::unique_ptr<router_shard> shard;
  shard_output out;
  std::size_t next = own.size();
  auto now = start;
  for (auto _ : state) {
    if (next + batch_size > own.size()) {
      shard = make_shard(self, shards);
      next = 0;
    }
    auto batch = std::make_shared<packet_batch>();
    batch->from = west;
    auto slab = std::make_shared<std::vector<octet_string>>();
    for (std::size_t i = 0; i < batch_size; ++i)
      slab->push_back(own[next++]);
    for (auto& frame : *slab)
      batch->packets.push_back(entrance.take(frame)->packet);
    batch->memory = slab;
    now += std::chrono::milliseconds{20};
    shard->receive(batch, now, out);
    shard->work(batch_size, now, out);
    out.clear();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch_size));
}
BENCHMARK(learn_announces_apart)->Threads(1)->Threads(2)->UseRealTime()->Unit(benchmark::kMicrosecond);

/// What the announces above cannot go below: the same signatures, checked by the library alone.
void verify_alone(benchmark::State& state) {
  const auto& known = peers();
  std::size_t next = 0;
  for (auto _ : state) {
    const auto packet = parse_packet(known[next++ % known.size()].announce_packet);
    const auto content = announce::parse(packet->data, false);
    octet signed_data[512];
    content->write_signed_data(rename<destination_hash>(packet->header.destination), signed_data);
    if (crypto_sign_verify_detached(content->proof.data(), signed_data, content->signed_size(),
                                    content->key.data() + 32) != 0)
      state.SkipWithError("a signature is wrong");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify_alone)->Unit(benchmark::kMicrosecond);

void memory_of_paths(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    std::vector<std::unique_ptr<router_shard>> shards;
    shards.push_back(make_shard(0, 1));
    const auto before = mallinfo2();
    const auto known = learn_paths(shards, count);
    const auto after = mallinfo2();
    const auto taken = after.uordblks + after.hblkhd - before.uordblks - before.hblkhd - known.size() * sizeof known[0];
    state.counters["octets_a_path"] = static_cast<double>(taken) / static_cast<double>(shards[0]->status().paths);
  }
}
BENCHMARK(memory_of_paths)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace plexus
