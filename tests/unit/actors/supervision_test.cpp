// What a node loses when one of its actors is killed in the midst of its work.
#include "actors/supervision/child_spec.hpp"
#include "storage/state/state_directory.hpp"
#include "tests/unit/actors/node_rig.hpp"
#include "tests/unit/actors/supervised_rig.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/storage/temporary_directory.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

using namespace plexus;
using namespace plexus::test;
using namespace std::chrono_literals;

namespace {

using echo = caf::typed_actor<caf::replies_to<int>::with<int>, caf::reacts_to<std::string>>;

struct echo_memory {
  int asked = 0;
  std::string told;
};
struct echo_state : kept_state<echo_memory>::life {};

/// Fails when it is asked for 0, and ends when asked for -1.
echo::behavior_type echo_behavior(echo::stateful_pointer<echo_state> self, const kept_state<echo_memory>& memories) {
  auto& s = self->state;
  s.take_over(memories);
  return {
      [self, &s](int asked) -> caf::result<int> {
        if (asked < 0)
          self->quit();
        if (asked == 0) {
          self->quit(caf::sec::runtime_error);
          return caf::make_error(caf::sec::runtime_error);
        }
        return s.asked += asked;
      },
      [&s](const std::string& told) { s.told = told; },
  };
}

struct echo_rig {
  caf::actor_system_config config;
  caf::actor_system system{config};
  restart_count restarts = std::make_shared<tally>();
  caf::scoped_actor self{system};

  echo start(const restart_limits& limits = {}) {
    child_spec spec;
    spec.name = "echo";
    spec.restarts = restarts;
    spec.limits = limits;
    spec.start = [memories = kept_state<echo_memory>({})](caf::actor_system& in, const caf::actor&) {
      return caf::actor_cast<caf::actor>(in.spawn(echo_behavior, memories));
    };
    return caf::actor_cast<echo>(supervise(system, std::move(spec)));
  }
  /// Nothing: an error.
  std::optional<int> ask(const echo& whom, int what) {
    std::optional<int> answer;
    self->request(whom, 20s, what).receive([&](int a) { answer = a; }, [](const caf::error&) {});
    return answer;
  }
  /// How it ended, if it does so in time.
  std::optional<caf::error> end_of(const echo& whom) {
    std::optional<caf::error> reason;
    self->monitor(whom);
    self->receive([&](const caf::down_msg& down) { reason = down.reason; }, caf::after(20s) >> [] {});
    return reason;
  }
};

/// Hears of all interfaces, and of who they are.
class interface_watch {
public:
  explicit interface_watch(node& of)
      : actor_(of.system().spawn([this]() -> interface_watcher::behavior_type {
          return {[this](const interface_known& known) {
                    const std::lock_guard lock(mutex_);
                    actors_[known.facts->name] = known.actor;
                  },
                  [](const interface_gone&) {}, [](const shard_started&) {}};
        })) {
    caf::anon_send(of.interfaces(), interface_watcher(actor_));
  }
  ~interface_watch() { caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown); }

  interface_actor find(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = actors_.find(name);
    return found == actors_.end() ? interface_actor() : found->second;
  }

private:
  std::mutex mutex_;
  std::map<std::string, interface_actor> actors_;
  interface_watcher actor_;
};

/// Packets from one client to another, never more than a window of them on their way. Packets that are lost show as a
/// window that does not empty.
class flow {
public:
  static constexpr std::size_t window = 64;

  flow(client& from, client& to) : from_(from), to_(to) {}

  /// Sends so many, and counts as lost what is under way when nothing has come for two seconds. How many were lost.
  std::size_t send(std::size_t count) {
    const auto goal = sent_ + count, lost_before = lost_;
    auto heard_at = std::chrono::steady_clock::now();
    auto had = to_.received;
    while (sent_ < goal || under_way() > 0) {
      octet_string burst;
      for (; sent_ < goal && under_way() < window; ++sent_)
        append(burst, numbered(to_.destination, sent_));
      from_.send(burst);
      REQUIRE(to_.read());
      const auto time = std::chrono::steady_clock::now();
      if (std::exchange(had, to_.received) != to_.received) {
        heard_at = time;
      } else if (time - heard_at > 2s) {
        lost_ += under_way();
        heard_at = time;
      }
      std::this_thread::yield();
    }
    return lost_ - lost_before;
  }

private:
  std::size_t under_way() const { return sent_ - std::min(sent_, to_.received + lost_); }

  client& from_;
  client& to_;
  std::size_t sent_ = 0, lost_ = 0;
};

}  // namespace

TEST_CASE("a child that dies is started again under its handle and goes on with its memory") {
  echo_rig r;
  const auto front = r.start();
  CHECK(r.ask(front, 3) == 3);
  CHECK_FALSE(r.ask(front, 0));
  CHECK(eventually([&] { return r.ask(front, 4) == 7; }));
  CHECK(*r.restarts == 1);
  caf::anon_send_exit(front, caf::exit_reason::user_shutdown);
  const auto reason = r.end_of(front);
  REQUIRE(reason);
  CHECK((*reason == caf::exit_reason::user_shutdown));
}

TEST_CASE("a child that ends by itself is not started again") {
  echo_rig r;
  const auto front = r.start();
  r.ask(front, -1);
  const auto reason = r.end_of(front);
  REQUIRE(reason);
  CHECK_FALSE(*reason);
  CHECK(*r.restarts == 0);
}

TEST_CASE("a child that dies too often takes its supervisor along") {
  echo_rig r;
  restart_limits limits;
  limits.restarts_max = 2;
  limits.backoff_first = 1ms;
  const auto front = r.start(limits);
  CHECK(eventually([&] {
    r.ask(front, 0);
    return *r.restarts == 3;
  }));
  const auto reason = r.end_of(front);
  REQUIRE(reason);
  CHECK((*reason == caf::sec::runtime_error));
}

TEST_CASE("any actor may be killed under load, and at most the packets on their way are lost") {
  const temporary_directory directory;
  const state_directory state(directory.path());
  REQUIRE_FALSE(state.prepare());
  rig r([&](node_setup& setup) {
    setup.state = state;
    setup.config_directory = directory.path();
    setup.config.metrics.enabled = true;
    setup.config.metrics.port = 0;
  });
  client source(r.port_a), sink(r.port_b);
  sink.send(announce_for(sink.destination, 41));
  REQUIRE(eventually([&] { return r.knows(sink.destination); }));
  flow packets(source, sink);
  REQUIRE(packets.send(500) == 0);

  // No packet goes through these.
  for (const char* supervisor :
       {"control", "files", "storage", "disk", "metrics", "flaps", "router", "interfaces", "interfaces", "router"}) {
    INFO(supervisor);
    const auto victim = child_of(*r.running, supervisor);
    caf::anon_send_exit(victim, caf::exit_reason::kill);
    CHECK(packets.send(500) == 0);
    CHECK(eventually([&] { return child_of(*r.running, supervisor) != victim; }));
    CHECK(packets.send(500) == 0);
  }
  // These carry them. Nothing is learned anew: the path is the one of the first announce.
  for (int round = 0; round < 2; ++round)
    for (const auto& shard : r.running->shards()) {
      caf::anon_send_exit(shard, caf::exit_reason::kill);
      CHECK(packets.send(500) <= flow::window);
      CHECK(packets.send(500) == 0);
    }
  CHECK(r.statuses().size() == 4);
  CHECK_FALSE(r.failed);
}

TEST_CASE("a connection or a listener that is killed is there again for who connects again") {
  rig r;
  client source(r.port_a);
  const auto listener = "TCPServerInterface[B/127.0.0.1:" + std::to_string(std::uint16_t{r.port_b}) + "]";
  auto watch = std::make_unique<interface_watch>(*r.running);
  REQUIRE(eventually([&] { return static_cast<bool>(watch->find(listener)); }));
  for (int round = 0; round < 3; ++round) {
    INFO(round);
    std::unique_ptr<client> sink;
    REQUIRE(eventually([&] {
      if (!accepts(r.port_b))
        return false;
      sink = std::make_unique<client>(r.port_b);
      return true;
    }));
    sink->send(announce_for(sink->destination, 51 + static_cast<std::uint64_t>(round)));
    REQUIRE(eventually([&] { return r.knows(sink->destination); }));
    CHECK(flow(source, *sink).send(500) == 0);
    const auto victim = watch->find(listener);
    kill_and_wait(*r.running, caf::actor_cast<caf::actor>(victim));
    CHECK(eventually([&] { return !sink->read(); }));  // its connections end with it
    CHECK(eventually([&] { return watch->find(listener) != victim; }));
  }
  CHECK(r.online("TCPServerInterface[A/127.0.0.1:" + std::to_string(std::uint16_t{r.port_a}) + "]"));
  CHECK_FALSE(r.failed);
  watch.reset();
}
