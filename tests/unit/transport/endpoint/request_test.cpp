#include "transport/endpoint/request.hpp"

#include "pair.hpp"
#include "tests/unit/catch.hpp"

namespace plexus::testing {

namespace {

link_settings answering(request_permission allow, std::set<identity_hash> allowed = {}) {
  auto registry = std::make_shared<request_registry>();
  registry->allow({"/echo", allow, std::move(allowed)});
  link_settings settings;
  settings.requests = std::move(registry);
  return settings;
}

/// The right end answers each request with what it was asked.
void echo(pair& p) {
  p.on_event = [&p](const link_event& event, bool at_left) {
    if (const auto* request = std::get_if<request_received>(&event); request && !at_left) {
      link_output out;
      REQUIRE(p.right->respond(p.now, request->id, request->content, out));
      p.ship(out, false);
    }
  };
}

expected<request_id, link_error> ask(pair& p, std::string_view path, value content, request_options options = {}) {
  return p.at_left([&](link& l, link_output& out) {
    return l.request(p.now, unix_time{1.7e9}, path, std::move(content), options, out);
  });
}

}  // namespace

TEST_CASE("a request in one packet is answered in one packet") {
  pair p({}, answering(request_permission::all));
  echo(p);
  p.settle();
  const auto before = p.sent;
  const auto id = ask(p, "/echo", "hello");
  REQUIRE(id);
  p.settle();
  const auto received = p.take<request_received>(p.right_events);
  REQUIRE(received.size() == 1);
  CHECK(received[0].id == *id);
  CHECK(received[0].path_text == "/echo");
  CHECK(received[0].requested_at == 1.7e9);
  const auto responses = p.take<response_received>(p.left_events);
  REQUIRE(responses.size() == 1);
  CHECK(responses[0].id == *id);
  CHECK(responses[0].content == value("hello"));
  CHECK(responses[0].took == 20ms);
  CHECK(p.sent == before + 2);
}

TEST_CASE("requests and responses that no packet holds travel as resources") {
  pair p({}, answering(request_permission::all));
  echo(p);
  p.settle();
  const auto content = pattern(20000, 3);
  const auto id = ask(p, "/echo", octets(content));
  REQUIRE(id);
  p.settle();
  const auto responses = p.take<response_received>(p.left_events);
  REQUIRE(responses.size() == 1);
  CHECK(responses[0].id == *id);
  CHECK(*responses[0].content.as_bytes() == content);
  CHECK(p.take<request_failed>(p.left_events).empty());
}

TEST_CASE("a request that nobody answers fails after its time") {
  pair p({.latency = 50ms}, answering(request_permission::all));
  p.settle();
  REQUIRE(ask(p, "/echo", nullptr));
  p.run_for(11849ms);
  CHECK(p.take<request_failed>(p.left_events).empty());
  p.run_for(2ms);
  const auto failed = p.take<request_failed>(p.left_events);
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].reason == request_failure::timeout);
}

TEST_CASE("a request of somebody not listed is not answered, and is once he identified") {
  seeded_random random(99);
  const auto friendly = identity::generate(random);
  pair p({}, answering(request_permission::list, {friendly.hash()}));
  echo(p);
  p.settle();
  REQUIRE(ask(p, "/echo", 1));
  p.settle();
  CHECK(p.take<request_received>(p.right_events).empty());
  CHECK(p.right->counters().refused == 1);
  REQUIRE(p.at_left([&](link& l, link_output& out) { return l.identify(p.now, friendly, out); }));
  REQUIRE(ask(p, "/echo", 2));
  p.settle();
  const auto received = p.take<request_received>(p.right_events);
  REQUIRE(received.size() == 1);
  CHECK(received[0].requester == friendly.hash());
}

TEST_CASE("a request for nobody's path, or one that is open to none, is not answered") {
  pair p({}, answering(request_permission::none));
  p.settle();
  REQUIRE(ask(p, "/echo", 1));
  REQUIRE(ask(p, "/other", 1));
  p.settle();
  CHECK(p.take<request_received>(p.right_events).empty());
  CHECK(p.right->counters().refused == 2);
}

TEST_CASE("a request larger than the destination takes is ignored as a packet and rejected as a resource") {
  auto settings = answering(request_permission::all);
  settings.request_size_max = 100;
  pair p({}, settings);
  p.settle();
  REQUIRE(ask(p, "/echo", octets(pattern(200, 1))));
  p.run_for(1s);
  CHECK(p.take<request_received>(p.right_events).empty());
  CHECK(p.take<request_failed>(p.left_events).empty());
  REQUIRE(ask(p, "/echo", octets(pattern(2000, 1))));
  p.run_for(1s);
  const auto failed = p.take<request_failed>(p.left_events);
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].reason == request_failure::not_sent);
}

TEST_CASE("a response larger than the requester takes fails the request at once") {
  pair p({}, answering(request_permission::all));
  echo(p);
  p.settle();
  REQUIRE(ask(p, "/echo", octets(pattern(200, 1)), {.response_size_max = 100}));
  p.run_for(1s);
  CHECK(p.take<request_failed>(p.left_events).at(0).reason == request_failure::too_large);
  REQUIRE(ask(p, "/echo", octets(pattern(2000, 1)), {.response_size_max = 100}));
  p.run_for(1s);
  CHECK(p.take<request_failed>(p.left_events).at(0).reason == request_failure::too_large);
}

TEST_CASE("a file response hands out its octets and its metadata") {
  pair p({}, answering(request_permission::all));
  p.on_event = [&p](const link_event& event, bool at_left) {
    const auto* request = std::get_if<request_received>(&event);
    if (!request || at_left)
      return;
    link_output out;
    REQUIRE(p.right->respond_with_file(p.now, request->id, resource_source::from(pattern(3000, 5)),
                                       value::map{{"name", "file.bin"}}, out));
    p.ship(out, false);
  };
  p.settle();
  const auto id = ask(p, "/echo", nullptr);
  p.settle();
  const auto segments = p.take<resource_segment_received>(p.left_events);
  REQUIRE(segments.size() == 1);
  CHECK(segments[0].data == pattern(3000, 5));
  const auto responses = p.take<response_received>(p.left_events);
  REQUIRE(responses.size() == 1);
  CHECK(responses[0].id == *id);
  CHECK(responses[0].file == segments[0].id);
  CHECK(*responses[0].metadata.find("name") == value("file.bin"));
}

TEST_CASE("a response that breaks off fails its request") {
  pair p({}, answering(request_permission::all));
  echo(p);
  p.settle();
  REQUIRE(ask(p, "/echo", octets(pattern(60000, 3))));
  while (p.take<request_progress>(p.left_events).empty())
    p.run_for(10ms);
  p.on_event = nullptr;
  p.at_right([&](link& l, link_output& out) {
    // The only outgoing resource of the right end is the response.
    for (std::uint64_t id = 1; id < 10; ++id)
      if (l.cancel(p.now, {id}, out))
        break;
    return 0;
  });
  p.run_for(1s);
  const auto failed = p.take<request_failed>(p.left_events);
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].reason == request_failure::response_broken);
}

TEST_CASE("a link that closes fails its open requests") {
  pair p({}, answering(request_permission::all));
  p.settle();
  REQUIRE(ask(p, "/echo", 1));
  p.at_left([&](link& l, link_output& out) {
    l.close(p.now, out);
    return 0;
  });
  CHECK(p.take<request_failed>(p.left_events).at(0).reason == request_failure::link_closed);
  CHECK(ask(p, "/echo", 1).error() == link_error::not_active);
}

TEST_CASE("a link takes no more open requests than its table holds") {
  pair p({}, answering(request_permission::all));
  p.settle();
  for (std::size_t i = 0; i < request_table::capacity; ++i)
    REQUIRE(ask(p, "/echo", static_cast<std::int64_t>(i)));
  CHECK(ask(p, "/echo", 1).error() == link_error::too_many);
  p.run_for(30s);
  CHECK(p.take<request_failed>(p.left_events).size() == request_table::capacity);
  CHECK(ask(p, "/echo", 1));
}

}  // namespace plexus::testing
