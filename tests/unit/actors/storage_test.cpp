#include "actors/clock.hpp"
#include "actors/storage/interface_book.hpp"
#include "actors/storage/save_schedule.hpp"
#include "actors/storage/state_restorer.hpp"
#include "actors/storage/state_saver.hpp"
#include "actors/storage/unsaved_announces.hpp"
#include "actors/storage/waiting_paths.hpp"
#include "messages/announce.hpp"
#include "messages/packet.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/storage/temporary_directory.hpp"
#include "transport/crypto/random_source.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"
#include "transport/identity.hpp"

#include <map>

using namespace plexus;

namespace {

constexpr std::uint64_t secret = 4711;

interface_facts facts_of(const std::string& name, std::uint32_t slot) {
  interface_facts facts;
  facts.id = interface_id::make(slot, 1);
  facts.name = name;
  facts.hash = interface_hash(sha256(as_octets(name)));
  facts.online = true;
  return facts;
}

/// Real shards, called directly.
class shards_here final : public shard_tables {
public:
  explicit shards_here(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      router_config config;
      config.shard_index = i;
      config.shard_count = count;
      config.hash_secret = secret;
      shards.push_back(std::make_unique<router_shard>(config, now(), read_clocks()));
    }
  }
  void know(const interface_facts& facts) {
    for (auto& shard : shards)
      shard->on_interface(facts, now());
  }
  router_shard& owner(const destination_hash& d) { return *shards[shard_of(d.data(), secret, count())]; }

  unsigned count() const override { return static_cast<unsigned>(shards.size()); }
  std::optional<std::size_t> paths(unsigned shard, std::size_t cursor, std::size_t most,
                                   std::vector<saved_path>& into) override {
    if (shard == broken)
      throw shard_unavailable("it has ended");
    return shards[shard]->save_some(cursor, most, now(), into);
  }
  std::optional<std::size_t> tunnels(unsigned shard, std::size_t cursor, std::size_t,
                                     std::vector<saved_tunnel>& into) override {
    return shards[shard]->save_tunnels(cursor, 2, into);
  }
  std::vector<packet_hash> hashes(unsigned shard, std::size_t most) override {
    return shards[shard]->recent_hashes(most);
  }
  void restore(unsigned shard, std::vector<saved_path> given) override {
    for (const auto& path : given)
      taken += shards[shard]->restore(path, now());
  }
  void restore(unsigned shard, std::vector<saved_tunnel> given) override {
    for (const auto& tunnel : given)
      shards[shard]->restore(tunnel, now());
  }
  void remember(unsigned shard, std::vector<packet_hash> given) override { shards[shard]->remember_hashes(given); }
  std::uint64_t settle() override { return std::exchange(taken, 0); }

  std::vector<std::unique_ptr<router_shard>> shards;
  std::uint64_t taken = 0;
  unsigned broken = ~0u;
};

struct heard_path {
  saved_path path;
  public_key key;
};

heard_path make_path(std::uint64_t number, interface_id heard_on, bool ratchet = false) {
  seeded_random random(number + 1);
  const auto owner = identity::generate(random);
  announce content;
  content.key = owner.key();
  content.name = hash_name("state.test");
  content.blob = make_random_blob(octet_string(5, static_cast<octet>(number)), 1'700'000'000);
  if (ratchet)
    content.ratchet = random.draw<ratchet_key>();
  content.app_data = as_octets("who");
  const auto destination = hash_destination(content.name, owner.hash());
  content.proof = owner.sign(content.signed_data(destination));
  packet_header header;
  header.flags =
      make_flags(packet_type::announce, destination_type::single, header_type::one, transport_type::broadcast, ratchet);
  header.destination = rename<address>(destination);
  const auto time = now();
  return {{destination,
           rename<transport_id>(destination),
           heard_on,
           1,
           time,
           time + std::chrono::hours(7 * 24),
           {content.blob},
           encode_packet(header, content.encode())},
          owner.key()};
}

/// A node's folder, its interfaces and its shards.
struct node_here {
  temporary_directory directory;
  state_directory state{directory.path()};
  interface_book book;
  interface_facts near = facts_of("UDPInterface[Near/127.0.0.1:1]", 1);
  shards_here shards{2};

  node_here() {
    REQUIRE_FALSE(state.prepare());
    book.add(near);
    shards.know(near);
  }
  std::vector<heard_path> learn(std::size_t count, bool ratchet = false) {
    std::vector<heard_path> paths;
    for (std::size_t i = 0; i < count; ++i) {
      paths.push_back(make_path(i, near.id, ratchet));
      REQUIRE(shards.owner(paths.back().path.destination).restore(paths.back().path, now()));
    }
    return paths;
  }
  save_result save(save_request request = {}) {
    request.everything = true;
    return state_saver(state, book, shards).save(request);
  }
  restore_result restore_into(shard_tables& fresh, const interface_book& interfaces, std::size_t paths_max = 1 << 20) {
    restore_request request;
    request.hash_secret = secret;
    request.paths_max = paths_max;
    return state_restorer(state, interfaces, fresh).restore(request);
  }
};

}  // namespace

TEST_CASE("paths of all shards come back after a restart, with other interface ids and another number of shards") {
  node_here node;
  const auto paths = node.learn(2500);
  const auto saved = node.save();
  CHECK(saved.complete);
  CHECK(saved.paths == 2500);

  auto near = node.near;
  near.id = interface_id::make(9, 4);
  interface_book book;
  book.add(near);
  shards_here fresh{3};
  fresh.know(near);
  CHECK(node.restore_into(fresh, book).restored == 2500);
  for (const auto& one : paths) {
    const auto path = fresh.owner(one.path.destination).find_path(one.path.destination, now());
    REQUIRE(path);
    CHECK(path->heard_on == near.id);
    CHECK(path->hops == one.path.hops);
    CHECK(std::chrono::abs(path->expires_at - one.path.expires_at) < std::chrono::milliseconds(10));
  }
}

TEST_CASE("without the snapshot, paths come back from the files that the reference reads") {
  node_here node;
  node.learn(40, true);
  CHECK(node.save().files_written == 80);
  std::filesystem::remove(node.state.storage() / "plexus" / "announces");
  shards_here fresh{2};
  fresh.know(node.near);
  CHECK(node.restore_into(fresh, node.book).restored == 40);
  CHECK(node.state.ratchets().size() == 40);
  CHECK(node.save().files_written == 0);
}

TEST_CASE("when there is no time for single files, the snapshot alone brings the paths back") {
  node_here node;
  node.learn(40, true);
  save_request request;
  request.files_until = instant{};
  const auto saved = node.save(request);
  CHECK(saved.complete);
  CHECK(saved.files_missing);
  CHECK(saved.files_written == 0);
  shards_here fresh{2};
  fresh.know(node.near);
  CHECK(node.restore_into(fresh, node.book).restored == 40);
  CHECK_FALSE(node.save().files_missing);
  CHECK(node.state.announces().size() == 40);
}

TEST_CASE("paths of an interface that is not there wait for it, and are not lost by saving meanwhile") {
  node_here node;
  node.learn(1500);
  node.save();
  interface_book none;
  shards_here fresh{2};
  const auto result = node.restore_into(fresh, none);
  CHECK(result.restored == 0);
  waiting_paths waiting;
  for (const auto& chunk : result.waiting)
    waiting.add(chunk, now());
  CHECK(waiting.paths() == 1500);

  save_request request;
  request.everything = true;
  request.waiting = waiting.all();
  CHECK(state_saver(node.state, none, fresh).save(request).paths == 1500);
  CHECK(node.restore_into(fresh, none).waiting.size() == 2);

  fresh.know(node.near);
  std::uint64_t taken = 0;
  for (const auto& chunk : waiting.take(node.near.hash))
    taken += state_restorer(node.state, node.book, fresh).release(*chunk, node.near.id, secret);
  CHECK(taken == 1500);
  CHECK(waiting.paths() == 0);
}

TEST_CASE("no more paths are read than a node may have") {
  node_here node;
  node.learn(30);
  node.save();
  shards_here fresh{2};
  fresh.know(node.near);
  CHECK(node.restore_into(fresh, node.book, 10).restored == 10);
}

TEST_CASE("a save that a shard does not answer to leaves the files as they were") {
  node_here node;
  node.learn(10);
  node.save();
  node.shards.broken = 1;
  CHECK_THROWS_AS(node.save(), shard_unavailable);
  shards_here fresh{2};
  fresh.know(node.near);
  CHECK(node.restore_into(fresh, node.book).restored == 10);
}

TEST_CASE("known destinations are those with a path, and without one those that were used or are retained") {
  node_here node;
  const auto paths = node.learn(6);
  const auto name = [&](std::size_t i) { return paths[i].path.destination; };
  const auto read = [&] {
    std::map<destination_hash, known_destination> found;
    const auto loaded =
        node.state.load_known_destinations([&](const auto& entry) { found[entry.destination] = entry; });
    REQUIRE(loaded);
    return found;
  };
  save_request request;
  const auto wall = read_clocks().unix_now;
  request.marks = {{name(0), known_destination::retained}, {name(1), wall}, {name(2), {wall.seconds - 756001}}};
  CHECK(node.save(request).retained == std::vector{name(0)});
  auto known = read();
  REQUIRE(known.size() == 6);
  CHECK(known[name(5)].key == paths[5].key);
  CHECK(known[name(5)].last_used == known_destination::never);
  CHECK(known[name(5)].app_data == octet_string{'w', 'h', 'o'});
  CHECK(known[name(1)].last_used == wall);

  for (const auto& one : paths)
    node.shards.owner(one.path.destination).drop_path(one.path.destination);
  const auto saved = node.save();
  known = read();
  CHECK(known.size() == 2);
  CHECK(saved.pathless.size() == 2);
  CHECK(known[name(0)].last_used == known_destination::retained);
  CHECK(known[name(0)].key == paths[0].key);
  CHECK(known[name(1)].last_used == wall);

  // Back on the air, it is still retained.
  REQUIRE(node.shards.owner(name(0)).restore(paths[0].path, now()));
  CHECK(node.save().pathless == std::vector{name(1)});
  CHECK(read()[name(0)].last_used == known_destination::retained);
}

TEST_CASE("cleaning removes announces and ratchets that nothing refers to, and no others") {
  node_here node;
  const auto paths = node.learn(20, true);
  node.save();
  for (std::size_t i = 0; i < 15; ++i)
    node.shards.owner(paths[i].path.destination).drop_path(paths[i].path.destination);
  save_request request;
  request.clean = true;
  CHECK(node.save(request).files_removed == 30);
  CHECK(node.state.announces().size() == 5);
  CHECK(node.state.ratchets().size() == 5);
}

TEST_CASE("tunnels come back with the paths of all shards, and no interface") {
  node_here node;
  const auto id = tunnel_id::from(octet_string(32, 7));
  std::vector<saved_tunnel> parts(2);
  for (auto& part : parts) {
    part.id = id;
    part.expires_at = now() + std::chrono::hours(3);
  }
  std::vector<destination_hash> names;
  for (std::size_t i = 0; i < 9; ++i) {
    auto path = make_path(i, {}).path;
    names.push_back(path.destination);
    parts[shard_of(path.destination.data(), secret, 2)].paths.push_back(path);
  }
  for (unsigned i = 0; i < 2; ++i)
    REQUIRE(node.shards.shards[i]->restore(parts[i], now()));
  node.save();
  const auto stored = node.state.load_tunnels();
  REQUIRE(stored);
  REQUIRE(stored->entries.size() == 1);
  CHECK(stored->entries[0].paths.size() == 9);

  // The far side comes back on another connection.
  shards_here fresh{3};
  const auto far = facts_of("TCPInterface[Client on Near/127.0.0.1:5]", 3);
  fresh.know(far);
  CHECK(node.restore_into(fresh, node.book).restored == 0);
  shard_output out;
  shard_events events;
  events.others.emplace_back(tunnel_opened{id, far.id});
  for (auto& shard : fresh.shards)
    shard->on_events(events, now(), out);
  for (const auto& destination : names)
    CHECK(fresh.owner(destination).find_path(destination, now()));
}

TEST_CASE("a tunnel that is over, or claims to live too long, does not come back") {
  node_here node;
  saved_tunnel tunnel{tunnel_id::from(octet_string(32, 7)), {}, now() - std::chrono::seconds(1), {}};
  CHECK_FALSE(node.shards.shards[0]->restore(tunnel, now()));
  tunnel.expires_at = now() + std::chrono::hours(17);
  CHECK_FALSE(node.shards.shards[0]->restore(tunnel, now()));
  tunnel.expires_at = now() + std::chrono::hours(8);
  CHECK(node.shards.shards[0]->restore(tunnel, now()));
  CHECK_FALSE(node.shards.shards[0]->restore(tunnel, now()));
}

TEST_CASE("packet hashes reach every shard") {
  node_here node;
  std::vector<packet_hash> hashes;
  for (octet i = 0; i < 50; ++i)
    hashes.push_back(packet_hash::from(octet_string(32, i)));
  REQUIRE_FALSE(node.state.save_packet_hashes(hashes));
  shards_here fresh{2};
  node.restore_into(fresh, node.book);
  CHECK(fresh.shards[1]->recent_hashes(100).size() == 50);
  save_request request;
  request.everything = true;
  state_saver(node.state, node.book, fresh).save(request);
  CHECK(*node.state.load_packet_hashes() == hashes);
}

TEST_CASE("announces that wait for their files are the newest of each destination, and bounded") {
  unsaved_announces unsaved(3);
  const auto one = [](octet destination, octet hash) {
    return unsaved_announce{
        destination_hash::from(octet_string(16, destination)), packet_hash::from(octet_string(32, hash)), {}, {}};
  };
  CHECK(unsaved.add(one(1, 1)));
  CHECK(unsaved.add(one(2, 2)));
  CHECK(unsaved.add(one(3, 3)));
  CHECK_FALSE(unsaved.add(one(4, 4)));
  CHECK(unsaved.add(one(1, 5)));
  const auto taken = unsaved.take();
  REQUIRE(taken.size() == 3);
  CHECK(taken[0].hash == one(1, 5).hash);
  CHECK(unsaved.empty());
  CHECK(unsaved.add(one(4, 4)));
}

TEST_CASE("paths that wait for an interface are forgotten when it does not come in time") {
  waiting_paths waiting;
  auto chunk = std::make_shared<waiting_chunk>();
  chunk->paths.resize(7);
  const instant start{};
  waiting.add(chunk, start);
  CHECK(waiting.expire(start + std::chrono::minutes(9)) == 0);
  CHECK(waiting.expire(start + std::chrono::minutes(10)) == 7);
  CHECK(waiting.paths() == 0);
}

TEST_CASE("a save waits for a change, for a while, and for ten times as long as the last one took") {
  const instant start{};
  save_schedule schedule({std::chrono::seconds(30), 10, std::chrono::hours(12)}, start);
  CHECK_FALSE(schedule.is_due(start + std::chrono::hours(1)));
  CHECK(schedule.is_due(start + std::chrono::hours(12)));
  schedule.on_change();
  CHECK_FALSE(schedule.is_due(start + std::chrono::seconds(29)));
  CHECK(schedule.is_due(start + std::chrono::seconds(30)));
  schedule.on_begin();
  const auto ended = start + std::chrono::seconds(38);
  schedule.on_end(ended, std::chrono::seconds(8), true);
  CHECK_FALSE(schedule.is_due(ended + std::chrono::minutes(10)));
  schedule.on_change();
  CHECK_FALSE(schedule.is_due(ended + std::chrono::seconds(79)));
  CHECK(schedule.is_due(ended + std::chrono::seconds(80)));
  schedule.on_begin();
  schedule.on_end(ended, std::chrono::seconds(1), false);
  CHECK(schedule.is_due(ended + std::chrono::seconds(30)));
}

TEST_CASE("an interface that went does not take its successor of the same name along") {
  interface_book book;
  auto first = facts_of("UDPInterface[Near/127.0.0.1:1]", 1), second = first;
  second.id = interface_id::make(2, 1);
  book.add(first);
  book.add(second);
  book.remove(first.id);
  REQUIRE(book.find(first.hash));
  CHECK(book.find(first.hash)->id == second.id);
  CHECK_FALSE(book.find(first.id));
}
