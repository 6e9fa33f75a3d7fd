#include "transport/gates/path_request_tables.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/transport/gates/recorded.hpp"

using namespace plexus;
using plexus::test::numbered;
using namespace std::chrono_literals;
using course = inflight_path_requests::course;

namespace {

const instant t0{1h};
constexpr interface_id first{1}, second{2};

octet_string tag_of(unsigned number) {
  octet_string tag(16);
  std::memcpy(tag.data(), &number, sizeof number);
  return tag;
}

}  // namespace

TEST_CASE("the wait for an answer is two full packets at the slowest bitrate and six seconds") {
  CHECK(medium_path_timeout(0) == 0s);
  CHECK(seconds_of(medium_path_timeout(10'000'000)) == Approx(6.0008));
  CHECK(medium_path_timeout(1) == medium_path_timeout(5));
  CHECK(medium_path_timeout(5) == 1606s);
}

TEST_CASE("path requests of local clients are never in the limited class") {
  CHECK(path_request_class(true, true) == traffic_class::path_request);
  CHECK(path_request_class(false, true) == traffic_class::limited);
  CHECK(path_request_class(false, false) == traffic_class::path_request);
}

TEST_CASE("a path request is new once for each destination and tag") {
  path_request_tags tags(1);
  CHECK(tags.remember(numbered(1), tag_of(1)));
  CHECK_FALSE(tags.remember(numbered(1), tag_of(1)));
  CHECK(tags.remember(numbered(1), tag_of(2)));
  CHECK(tags.remember(numbered(2), tag_of(1)));
}

TEST_CASE("tags of different length differ, and octets beyond the sixteenth do not count") {
  path_request_tags tags(1);
  octet_string tag(17);
  CHECK(tags.remember(numbered(1), octets(tag).first(1)));
  CHECK(tags.remember(numbered(1), octets(tag).first(2)));
  CHECK(tags.remember(numbered(1), octets(tag).first(16)));
  tag[16] = 9;
  CHECK_FALSE(tags.remember(numbered(1), tag));
}

TEST_CASE("at least the last 16000 tags are known, and never more than twice as many") {
  path_request_tags tags(1);
  for (unsigned i = 0; i < 100'000; ++i) {
    REQUIRE(tags.remember(numbered(1), tag_of(i)));
    REQUIRE(tags.size() <= 32'001);
  }
  for (unsigned i = 84'000; i < 100'000; ++i)
    REQUIRE_FALSE(tags.remember(numbered(1), tag_of(i)));
  CHECK(tags.remember(numbered(1), tag_of(0)));
}

TEST_CASE("requests are merged for 45 seconds after a search went out, and not before") {
  inflight_path_requests inflight(8, 1);
  CHECK(inflight.course_of(numbered(1), false, t0) == course::search);
  CHECK(inflight.course_of(numbered(1), false, t0) == course::search);
  inflight.on_search(numbered(1), t0, 6s);
  CHECK(inflight.course_of(numbered(1), false, t0 + 45s) == course::merge);
  CHECK(inflight.course_of(numbered(1), false, t0 + 45s + 1ns) == course::search);
}

TEST_CASE("a local client's request goes through again 20 seconds after the last search") {
  inflight_path_requests inflight(8, 1);
  inflight.on_search(numbered(1), t0, 6s);
  CHECK(inflight.course_of(numbered(1), true, t0 + 20s - 1ns) == course::merge);
  CHECK(inflight.course_of(numbered(1), true, t0 + 20s) == course::search);
  inflight.on_search(numbered(1), t0 + 20s, 6s);
  CHECK(inflight.course_of(numbered(1), true, t0 + 30s) == course::merge);
}

TEST_CASE("an answer ends a search, and a slow medium prolongs it") {
  inflight_path_requests inflight(8, 1);
  inflight.on_search(numbered(1), t0, 1606s);
  CHECK(inflight.course_of(numbered(1), false, t0 + 1606s) == course::merge);
  CHECK(inflight.resolve(numbered(1)));
  CHECK_FALSE(inflight.resolve(numbered(1)));
  CHECK(inflight.course_of(numbered(1), false, t0 + 1s) == course::search);
}

TEST_CASE("searches expire in their order, and a full table forgets the oldest") {
  inflight_path_requests inflight(100, 1);
  for (unsigned i = 0; i <= 100; ++i)
    inflight.on_search(numbered(i), t0 + i * 1s, 0s);
  CHECK(inflight.size() == 100);
  CHECK(inflight.course_of(numbered(0), false, t0 + 1s) == course::search);
  CHECK(inflight.course_of(numbered(1), false, t0 + 2s) == course::merge);
  CHECK(inflight.expire(t0 + 55s) == 9);
  CHECK(inflight.expire(t0 + 1h) == 91);
}

TEST_CASE("all who asked are there when the announce comes, each once") {
  discovery_requests waiting(8, 1);
  waiting.on_search(numbered(1), first, t0, 6s);
  waiting.on_merge(numbered(1), second, t0 + 1s, 6s);
  waiting.on_merge(numbered(1), second, t0 + 2s, 6s);
  CHECK(waiting.waits_for(numbered(1), t0 + 2s));
  CHECK(waiting.take(numbered(1), t0 + 3s) == std::vector{first, second});
  CHECK(waiting.take(numbered(1), t0 + 3s).empty());
}

TEST_CASE("those who asked are forgotten after 15 seconds; merging does not prolong it, a new search does") {
  discovery_requests waiting(8, 1);
  waiting.on_search(numbered(1), first, t0, 6s);
  waiting.on_merge(numbered(1), second, t0 + 10s, 6s);
  CHECK(waiting.waits_for(numbered(1), t0 + 15s));
  CHECK_FALSE(waiting.waits_for(numbered(1), t0 + 15s + 1ns));
  CHECK(waiting.take(numbered(1), t0 + 16s).empty());
  waiting.on_merge(numbered(1), second, t0 + 20s, 6s);
  waiting.on_search(numbered(1), first, t0 + 30s, 6s);
  CHECK(waiting.take(numbered(1), t0 + 45s) == std::vector{second, first});
}

TEST_CASE("one who merges after the wait of others is over waits anew") {
  discovery_requests waiting(8, 1);
  waiting.on_search(numbered(1), first, t0, 6s);
  waiting.on_merge(numbered(1), second, t0 + 16s, 6s);
  CHECK(waiting.take(numbered(1), t0 + 31s) == std::vector{second});
}

TEST_CASE("of one destination's askers 64 are served, and a full table forgets the oldest destination") {
  discovery_requests waiting(100, 1);
  for (std::uint32_t i = 1; i <= 70; ++i)
    waiting.on_merge(numbered(0), {i}, t0, 0s);
  for (unsigned i = 1; i < 100; ++i)
    waiting.on_search(numbered(i), first, t0, 0s);
  CHECK(waiting.size() == 100);
  CHECK(waiting.take(numbered(0), t0).size() == 64);
  waiting.on_search(numbered(100), first, t0, 0s);
  waiting.on_search(numbered(101), first, t0, 0s);
  CHECK(waiting.size() == 100);
  CHECK_FALSE(waiting.waits_for(numbered(1), t0));
  CHECK(waiting.expire(t0 + 15s + 1ns) == 100);
}

TEST_CASE("what we asked for is known for 45 seconds") {
  asked_paths asked(2, 1);
  asked.on_request(numbered(1), t0);
  CHECK(asked.asked_within(numbered(1), 20s, t0 + 20s));
  CHECK_FALSE(asked.asked_within(numbered(1), 20s, t0 + 21s));
  CHECK(asked.asked_within(numbered(1), 1h, t0 + 45s));
  CHECK_FALSE(asked.asked_within(numbered(1), 1h, t0 + 46s));
  asked.on_request(numbered(2), t0 + 1s);
  asked.on_request(numbered(1), t0 + 2s);
  asked.on_request(numbered(3), t0 + 3s);
  CHECK_FALSE(asked.asked_within(numbered(2), 20s, t0 + 3s));
  CHECK(asked.expire(t0 + 47s + 1ns) == 1);
  CHECK(asked.size() == 1);
}

TEST_CASE("the node's own requests go out one each half second, one for each destination, and at most 32 wait") {
  path_request_queue queue;
  CHECK(queue.next_deadline() == instant::max());
  for (unsigned i = 0; i < 32; ++i)
    CHECK(queue.push(numbered(i), second, t0));
  CHECK_FALSE(queue.push(numbered(3), first, t0));
  CHECK_FALSE(queue.push(numbered(32), first, t0));
  for (unsigned i = 0; i < 32; ++i) {
    const auto due = t0 + (i + 1) * 500ms;
    CHECK(queue.next_deadline() == due);
    CHECK_FALSE(queue.take_due(due - 1ns));
    CHECK(queue.take_due(due)->destination == numbered(i));
  }
  CHECK(queue.next_deadline() == instant::max());
  CHECK(queue.push(numbered(3), {}, t0 + 1min));
  CHECK(queue.next_deadline() == t0 + 1min + 500ms);
}

TEST_CASE("the first announce after a question answers it, and the time it took is known once") {
  asked_paths asked(2, 1);
  asked.on_request(numbered(1), t0);
  CHECK(asked.on_answer(numbered(2), t0 + 1s) == std::nullopt);
  CHECK(asked.on_answer(numbered(1), t0 + 3s) == duration(3s));
  CHECK(asked.on_answer(numbered(1), t0 + 4s) == std::nullopt);
  asked.on_request(numbered(1), t0 + 5s);
  CHECK(asked.on_answer(numbered(1), t0 + 6s) == duration(1s));
}
