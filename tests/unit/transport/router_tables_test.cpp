// The tables of a router shard, each by itself.
#include "tests/unit/catch.hpp"
#include "transport/router/duplicate_filter.hpp"
#include "transport/router/flow_table.hpp"
#include "transport/router/pending_announces.hpp"
#include "transport/router/pending_links.hpp"
#include "transport/router/reverse_ring.hpp"
#include "transport/router/tunnel_table.hpp"

#include <map>
#include <random>
#include <set>

namespace plexus {
namespace {

bool never(const destination_hash&, const tunnel_path&) {
  return false;
}

using namespace std::chrono_literals;

constexpr std::uint64_t secret = 0x1234567890abcdef;
const instant t0{1h};
const auto wifi = interface_id::make(1, 1), radio = interface_id::make(2, 1), tcp = interface_id::make(3, 1);

address numbered(std::uint64_t number) {
  address a;
  const auto mixed = number * 0x9e3779b97f4a7c15ULL;
  std::memcpy(a.data(), &number, 8);
  std::memcpy(a.data() + 8, &mixed, 8);
  return a;
}

destination_hash destination(std::uint64_t number) {
  return rename<destination_hash>(numbered(number));
}

flow_entry& add(flow_table& flows, std::uint64_t number, flow_kind kind, instant touched = t0) {
  auto& entry = flows.insert(numbered(number));
  entry.kind = kind;
  entry.touched = touched;
  return entry;
}

pending_announce rebroadcast(instant due) {
  pending_announce p;
  p.due = due;
  p.hops = 2;
  return p;
}

pending_announce answer(instant due, interface_id only_on) {
  pending_announce p;
  p.due = due;
  p.retries = 1;
  p.path_response = true;
  p.only_on = only_on;
  return p;
}

/// Each transmission with its time, in quarter seconds.
std::vector<std::pair<duration, bool>> transmissions(pending_announces& pending, instant until) {
  std::vector<std::pair<duration, bool>> sent;
  for (auto now = t0; now <= until; now += 250ms)
    for (const auto& due : pending.take_due(now))
      sent.emplace_back(now - t0, due.entry.path_response);
  return sent;
}

pending_link link_due(std::uint64_t number, instant deadline) {
  pending_link l;
  l.link = rename<link_id>(numbered(number));
  l.proof_deadline = deadline;
  return l;
}

tunnel_id tunnel_of(std::uint64_t number) {
  tunnel_id t;
  std::memcpy(t.data(), &number, 8);
  return t;
}

}  // namespace

TEST_CASE("a flow table agrees with a map over random insertions and removals") {
  std::mt19937_64 random(7);
  flow_table flows(1u << 14, secret, [](const flow_entry&) { FAIL("nothing has to give way"); });
  std::map<std::uint64_t, octet> model;
  for (int step = 0; step < 60000; ++step) {
    const auto number = random() % 6000;
    if (random() % 5 < 3) {
      auto& entry = flows.insert(numbered(number));
      REQUIRE((entry.kind == flow_kind::empty) == !model.contains(number));
      entry.kind = flow_kind::path;
      entry.hops = model[number] = static_cast<octet>(random());
    } else {
      flows.erase(numbered(number));
      model.erase(number);
    }
    REQUIRE(flows.size() == model.size());
    const auto asked = random() % 6000;
    const auto* found = flows.find(numbered(asked));
    const auto expected = model.find(asked);
    REQUIRE((found != nullptr) == (expected != model.end()));
    if (found)
      REQUIRE(found->hops == expected->second);
  }
  for (const auto& [number, hops] : model)
    REQUIRE(flows.find(numbered(number))->hops == hops);
}

TEST_CASE("a flow table grows while it has room and keeps everything") {
  flow_table flows(100000, secret, [](const flow_entry&) { FAIL("nothing has to give way"); });
  for (std::uint64_t i = 0; i < 100000; ++i)
    add(flows, i, flow_kind::path).record = static_cast<std::uint32_t>(i);
  CHECK(flows.size() == 100000);
  CHECK(flows.slots() * 2 >= flows.size() * 3);
  for (std::uint64_t i = 0; i < 100000; ++i)
    REQUIRE(flows.find(numbered(i))->record == i);
}

TEST_CASE("an insertion into a full flow table replaces one idle neighbour") {
  std::set<std::uint32_t> evicted;
  flow_table flows(3000, secret, [&](const flow_entry& e) { evicted.insert(e.record); });
  for (std::uint32_t i = 0; i < 3000; ++i)
    add(flows, i, flow_kind::path, t0 + std::chrono::seconds{i}).record = i;
  for (std::uint32_t i = 3000; i < 6000; ++i)
    add(flows, i, flow_kind::path, t0 + std::chrono::seconds{i}).record = i;
  CHECK(flows.size() == 3000);
  CHECK(evicted.size() == 3000);
  std::size_t old = 0;
  for (const auto record : evicted)
    old += record < 3000;
  CHECK(old > 2200);  // the idlest of a neighbourhood, so mostly the first half
  for (const auto record : evicted)
    CHECK_FALSE(flows.find(numbered(record)));
}

TEST_CASE("local destinations never give way") {
  flow_table flows(1000, secret, [](const flow_entry& e) { CHECK(e.kind != flow_kind::local); });
  for (std::uint64_t i = 0; i < 500; ++i)
    add(flows, i, flow_kind::local);
  for (std::uint64_t i = 500; i < 5000; ++i)
    add(flows, i, flow_kind::link, t0 + 1s);
  for (std::uint64_t i = 0; i < 500; ++i)
    REQUIRE(flows.find(numbered(i)));
  CHECK(flows.size() == 1000);
}

TEST_CASE("a packet is known at its second arrival") {
  duplicate_filter heard(1000);
  CHECK(heard.insert(42));
  CHECK_FALSE(heard.insert(42));
  CHECK(heard.contains(42));
  CHECK_FALSE(heard.contains(43));
  heard.forget(42);
  CHECK(heard.insert(42));
}

TEST_CASE("the fingerprint zero is as good as any other") {
  duplicate_filter heard(1000);
  CHECK_FALSE(heard.contains(0));
  CHECK(heard.insert(0));
  CHECK_FALSE(heard.insert(0));
}

TEST_CASE("what was forgotten leaves its place to others, and the rest stays") {
  duplicate_filter heard(4);  // one line
  for (std::uint64_t i = 1; i <= 8; ++i)
    heard.insert(i);
  CHECK(heard.size() == 8);
  heard.forget(5);
  CHECK(heard.size() == 7);
  for (std::uint64_t i = 1; i <= 8; ++i)
    CHECK(heard.contains(i) == (i != 5));
  heard.insert(9);
  CHECK(heard.contains(1));
  heard.insert(10);
  CHECK_FALSE(heard.contains(1));  // the oldest
  CHECK(heard.size() == 8);
}

TEST_CASE("hardly a packet is forgotten while as many others pass as the filter is made for") {
  constexpr std::size_t made_for = 16384;
  std::mt19937_64 random(1);
  duplicate_filter heard(made_for);
  std::vector<std::uint64_t> packets(20 * made_for);
  for (auto& p : packets)
    p = random();
  std::size_t early = 0, late = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    REQUIRE(heard.insert(packets[i]));
    if (i >= made_for / 2)
      early += !heard.contains(packets[i - made_for / 2]);
    if (i >= made_for)
      late += !heard.contains(packets[i - made_for]);
    if (i >= 8 * made_for)
      REQUIRE_FALSE(heard.contains(packets[i - 8 * made_for]));
  }
  CHECK(early < packets.size() / 500);
  CHECK(late < packets.size() / 15);
}

TEST_CASE("a proof finds its way back once") {
  reverse_ring ring(64, secret);
  ring.insert(numbered(1).data(), {wifi, radio}, t0);
  REQUIRE(ring.find(numbered(1).data(), t0 + 1s));
  CHECK_FALSE(ring.find(numbered(2).data(), t0 + 1s));
  const auto taken = ring.take(numbered(1).data(), t0 + 1s);
  REQUIRE(taken);
  CHECK(taken->received_on == wifi);
  CHECK(taken->sent_on == radio);
  CHECK_FALSE(ring.find(numbered(1).data(), t0 + 1s));
  CHECK_FALSE(ring.take(numbered(1).data(), t0 + 1s));
}

TEST_CASE("a way back is forgotten after eight minutes") {
  reverse_ring ring(64, secret);
  ring.insert(numbered(1).data(), {wifi, radio}, t0);
  CHECK(ring.find(numbered(1).data(), t0 + 480s));
  CHECK_FALSE(ring.find(numbered(1).data(), t0 + 481s));
}

TEST_CASE("a full reverse ring holds the newest entries, whatever buckets they share") {
  reverse_ring ring(256, secret);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    ring.insert(numbered(i).data(), {interface_id::make(static_cast<std::uint32_t>(i % 1000), 1), radio}, t0);
    const auto oldest = i < 255 ? 0 : i - 255;
    REQUIRE(ring.find(numbered(oldest).data(), t0));
    REQUIRE(ring.find(numbered(oldest).data(), t0)->received_on.slot() == oldest % 1000);
    if (oldest > 0)
      REQUIRE_FALSE(ring.find(numbered(oldest - 1).data(), t0));
  }
  CHECK(ring.size() == 256);
}

TEST_CASE("of two ways back for one packet the newer counts") {
  reverse_ring ring(64, secret);
  ring.insert(numbered(1).data(), {wifi, radio}, t0);
  ring.insert(numbered(1).data(), {tcp, radio}, t0 + 1s);
  CHECK(ring.take(numbered(1).data(), t0 + 2s)->received_on == tcp);
  CHECK(ring.take(numbered(1).data(), t0 + 2s)->received_on == wifi);
}

TEST_CASE("an announce is rebroadcast twice, five and a half seconds apart") {
  pending_announces pending(10, t0);
  REQUIRE(pending.put(destination(1), rebroadcast(t0 + 300ms)));
  const auto sent = transmissions(pending, t0 + 30s);
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].first == 500ms);
  CHECK(sent[1].first == 6s);
  CHECK(pending.size() == 0);
  CHECK_FALSE(pending.next_deadline());
}

TEST_CASE("an announce of a local client is rebroadcast once") {
  pending_announces pending(10, t0);
  auto once = rebroadcast(t0);
  once.retries = 1;
  REQUIRE(pending.put(destination(1), once));
  CHECK(transmissions(pending, t0 + 30s).size() == 1);
  CHECK(pending.size() == 0);
}

TEST_CASE("a rebroadcast that is replaced keeps to the new time") {
  pending_announces pending(10, t0);
  pending.put(destination(1), rebroadcast(t0 + 200ms));
  pending.put(destination(1), rebroadcast(t0 + 2s));
  const auto sent = transmissions(pending, t0 + 30s);
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].first == 2s);
}

TEST_CASE("answers and a rebroadcast of one destination do not displace each other") {
  pending_announces pending(10, t0);
  pending.put(destination(1), rebroadcast(t0 + 200ms));
  CHECK(pending.put_answer(destination(1), answer(t0 + 400ms, wifi)));
  CHECK(pending.put_answer(destination(1), answer(t0 + 400ms, radio)));
  CHECK(pending.put_answer(destination(1), answer(t0 + 450ms, radio)));  // is answered already
  pending.put(destination(1), rebroadcast(t0 + 300ms));
  const auto sent = transmissions(pending, t0 + 30s);
  CHECK(std::count_if(sent.begin(), sent.end(), [](const auto& s) { return s.second; }) == 2);
  CHECK(sent.size() == 4);
}

TEST_CASE("a full table of pending announces takes nothing more, and recovers") {
  pending_announces pending(100, t0);
  for (std::uint64_t i = 0; i < 100; ++i)
    REQUIRE(pending.put(destination(i), rebroadcast(t0 + 100ms)));
  CHECK_FALSE(pending.put(destination(100), rebroadcast(t0)));
  CHECK_FALSE(pending.put_answer(destination(1), answer(t0, wifi)));
  CHECK(pending.put(destination(5), rebroadcast(t0)));
  transmissions(pending, t0 + 20s);
  CHECK(pending.size() == 0);
  CHECK(pending.put(destination(100), rebroadcast(t0 + 20s)));
}

TEST_CASE("one destination has at most 64 answers waiting") {
  pending_announces pending(1000, t0);
  for (std::uint32_t i = 1; i <= 64; ++i)
    REQUIRE(pending.put_answer(destination(1), answer(t0, interface_id::make(i, 1))));
  CHECK_FALSE(pending.put_answer(destination(1), answer(t0, interface_id::make(65, 1))));
}

TEST_CASE("an interface that goes takes its answers along, wherever they stand in the line") {
  pending_announces pending(10, t0);
  pending.put(destination(1), rebroadcast(t0));
  pending.put_answer(destination(1), answer(t0, wifi));
  pending.put_answer(destination(1), answer(t0, radio));
  pending.put_answer(destination(2), answer(t0, wifi));
  pending.clear_interface(wifi);
  CHECK(pending.size() == 2);
}

TEST_CASE("pending announces catch up after a long sleep") {
  pending_announces pending(10, t0);
  CHECK(pending.take_due(t0 + 24h).empty());
  pending.put(destination(1), rebroadcast(t0 + 24h + 100ms));
  CHECK(pending.take_due(t0 + 24h + 1s).size() == 1);
  CHECK(pending.take_due(t0 + 48h).size() == 1);
  CHECK(pending.size() == 0);
}

TEST_CASE("a link that is proven in time is never overdue") {
  pending_links links;
  const auto early = links.add(link_due(1, t0 + 6s)), late = links.add(link_due(2, t0 + 12s));
  CHECK(links.next_deadline() == t0 + 6s);
  links.remove(early);
  CHECK_FALSE(links.take_overdue(t0 + 11s));
  CHECK(links.take_overdue(t0 + 12s) == late);
  links.remove(late);
  CHECK_FALSE(links.next_deadline());
}

TEST_CASE("a deadline of an earlier life of the entry does not count") {
  pending_links links;
  const auto first = links.add(link_due(1, t0 + 6s));
  links.remove(first);
  CHECK(links.add(link_due(2, t0 + 60s)) == first);
  CHECK_FALSE(links.take_overdue(t0 + 7s));
  CHECK(links.take_overdue(t0 + 60s) == first);
}

TEST_CASE("links that come and go leave no deadlines behind") {
  pending_links links;
  const auto stays = links.add(link_due(0, t0 + 1h));
  for (std::uint64_t i = 1; i < 100000; ++i)
    links.remove(links.add(link_due(i, t0 + 768s)));
  CHECK(links.deadlines() < 3000);
  CHECK(links.size() == 1);
  CHECK(links.soonest() == stays);
}

TEST_CASE("a tunnel's paths outlive its interface") {
  tunnel_table tunnels(10, 10);
  auto* t = tunnels.open(tunnel_of(1), wifi, t0);
  REQUIRE(t);
  tunnel_path path;
  path.hops = 3;
  path.learned_at = t0;
  tunnels.learn(*t, destination(1), std::move(path));
  tunnels.on_interface_gone(wifi);
  CHECK_FALSE(tunnels.over(wifi));
  tunnels.cull(t0 + 5h, never);
  auto* again = tunnels.open(tunnel_of(1), tcp, t0 + 5h);
  REQUIRE(again);
  CHECK(again->paths.at(destination(1)).hops == 3);
  CHECK(tunnels.over(tcp) == again);
}

TEST_CASE("a tunnel and its paths are forgotten after eight hours") {
  tunnel_table tunnels(10, 10);
  auto* t = tunnels.open(tunnel_of(1), wifi, t0);
  tunnel_path path;
  path.learned_at = t0;
  tunnels.learn(*t, destination(1), std::move(path));
  tunnels.open(tunnel_of(1), wifi, t0 + 4h);
  tunnels.cull(t0 + 8h + 1s, never);
  CHECK(tunnels.over(wifi)->paths.empty());
  tunnels.cull(t0 + 12h, never);
  CHECK(tunnels.size() == 0);
  CHECK_FALSE(tunnels.over(wifi));
}

TEST_CASE("an interface that opens another tunnel leaves the first one without interface") {
  tunnel_table tunnels(10, 10);
  auto* first = tunnels.open(tunnel_of(1), wifi, t0);
  tunnel_path path;
  path.learned_at = t0;
  tunnels.learn(*first, destination(1), std::move(path));
  tunnels.open(tunnel_of(2), wifi, t0);
  CHECK(tunnels.over(wifi) == &tunnels.all().at(tunnel_of(2)));
  tunnels.open(tunnel_of(1), tcp, t0);
  CHECK(tunnels.over(wifi) == &tunnels.all().at(tunnel_of(2)));
  CHECK(tunnels.over(tcp) == &tunnels.all().at(tunnel_of(1)));
}

TEST_CASE("one connection cannot fill the table with empty tunnels") {
  tunnel_table tunnels(4, 10);
  for (std::uint64_t i = 0; i < 100; ++i)
    REQUIRE(tunnels.open(tunnel_of(i), wifi, t0));
  CHECK(tunnels.size() == 1);
  REQUIRE(tunnels.open(tunnel_of(1000), tcp, t0));
}

TEST_CASE("a full tunnel table takes no new tunnel and no new path") {
  tunnel_table tunnels(2, 3);
  auto* one = tunnels.open(tunnel_of(1), wifi, t0);
  auto* two = tunnels.open(tunnel_of(2), radio, t0);
  CHECK_FALSE(tunnels.open(tunnel_of(3), tcp, t0));
  for (std::uint64_t i = 0; i < 5; ++i)
    tunnels.learn(i % 2 ? *one : *two, destination(i), {});
  CHECK(one->paths.size() + two->paths.size() == 3);
}

}  // namespace plexus
