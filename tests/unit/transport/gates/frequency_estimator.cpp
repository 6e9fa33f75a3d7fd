#include "transport/gates/frequency_estimator.hpp"

#include "tests/unit/catch.hpp"

using namespace plexus;
using namespace std::chrono_literals;
using direction = frequency_estimator::direction;

namespace {
const instant t0{1h};
}

TEST_CASE("an incoming frequency needs three samples, an outgoing one two") {
  frequency_estimator in(direction::incoming), out(direction::outgoing);
  for (int i = 0; i < 2; ++i) {
    CHECK(in.ask(t0 + 1s) == 0);
    in.note(t0);
    out.note(t0);
  }
  CHECK(in.ask(t0 + 1s) == 0);
  CHECK(out.ask(t0 + 1s) == 2);
  CHECK(out.ask_with_one_more(t0 + 1s) == 3);
  in.note(t0);
  CHECK(in.ask(t0 + 2s) == 1.5);
}

TEST_CASE("the frequency counts the last 48 events") {
  frequency_estimator f(direction::incoming);
  for (int i = 0; i < 100; ++i)
    f.note(t0 + i * 1s);
  CHECK(f.samples() == 48);
  CHECK(f.peek(t0 + 100s) == 1.0);
  f.note(t0 + 100s, 1'000'000'000'000);
  CHECK(f.samples() == 48);
}

TEST_CASE("each question drops one sample when the oldest is older than ten seconds") {
  frequency_estimator f(direction::incoming);
  for (int i = 0; i < 5; ++i)
    f.note(t0);
  CHECK(f.ask(t0 + 10s) == 0.5);
  CHECK(f.samples() == 5);
  CHECK(f.peek(t0 + 20s) == 0.25);
  CHECK(f.samples() == 5);
  CHECK(f.ask(t0 + 20s) == 0.25);
  CHECK(f.samples() == 4);
  for (int i = 0; i < 10; ++i)
    f.ask(t0 + 20s);
  CHECK(f.samples() == 2);
  CHECK(f.ask(t0 + 20s) == 0);
}

TEST_CASE("events of one instant are a high frequency") {
  frequency_estimator f(direction::incoming);
  f.note(t0, 3);
  CHECK(f.ask(t0) == Approx(3e6));
}
