#include "messages/latency_histogram.hpp"

#include "tests/unit/catch.hpp"

using namespace plexus;
using namespace std::chrono_literals;

TEST_CASE("a time on a bound counts below it, one behind it above") {
  latency_histogram h;
  h.observe(1us);
  h.observe(1us + 1ns);
  h.observe(50s);
  h.observe(51s);
  h.observe(-1s);
  CHECK(h.counts()[0] == 2);
  CHECK(h.counts()[1] == 1);
  CHECK(h.counts()[latency_histogram::bounds.size() - 1] == 1);
  CHECK(h.counts().back() == 1);
  CHECK(h.count() == 5);
  CHECK(h.sum() == 101s + 2us + 1ns);
}

TEST_CASE("bounds rise by one, two and five") {
  CHECK(latency_histogram::bounds[3] == 10us);
  CHECK(latency_histogram::bounds[4] == 20us);
  CHECK(latency_histogram::bounds.back() == 50s);
  CHECK(std::is_sorted(latency_histogram::bounds.begin(), latency_histogram::bounds.end()));
}

TEST_CASE("histograms add up") {
  latency_histogram a, b;
  a.observe(3ms);
  b.observe(3ms);
  b.observe(7s);
  a += b;
  CHECK(a.count() == 3);
  CHECK(a.sum() == 7s + 6ms);
  CHECK(a.counts()[11] == 2);
}
