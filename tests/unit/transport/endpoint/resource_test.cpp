#include "pair.hpp"
#include "tests/unit/catch.hpp"

namespace plexus::testing {

namespace {

link_settings accepting(resource_strategy strategy) {
  link_settings settings;
  settings.resources = strategy;
  return settings;
}

struct transfer {
  octet_string data;
  std::optional<value> metadata;
  resource_status sender = resource_status::none, receiver = resource_status::none;
};

transfer collect(pair& p) {
  transfer t;
  for (auto& segment : p.take<resource_segment_received>(p.right_events))
    append(t.data, segment.data);
  for (auto& end : p.take<resource_concluded>(p.right_events)) {
    t.receiver = end.status;
    t.metadata = end.metadata;
  }
  for (auto& end : p.take<resource_concluded>(p.left_events))
    t.sender = end.status;
  return t;
}

transfer send(pair& p, resource_offer offer, duration limit = 3600s) {
  REQUIRE(p.at_left([&](link& l, link_output& out) { return l.send_resource(p.now, std::move(offer), out); }));
  p.settle(limit);
  return collect(p);
}

resource_offer offer_of(octet_string data) {
  resource_offer offer;
  offer.data = resource_source::from(std::move(data));
  return offer;
}

}  // namespace

TEST_CASE("resources of every size at the edges arrive as they were sent") {
  const auto size = GENERATE(std::size_t{0}, 1, 463, 464, 465, 74 * 464, 75 * 464, 100000, 1048574, 1048575, 1048576);
  pair p({}, accepting(resource_strategy::accept_all), 8192);
  p.settle();
  const auto data = pattern(size, size + 1);
  const auto t = send(p, offer_of(data));
  CHECK(t.sender == resource_status::complete);
  CHECK(t.receiver == resource_status::complete);
  CHECK(t.data == data);
}

TEST_CASE("five megaoctets arrive, compressible or not") {
  const bool compressible = GENERATE(true, false);
  pair p({}, accepting(resource_strategy::accept_all), 16384);
  p.settle();
  const auto data = compressible ? repetitive(5 << 20) : pattern(5 << 20, 1);
  const auto t = send(p, offer_of(data));
  CHECK(t.receiver == resource_status::complete);
  CHECK(t.data == data);
  CHECK((p.octets_sent < data.size() / 100) == compressible);
}

TEST_CASE("a resource crosses a link that loses and reorders packets") {
  pair p({.latency = 30ms, .loss = 0.05, .reordering = 0.2, .seed = 11}, accepting(resource_strategy::accept_all));
  p.settle();
  REQUIRE(p.established());
  const auto data = pattern(200000, 4);
  const auto t = send(p, offer_of(data));
  CHECK(t.sender == resource_status::complete);
  CHECK(t.data == data);
}

TEST_CASE("metadata travels with a resource, even with an empty one") {
  const auto size = GENERATE(std::size_t{0}, 1000, 1048575);
  pair p({}, accepting(resource_strategy::accept_all), 16384);
  p.settle();
  auto offer = offer_of(pattern(size, 2));
  offer.metadata = value::map{{"name", "file"}, {"size", 12}};
  const auto t = send(p, std::move(offer));
  CHECK(t.receiver == resource_status::complete);
  CHECK(t.data == pattern(size, 2));
  REQUIRE(t.metadata);
  CHECK(*t.metadata->find("name") == value("file"));
}

TEST_CASE("a source that is asked for its octets is never asked for more than a segment") {
  pair p({}, accepting(resource_strategy::accept_all), 16384);
  p.settle();
  const auto data = pattern(3000000, 6);
  std::vector<std::pair<std::uint64_t, std::size_t>> asked;
  p.on_event = [&](const link_event& event, bool at_left) {
    const auto* wanted = std::get_if<segment_wanted>(&event);
    if (!wanted || !at_left)
      return;
    asked.emplace_back(wanted->offset, wanted->size);
    link_output out;
    REQUIRE(p.left->supply(p.now, wanted->id, octets(data).subspan(wanted->offset, wanted->size), out));
    p.ship(out, true);
  };
  resource_offer offer;
  offer.data = resource_source::supplied(data.size());
  const auto t = send(p, std::move(offer));
  CHECK(t.sender == resource_status::complete);
  CHECK(t.data == data);
  REQUIRE(asked.size() == 3);
  CHECK(asked[0] == std::pair<std::uint64_t, std::size_t>(0, 1048575));
  CHECK(asked[2] == std::pair<std::uint64_t, std::size_t>(2 * 1048575, 3000000 - 2 * 1048575));
}

TEST_CASE("the application says whether it takes a resource") {
  pair p({}, accepting(resource_strategy::accept_app));
  p.settle();
  const bool takes = GENERATE(true, false);
  p.on_event = [&](const link_event& event, bool at_left) {
    const auto* advertised = std::get_if<resource_advertised>(&event);
    if (!advertised || at_left)
      return;
    CHECK(advertised->data_size == 5000);
    link_output out;
    if (takes)
      CHECK(p.right->accept(p.now, advertised->id, out));
    else
      CHECK(p.right->reject(p.now, advertised->id, out));
    p.ship(out, false);
  };
  const auto t = send(p, offer_of(pattern(5000, 2)));
  CHECK(t.sender == (takes ? resource_status::complete : resource_status::rejected));
  CHECK(t.data.size() == (takes ? 5000 : 0));
}

TEST_CASE("a resource that nobody takes is advertised five times and then given up") {
  pair p;
  p.settle();
  const auto before = p.sent;
  const auto t = send(p, offer_of(pattern(5000, 2)));
  CHECK(t.sender == resource_status::failed);
  CHECK(p.sent >= before + 6);
}

TEST_CASE("either side cancels a transfer under way") {
  const bool by_sender = GENERATE(true, false);
  pair p({}, accepting(resource_strategy::accept_all));
  p.settle();
  const auto id =
      p.at_left([&](link& l, link_output& out) { return l.send_resource(p.now, offer_of(pattern(300000, 2)), out); });
  REQUIRE(id);
  p.run_for(200ms);
  if (by_sender)
    CHECK(p.at_left([&](link& l, link_output& out) { return l.cancel(p.now, *id, out); }));
  else
    CHECK(p.at_right([&](link& l, link_output& out) {
      return l.cancel(p.now, p.take<resource_started>(p.right_events).at(0).id, out);
    }));
  p.run_for(1s);
  const auto t = collect(p);
  CHECK(t.sender == (by_sender ? resource_status::failed : resource_status::rejected));
  CHECK(t.receiver == resource_status::failed);
  CHECK(p.established());
}

TEST_CASE("resources wait for each other, and a link takes no more than its queue holds") {
  pair p({}, accepting(resource_strategy::accept_all));
  p.settle();
  for (std::size_t i = 0; i < link::outgoing_max; ++i)
    REQUIRE(
        p.at_left([&](link& l, link_output& out) { return l.send_resource(p.now, offer_of(pattern(600, i)), out); }));
  CHECK(p.at_left([&](link& l, link_output& out) {
           return l.send_resource(p.now, offer_of(pattern(600, 1)), out);
         }).error() == link_error::too_many);
  p.settle(600s);
  const auto segments = p.take<resource_segment_received>(p.right_events);
  REQUIRE(segments.size() == link::outgoing_max);
  for (std::size_t i = 0; i < segments.size(); ++i)
    CHECK(segments[i].data == pattern(600, i));
}

TEST_CASE("a lost proof is asked for and sent again") {
  pair p({}, accepting(resource_strategy::accept_all));
  p.settle();
  p.on_event = [&](const link_event& event, bool at_left) {
    if (!at_left && std::holds_alternative<resource_concluded>(event))
      p.in_flight.clear();
  };
  REQUIRE(p.at_left([&](link& l, link_output& out) { return l.send_resource(p.now, offer_of(pattern(3, 2)), out); }));
  p.run_for(1s);
  auto t = collect(p);
  CHECK(t.receiver == resource_status::complete);
  REQUIRE(t.sender == resource_status::none);
  p.run_for(15s);
  CHECK(collect(p).sender == resource_status::complete);
}

TEST_CASE("a link that closes ends its resources on both sides") {
  pair p({}, accepting(resource_strategy::accept_all));
  p.settle();
  p.at_left([&](link& l, link_output& out) { return l.send_resource(p.now, offer_of(pattern(300000, 2)), out); });
  p.run_for(200ms);
  p.at_left([&](link& l, link_output& out) {
    l.close(p.now, out);
    return 0;
  });
  p.run_for(1s);
  const auto t = collect(p);
  CHECK(t.sender == resource_status::failed);
  CHECK(t.receiver == resource_status::failed);
}

}  // namespace plexus::testing
