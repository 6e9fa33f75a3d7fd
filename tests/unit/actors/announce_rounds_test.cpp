// The announces of all shards leave as one.
#include "actors/router/router_supervisor.hpp"
#include "tests/unit/actors/interface_bench.hpp"
#include "tests/unit/transport/router_world.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

using namespace plexus;
using router_world::destination;

namespace {

constexpr unsigned shard_count = 4;

/// A router of four shards between an interface that the test speaks for and one that it listens to.
struct rounds_rig {
  rounds_rig() {
    config.shard_count = shard_count;
    config.identity = transport_id::from(octet_string(16, 0x11));
    router = spawn_router(system, config, {});
    self->request(router, caf::infinite, paths_atom::value)
        .receive([&](const shard_started& started) { shards = started.shards; }, [](const caf::error&) {});
    REQUIRE(shards.size() == shard_count);
    for (const auto id : {from, to}) {
      auto facts = std::make_shared<interface_facts>(router_world::world::facts_of(id));
      for (const auto& shard : shards)
        self->send(shard, interface_known{facts, ear});
    }
  }
  ~rounds_rig() {
    caf::anon_send_exit(router, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(ear, caf::exit_reason::user_shutdown);
    router = nullptr;
    ear = nullptr;
    shards.clear();
    self->await_all_other_actors_done();
  }

  unsigned owner_of(const destination_hash& hash) const {
    return shard_of(hash.data(), config.hash_secret, shard_count);
  }
  void hear(const destination& announced) {
    intake_config way_in;
    way_in.identity = config.identity;
    way_in.shard_count = shard_count;
    const auto memory = std::make_shared<octet_string>(announced.packet(0));
    const auto taken = intake(way_in).take(*memory);
    REQUIRE(taken);
    auto batch = std::make_shared<packet_batch>();
    batch->from = from;
    batch->memory = memory;
    batch->packets.push_back(taken->packet);
    self->send(shards[taken->shard], packet_batch_ptr(std::move(batch)));
  }

  caf::actor_system_config system_config;
  caf::actor_system system{system_config};
  caf::scoped_actor self{system};
  router_config config;
  inbox<announce_round_ptr> rounds;
  const interface_id from = interface_id::make(1, 1), to = interface_id::make(2, 1);
  interface_actor ear = system.spawn([this]() -> interface_actor::behavior_type {
    return {[](const egress_batch_ptr&) {},
            [this](const announce_round_ptr& round) { rounds.put(round); },
            [](const gate_report_ptr&) {},
            [](const shards_changed&) {},
            [](detach_atom, duration) {},
            [](drop_queue_atom) {},
            [](status_atom) -> interface_report_ptr { return std::make_shared<interface_report>(); }};
  });
  router_supervisor router;
  std::vector<shard_actor> shards;
};

}  // namespace

TEST_CASE("what all shards have to announce at one moment leaves in one round, in order") {
  rounds_rig r;
  router_world::seeded random(1);
  std::set<destination_hash> missing;
  for (int i = 0; i < 64; ++i) {
    const destination announced(random);
    missing.insert(announced.hash);
    r.hear(announced);
  }
  std::set<unsigned> owners_at_once;
  while (!missing.empty() || owners_at_once.size() < 2) {
    const auto round = r.rounds.next();
    const auto before = [](const announce_transmit& a, const announce_transmit& b) {
      return std::tie(a.hops, a.destination) < std::tie(b.hops, b.destination);
    };
    CHECK(std::is_sorted(round->announces.begin(), round->announces.end(), before));
    std::set<unsigned> owners;
    for (const auto& one : round->announces) {
      missing.erase(one.destination);
      owners.insert(r.owner_of(one.destination));
    }
    if (owners.size() > owners_at_once.size())
      owners_at_once = owners;
  }
}
