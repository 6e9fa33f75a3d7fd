#include "transport/gates/ingress_control.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/transport/gates/recorded.hpp"
#include "transport/gates/egress_control.hpp"
#include "transport/gates/held_announces.hpp"

using namespace plexus;
using namespace plexus::test;
using namespace std::chrono_literals;

namespace {

const instant t0{100h};

/// Announces, one each `gap`, the last one at `end`; each evaluated.
bool flood(ingress_control& c, instant begin, instant end, duration gap) {
  bool limited = false;
  for (auto t = begin; t <= end; t += gap) {
    c.on_announce(t);
    limited = c.should_limit_announces(t);
  }
  return limited;
}

ingress_limits limits_from(const nlohmann::json& j) {
  ingress_limits l;
  l.new_time = std::chrono::seconds{j["new_time"].get<int>()};
  l.burst_freq_new = j["burst_freq_new"];
  l.burst_freq = j["burst_freq"];
  l.pr_burst_freq_new = j["pr_burst_freq_new"];
  l.pr_burst_freq = j["pr_burst_freq"];
  l.burst_hold = std::chrono::seconds{j["burst_hold"].get<int>()};
  l.burst_penalty = std::chrono::seconds{j["burst_penalty"].get<int>()};
  l.held_release_interval = std::chrono::seconds{j["held_release_interval"].get<int>()};
  l.held_announces_max = j["max_held_announces"];
  l.egress_control = true;
  l.pr_freq_out = j["ec_pr_freq"];
  return l;
}

void replay(const nlohmann::json& sequence) {
  const auto limits = limits_from(sequence["limits"]);
  ingress_control control(limits, at_tick(0));
  egress_control egress(limits.egress_control, limits.pr_freq_out);
  held_announces held(limits.held_announces_max, 1);
  int number = 0;
  for (const auto& e : sequence["events"]) {
    const auto now = at_tick(e[1]);
    CAPTURE(number, e.dump());
    switch (e[0].get<std::string>()[0]) {
      case 'a': {
        control.on_announce(now);
        const bool limited = control.should_limit_announces(now);
        REQUIRE(limited == (e[4] == 1));
        if (limited)
          held.hold({{}, numbered(e[2]), e[3].get<octet>(), {static_cast<octet>(number)}});
        break;
      }
      case 'k':
        control.on_announce(now);
        break;
      case 'p':
        control.on_path_request(now);
        REQUIRE(control.should_limit_path_requests(now) == (e[2] == 1));
        break;
      case 'o':
        egress.on_path_request_sent(now);
        break;
      case 'e':
        REQUIRE(egress.should_limit(now) == (e[2] == 1));
        break;
      case 'q':
        control.age(now);
        REQUIRE(egress.frequency(now) == Approx(e[2].get<double>()).margin(1e-8));
        egress.age(now);
        break;
      case 'j': {
        control.on_job(now);
        int released = -1;
        if (!held.empty() && control.release_one(now))
          released = held.release()->packet[0];
        REQUIRE(released == e[2]);
        REQUIRE(held.size() == e[3]);
        break;
      }
    }
    ++number;
  }
}

}  // namespace

TEST_CASE("ingress and egress control decide as the reference does in random sequences") {
  const auto& sequences = recorded_gates()["ingress"];
  REQUIRE(sequences.size() >= 200);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    CAPTURE(i);
    replay(sequences[i]);
  }
}

TEST_CASE("a new interface is in burst above 3 announces a second, an old one above 10") {
  ingress_control fresh({}, t0), old({}, t0 - 2h), old_at_ten({}, t0 - 2h);
  CHECK(flood(fresh, t0, t0 + 2s, 200ms));
  CHECK_FALSE(flood(old, t0, t0 + 2s, 200ms));
  CHECK(flood(old_at_ten, t0, t0 + 2s, 50ms));
}

TEST_CASE("an interface stops being new after two hours") {
  ingress_control almost({}, t0 - 2h + 10s), just({}, t0 - 2h);
  CHECK(flood(almost, t0, t0 + 2s, 200ms));
  CHECK_FALSE(flood(just, t0, t0 + 2s, 200ms));
}

TEST_CASE("a burst of announces lasts 15 seconds beyond the last evaluation at which it was too fast") {
  ingress_control c({}, t0);
  REQUIRE(flood(c, t0, t0 + 1s, 100ms));
  CHECK(*c.announce_burst().activated() == t0 + 200ms);
  c.on_job(t0 + 2s);  // 11 in 2 s: still too fast
  CHECK(c.should_limit_announces(t0 + 17s));
  CHECK(c.announce_burst().active());
  CHECK(c.should_limit_announces(t0 + 17s + 1ns));
  CHECK_FALSE(c.announce_burst().active());
  CHECK_FALSE(c.should_limit_announces(t0 + 17s + 2ns));
}

TEST_CASE("a burst of path requests ends at the fourth quiet evaluation after the hold") {
  ingress_control c({}, t0);
  for (int i = 0; i < 10; ++i)
    c.on_path_request(t0 + i * 10ms);
  REQUIRE(c.should_limit_path_requests(t0 + 100ms));
  for (int i = 0; i < 3; ++i) {
    CHECK(c.should_limit_path_requests(t0 + 20s));
    CHECK(c.path_request_burst().active());
  }
  CHECK(c.should_limit_path_requests(t0 + 20s));
  CHECK_FALSE(c.path_request_burst().active());
  CHECK_FALSE(c.should_limit_path_requests(t0 + 20s));
}

TEST_CASE("a loud evaluation starts the cooldown of path requests again") {
  ingress_control c({}, t0);
  c.on_path_request(t0, 10);
  REQUIRE(c.should_limit_path_requests(t0));
  c.on_job(t0 + 20s);
  c.on_job(t0 + 20s);
  c.on_path_request(t0 + 20s, 48);
  c.on_job(t0 + 20s);
  for (int i = 0; i < 4; ++i) {
    CHECK(c.path_request_burst().active());
    c.on_job(t0 + 60s);
  }
  CHECK_FALSE(c.path_request_burst().active());
}

TEST_CASE("the first release comes after the penalty, the next ones after the interval") {
  ingress_limits limits;
  limits.burst_penalty = 30s;
  ingress_control c(limits, t0);
  REQUIRE(flood(c, t0, t0 + 200ms, 100ms));
  const auto started = t0 + 200ms;
  CHECK_FALSE(c.release_one(started + 30s));
  CHECK(c.release_one(started + 30s + 1ns));
  CHECK_FALSE(c.release_one(started + 35s + 1ns));
  CHECK(c.release_one(started + 35s + 2ns));
}

TEST_CASE("without ingress control nothing is limited") {
  ingress_limits limits;
  limits.announces = limits.path_requests = false;
  ingress_control c(limits, t0);
  c.on_path_request(t0, 48);
  CHECK_FALSE(flood(c, t0, t0 + 1s, 10ms));
  CHECK_FALSE(c.should_limit_path_requests(t0));
}

TEST_CASE("egress control passes path requests while it is off") {
  egress_control off(false, 5), on(true, 5);
  for (auto* e : {&off, &on})
    e->on_path_request_sent(t0, 40);
  CHECK_FALSE(off.should_limit(t0 + 1s));
  CHECK(on.should_limit(t0 + 1s));
}
