#include "actors/api/node.hpp"

#include "actors/system_random.hpp"
#include "tests/unit/actors/test_sockets.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/inbox.hpp"
#include "transport/destination_name.hpp"

#include <atomic>
#include <fstream>
#include <future>
#include <set>
#include <thread>

using namespace plexus;
using namespace plexus::api;
using namespace std::chrono_literals;
using plexus::test::inbox;

namespace {

bytes text(std::string_view words) {
  return {words.begin(), words.end()};
}

bytes octets_of(std::size_t size, std::uint64_t seed = 1) {
  bytes made(size);
  seeded_random(seed).fill(made);
  return made;
}

/// Two nodes, joined by TCP.
struct two {
  std::uint16_t port = test::free_port();
  std::unique_ptr<api::node> house = begin({tcp_server("Listener", "127.0.0.1", port)});
  std::unique_ptr<api::node> guest = begin({tcp_client("Caller", "127.0.0.1", port)});

  static std::unique_ptr<api::node> begin(std::vector<interface_wish> interfaces) {
    for (auto& one : interfaces)
      one.keys["ingress_control"] = "No";
    std::string problem;
    node_options options;
    options.interfaces = std::move(interfaces);
    options.problem = &problem;
    auto started = api::node::start(options);
    INFO(problem);
    REQUIRE(started);
    return std::move(*started);
  }
  destination add(destination_options options) const {
    const auto made = house->add_destination(std::move(options)).wait();
    REQUIRE(made);
    return *made;
  }
  peer find(const destination& of) const {
    const auto found = guest->find(of.hash(), 30s).wait();
    REQUIRE(found);
    return *found;
  }
  api::link connect(const destination& to) const {
    const auto made = guest->connect(to.hash()).wait();
    REQUIRE(made);
    return *made;
  }
};

struct folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("plexus_api_" + std::to_string(::getpid()));
  folder() { std::filesystem::create_directories(path); }
  ~folder() { std::filesystem::remove_all(path); }
};

bytes content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_to(const std::filesystem::path& file, const bytes& content) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

}  // namespace

TEST_CASE("a destination with ratchets is read over their rotation, and old ratchets are forgotten") {
  const folder files;
  two nodes;
  destination_options options;
  options.name = "test.ratchets";
  options.proofs = proof_strategy::all;
  options.ratchets = files.path / "ratchets";
  options.ratchets_enforced = ratchet_policy::enforced;
  options.ratchets_retained = 2;
  options.ratchet_interval = 0s;  // a new one with every announce
  const auto house = nodes.add(options);
  inbox<packet_heard> heard;
  house.on_packet([&](const packet_heard& packet) { heard.put(packet); });
  inbox<peer> announced;
  const auto watching =
      nodes.guest->watch_announces("test.ratchets", [&](const announce_heard& one) { announced.put(one.from); });

  auto first = nodes.find(house);
  REQUIRE(first.ratchet);
  const auto rotate = [&](const peer& before) {
    house.announce();
    return announced.next([&](const peer& now) { return now.ratchet && now.ratchet != before.ratchet; });
  };
  CHECK(nodes.guest->send(first, text("one")).wait());
  CHECK(heard.next().ratchet == hash_ratchet(*first.ratchet));
  const auto second = rotate(first);
  CHECK(nodes.guest->send(first, text("still good")).wait());
  CHECK(heard.next().ratchet == hash_ratchet(*first.ratchet));
  CHECK(nodes.guest->send(second, text("two")).wait());
  CHECK(heard.next().ratchet == hash_ratchet(*second.ratchet));
  const auto third = rotate(second);
  CHECK(nodes.guest->send(third, text("three")).wait());
  CHECK(nodes.guest->send(first, text("forgotten"), 300ms).wait().error() == error::undelivered);
  auto bare = third;
  bare.ratchet.reset();
  CHECK(nodes.guest->send(bare, text("to the identity's own key"), 300ms).wait().error() == error::undelivered);
}

TEST_CASE("an application proves the packets that it likes") {
  two nodes;
  destination_options options;
  options.name = "test.picky";
  options.proofs = proof_strategy::app;
  const auto house = nodes.add(options);
  house.on_packet([](const packet_heard& packet) {
    if (packet.data == text("please"))
      packet.prove();
  });
  const auto to = nodes.find(house);
  CHECK(nodes.guest->send(to, text("please")).wait());
  CHECK(nodes.guest->send(to, text("now"), 300ms).wait().error() == error::undelivered);
}

TEST_CASE("packets to PLAIN and GROUP destinations arrive") {
  two nodes;
  destination_options plain;
  plain.type = destination_type::plain;
  plain.name = "test.square";
  const auto square = nodes.add(plain);
  system_random random;
  destination_options group;
  group.type = destination_type::group;
  group.name = "test.club";
  group.group = random.draw<group_key>();
  const auto club = nodes.add(group);
  inbox<bytes> heard;
  square.on_packet([&](const packet_heard& packet) { heard.put(packet.data); });
  club.on_packet([&](const packet_heard& packet) { heard.put(packet.data); });
  destination_options marker;
  marker.name = "test.marker";
  nodes.find(nodes.add(marker));  // the nodes are connected

  CHECK(nodes.guest->send_plain("test.square", text("to all")).wait());
  CHECK(heard.next() == text("to all"));
  CHECK(nodes.guest->send_group(club.hash(), *group.group, text("to members")).wait());
  CHECK(heard.next() == text("to members"));
}

TEST_CASE("requests are answered with values and with files, which stay out of memory") {
  const folder files;
  const auto page = octets_of(1'400'000);
  write_to(files.path / "page", page);
  two nodes;
  destination_options options;
  options.name = "test.requests";
  const auto house = nodes.add(options);
  const auto me = new_identity();
  house.on_request("/double",
                   [](const request& asked) { asked.respond(value(asked.content.as_int().value_or(0) * 2)).detach(); });
  house.on_request("/page", [&](const request& asked) {
    asked.respond_file(files.path / "page", value::map{{"name", "page"}}).detach();
  });
  const auto link = nodes.connect(house);
  // A handler that comes when the link is there already.
  house.on_request("/secret", [](const request& asked) { asked.respond("yes").detach(); }, request_permission::list,
                   {me->hash()});

  CHECK(link.ask("/double", value(21)).wait()->content == value(42));
  request_wish wish;
  wish.file = files.path / "got";
  const auto got = link.ask("/page", {}, wish).wait();
  REQUIRE(got);
  CHECK_FALSE(got->file);
  CHECK(got->metadata == value(value::map{{"name", "page"}}));
  CHECK(content_of(files.path / "got") == page);
  CHECK(link.ask("/page", {}).wait()->file == page);

  request_wish hasty;
  hasty.timeout = 200ms;
  CHECK(link.ask("/secret", {}, hasty).wait().error() == error::timed_out);
  REQUIRE(link.identify(me).wait());
  CHECK(link.ask("/secret", {}).wait()->content == value("yes"));
  CHECK(link.ask("/nothing", {}, hasty).wait().error() == error::timed_out);
}

TEST_CASE("a resource is accepted into memory or a file, or rejected") {
  const folder files;
  two nodes;
  destination_options options;
  options.name = "test.resources";
  const auto house = nodes.add(options);
  inbox<result<received_resource>> arrived;
  std::atomic<int> number{0};
  house.on_link([&](const api::link& from) {
    from.on_resource([&](const resource_offered& offered) {
      switch (number++) {
        case 0:
          return offered.accept().then([&](result<received_resource> r) { arrived.put(std::move(r)); });
        case 1:
          return offered.accept(files.path / "arrived").then([&](result<received_resource> r) {
            arrived.put(std::move(r));
          });
        default:
          return offered.reject();
      }
    });
  });
  const auto link = nodes.connect(house);
  const auto data = octets_of(50'000);
  resource_wish wish;
  wish.metadata = value("some words");
  CHECK(link.send_resource(data, wish).wait());
  auto got = arrived.next();
  REQUIRE(got);
  CHECK(got->data == data);
  CHECK(got->metadata == value("some words"));

  const auto large = octets_of(2'500'000, 2);
  write_to(files.path / "large", large);
  std::atomic<double> part{0};
  wish.progress = [&](double done) { part = std::max<double>(part, done); };
  CHECK(link.send_file(files.path / "large", wish).wait());
  got = arrived.next();
  REQUIRE(got);
  CHECK(content_of(files.path / "arrived") == large);
  CHECK(part > 0.5);
  CHECK(link.send_resource(data).wait().error() == error::rejected);
  CHECK(link.send_file(files.path / "nothing").wait().error() == error::file_error);
}

TEST_CASE("streams of a link go both ways and end") {
  two nodes;
  destination_options options;
  options.name = "test.streams";
  const auto house = nodes.add(options);
  const auto back = std::make_shared<std::promise<api::buffer>>();
  house.on_link([back](const api::link& from) {
    from.open_channel().then([back](result<api::channel> opened) { back->set_value(opened->buffer(0, 1)); });
  });
  const auto link = nodes.connect(house);
  const auto there = link.open_channel().wait()->buffer(1, 0);
  const auto here = back->get_future().get();
  const auto sent = octets_of(900'000, 3);
  std::thread writer([&] {
    CHECK(there.write(sent).wait());
    CHECK(there.finish().wait());
  });
  bytes got;
  for (auto piece = here.read().wait(); piece && !piece->empty(); piece = here.read().wait())
    append(got, *piece);
  writer.join();
  CHECK(got == sent);
  CHECK(here.write(text("thanks")).wait());
  CHECK(*there.read().wait() == text("thanks"));
  link.close();
  CHECK(there.read().wait().error() == error::link_closed);
}

TEST_CASE("messages of a channel arrive in order, and wait for their turn") {
  two nodes;
  destination_options options;
  options.name = "test.channel";
  const auto house = nodes.add(options);
  inbox<std::uint16_t> heard;
  std::promise<void> open;
  house.on_link([&](const api::link& from) {
    from.open_channel().then([&](result<api::channel> opened) {
      opened->on_message([&](std::uint16_t type, const bytes&) { heard.put(type); });
      open.set_value();
    });
  });
  const auto link = nodes.connect(house);
  const auto channel = *link.open_channel().wait();
  open.get_future().get();
  for (std::uint16_t i = 0; i < 200; ++i)
    channel.send(i, octets_of(channel.mdu() / 2)).detach();
  for (std::uint16_t i = 0; i < 200; ++i)
    CHECK(heard.next() == i);
  CHECK(channel.send(1, bytes(channel.mdu() + 1)).wait().error() == error::too_large);
}

TEST_CASE("coroutines and callbacks take turns on one thread") {
  two nodes;
  destination_options options;
  options.name = "test.threads";
  options.proofs = proof_strategy::all;
  const auto house = nodes.add(options);
  std::promise<std::vector<std::thread::id>> threads;
  [](api::node& node, destination_hash to, std::promise<std::vector<std::thread::id>>& done) -> task {
    std::vector<std::thread::id> seen;
    const auto found = co_await node.find(to, 30s);
    seen.push_back(std::this_thread::get_id());
    (void)co_await node.send(*found, bytes(1));
    seen.push_back(std::this_thread::get_id());
    (void)co_await node.sleep(1ms);
    seen.push_back(std::this_thread::get_id());
    node.post([&done, seen]() mutable {
      seen.push_back(std::this_thread::get_id());
      done.set_value(seen);
    });
  }(*nodes.guest, house.hash(), threads);
  const auto seen = threads.get_future().get();
  CHECK(seen[0] != std::this_thread::get_id());
  CHECK(std::all_of(seen.begin(), seen.end(), [&](auto one) { return one == seen[0]; }));
}

TEST_CASE("what is under way when a node stops ends with that error, and so does what begins later") {
  two nodes;
  destination_options options;
  options.name = "test.stop";
  const auto house = nodes.add(options);
  const auto link = nodes.connect(house);
  inbox<error> ends;
  link.ask("/never", {}).then([&](result<response> r) { ends.put(r.error()); });
  nodes.guest->find(destination_hash{}, 60s).then([&](result<peer> r) { ends.put(r.error()); });
  nodes.guest->stop();
  std::set<error> seen{ends.next(), ends.next()};
  CHECK(seen.contains(error::stopped));
  CHECK(nodes.guest->find(house.hash()).wait().error() == error::stopped);
  CHECK_FALSE(link.send({1}).wait());
}

TEST_CASE("what is announced right after the start is heard, since the lines are up by then") {
  for (int round = 0; round < 10; ++round) {
    const auto port = test::free_port();
    const auto house = two::begin({tcp_server("Listener", "127.0.0.1", port)});
    inbox<destination_hash> heard;
    const auto watching =
        house->watch_announces("test.early", [&](const announce_heard& one) { heard.put(one.from.destination); });
    const auto guest = two::begin({tcp_client("Caller", "127.0.0.1", port)});
    destination_options options;
    options.name = "test.early";
    const auto made = guest->add_destination(options).wait();
    REQUIRE(made);
    made->announce();
    CHECK(heard.next() == made->hash());
  }
}

TEST_CASE("a line that is refused is not waited for") {
  node_options options;
  options.interfaces = {tcp_client("Caller", "127.0.0.1", test::free_port())};
  options.connect_wait = 1h;
  CHECK(api::node::start(options));
}

TEST_CASE("what cannot be is an error") {
  two nodes;
  CHECK(nodes.guest->add_destination({}).wait().error() == error::bad_argument);
  destination_options options;
  options.name = "test.once";
  options.owner = new_identity();
  CHECK(nodes.guest->add_destination(options).wait());
  CHECK(nodes.guest->add_destination(options).wait().error() == error::already_exists);
  CHECK(nodes.guest->connect(destination_hash{}, {proof_strategy::all, 1s}).wait().error() == error::no_path);
  std::string problem;
  node_options client;
  client.role = instance_role::client;
  client.reticulum = {{"instance_name", "nobody-" + std::to_string(::getpid())}};
  client.problem = &problem;
  CHECK(api::node::start(client).error() == error::cannot_start);
  CHECK(problem.find("no shared instance") != std::string::npos);
}
