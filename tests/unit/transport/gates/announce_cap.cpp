#include "transport/gates/announce_cap.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/transport/gates/recorded.hpp"

using namespace plexus;
using namespace plexus::test;
using namespace std::chrono_literals;
using admission = announce_cap::admission;

namespace {

const instant t0{1h};

announce_transmit announce(unsigned destination, octet hops, std::uint64_t emitted, std::size_t size = 100) {
  announce_transmit a;
  a.packet = std::make_shared<octet_string>(size);
  a.destination = numbered(destination);
  a.hops = hops;
  a.emitted = emitted;
  return a;
}

/// 100 octets take 1 s of 2 % of 40 kbit/s.
announce_cap one_a_second() {
  return {0.02, 40'000, 1};
}

void replay(const nlohmann::json& sequence) {
  announce_cap cap(sequence["share"], sequence["bitrate"], 1);
  std::map<const octet_string*, int> numbers;
  for (const auto& e : sequence["events"]) {
    const auto now = at_tick(e[1]);
    CAPTURE(e.dump());
    if (e[0] == "d") {
      REQUIRE(cap.next_deadline() == now);
      const auto packet = cap.drain(now);
      REQUIRE(packet);
      REQUIRE(numbers.at(packet->get()) == e[2]);
    } else if (e[0] == "r") {
      REQUIRE(cap.book_path_request(e[2], now) == (e[3] == 1));
    } else {
      REQUIRE(cap.next_deadline() > now);
      const auto offered = announce(e[2], e[3].get<octet>(), e[4], e[5]);
      static std::vector<announce_packet> kept_alive;
      kept_alive.push_back(offered.packet);
      numbers[offered.packet.get()] = e[6];
      REQUIRE((cap.offer(offered, now) == admission::send_now) == (e[7] == e[6]));
      REQUIRE(cap.queued() == e[8]);
    }
  }
}

}  // namespace

TEST_CASE("announces leave in the order and at the times that the reference sends them") {
  for (const auto& sequence : recorded_gates()["cap"])
    replay(sequence);
}

TEST_CASE("the first announce goes at once, the next when its time is paid for") {
  auto cap = one_a_second();
  CHECK(cap.offer(announce(1, 1, 1), t0) == admission::send_now);
  CHECK(cap.offer(announce(2, 1, 1), t0 + 100ms) == admission::queued);
  CHECK(cap.next_deadline() == t0 + 1s);
  CHECK_FALSE(cap.drain(t0 + 1s - 1ns));
  CHECK(cap.drain(t0 + 1s));
  CHECK_FALSE(cap.drain(t0 + 1s));
  CHECK(cap.next_deadline() == instant::max());
  CHECK(cap.offer(announce(3, 1, 1), t0 + 2s) == admission::queued);
  CHECK(cap.drain(t0 + 2s));
}

TEST_CASE("who drains late gets what was due meanwhile, but no more than a tenth of a second's worth") {
  announce_cap cap(0.02, 4'000'000, 1);  // 100 octets take 10 ms
  for (unsigned i = 0; i < 40; ++i)
    cap.offer(announce(i, 1, 1), t0);
  const auto drained = [&](instant now) {
    int packets = 0;
    while (cap.drain(now))
      ++packets;
    return packets;
  };
  CHECK(drained(t0 + 50ms) == 5);
  CHECK(cap.next_deadline() == t0 + 60ms);
  CHECK(drained(t0 + 65ms) == 1);
  CHECK(drained(t0 + 1s) == 11);  // 100 ms of the 935 that it came late, and the one that was due
}

TEST_CASE("a queued announce is replaced by a newer emission and by no other") {
  auto cap = one_a_second();
  cap.offer(announce(1, 1, 1), t0);
  const auto older = announce(2, 1, 10), newer = announce(2, 4, 11), between = announce(3, 3, 1);
  CHECK(cap.offer(older, t0) == admission::queued);
  CHECK(cap.offer(between, t0) == admission::queued);
  CHECK(cap.offer(announce(2, 1, 10), t0) == admission::refused);
  CHECK(cap.offer(newer, t0) == admission::queued);
  CHECK(cap.queued() == 2);
  CHECK(*cap.drain(t0 + 1s) == between.packet);
  CHECK(*cap.drain(t0 + 2s) == newer.packet);
}

TEST_CASE("4096 destinations wait, the next is refused, and a newer emission still replaces") {
  auto cap = one_a_second();
  cap.offer(announce(0, 1, 1), t0);
  for (unsigned i = 1; i <= announce_cap::queued_max; ++i)
    REQUIRE(cap.offer(announce(i, 1, 1), t0) == admission::queued);
  CHECK(cap.offer(announce(5000, 1, 1), t0) == admission::refused);
  CHECK(cap.refused() == 1);
  CHECK(cap.offer(announce(7, 1, 2), t0) == admission::queued);
  CHECK(cap.queued() == announce_cap::queued_max);
  CHECK(cap.clear() == announce_cap::queued_max);
  CHECK(cap.next_deadline() == instant::max());
}

TEST_CASE("announces that waited longer than three hours are not sent") {
  announce_cap cap(0.02, 5, 1);  // 100 octets take 8000 s
  cap.offer(announce(1, 1, 1), t0);
  cap.offer(announce(2, 1, 1), t0);
  cap.offer(announce(3, 1, 1), t0);
  CHECK(cap.drain(t0 + 8000s));
  CHECK_FALSE(cap.drain(t0 + 16000s));
  CHECK(cap.expired() == 1);
  CHECK(cap.queued() == 0);
}

TEST_CASE("a recursive path request books its time and is not sent while announces wait or time is booked") {
  auto cap = one_a_second();
  CHECK(cap.book_path_request(50, t0));
  CHECK_FALSE(cap.book_path_request(50, t0 + 500ms - 1ns));
  CHECK(cap.book_path_request(50, t0 + 500ms));
  cap.offer(announce(1, 1, 1), t0 + 600ms);
  CHECK_FALSE(cap.book_path_request(50, t0 + 10s));
  CHECK(cap.drain(t0 + 10s));
  CHECK_FALSE(cap.book_path_request(50, t0 + 10s));
  CHECK(cap.book_path_request(50, t0 + 11s));
}

TEST_CASE("an interface of unknown bitrate queues until its bitrate is known") {
  announce_cap cap(0.02, 0, 1);
  CHECK(cap.offer(announce(1, 1, 1), t0) == admission::queued);
  CHECK_FALSE(cap.book_path_request(50, t0));
  CHECK(cap.next_deadline() == instant::max());
  cap.set_bitrate(40'000, t0 + 1s);
  CHECK(cap.next_deadline() == t0 + 1s);
  CHECK(cap.drain(t0 + 1s));
}
