// Discovery between two nodes of this process, with the minutes of its schedule cut down to milliseconds.
#include "actors/discovery/announce_maker.hpp"
#include "actors/discovery/discovery_room.hpp"
#include "actors/discovery/program_output.hpp"
#include "tests/unit/actors/endpoints/endpoint_rig.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/storage/temporary_directory.hpp"
#include "transport/destination_name.hpp"
#include "transport/discovery/discovery_announce.hpp"

#include <fstream>
#include <sys/stat.h>

using namespace plexus;
using namespace plexus::test;

namespace {

discovery_times quick() {
  discovery_times times;
  times.announce_turn = 50ms;
  times.monitor_interval = 50ms;
  times.blackhole_first_wait = 0ms;
  times.blackhole_round = 50ms;
  return times;
}

/// A listener on another address of this machine than the one that counts as out of reach.
interface_config published_config(std::uint16_t port, const std::string& name) {
  auto config = config_of("BackboneInterface", {});
  config.name = "Port";
  backbone_server_settings server;
  server.listen.address = "127.0.0.2";
  server.listen.port = port;
  config.settings = server;
  config.discovery = discovery_settings{};
  config.discovery->name = name;
  config.discovery->stamp_value = 2;
  config.discovery->reachable_on = "127.0.0.2";
  return config;
}

struct estate {
  temporary_directory directory;
  std::uint16_t hub = free_port(), port = free_port();
  std::unique_ptr<node> publisher, finder;
  std::shared_ptr<const identity> publisher_keys;

  explicit estate(std::function<void(node_setup&)> change_publisher = {},
                  std::function<void(node_setup&)> change_finder = {}) {
    auto setup = plain_setup(1, listener_config("Listener", hub));
    setup.config.interfaces.push_back(published_config(port, "The interface"));
    setup.version = "0.1.0";
    setup.discovery = quick();
    publisher_keys = setup.keys;
    if (change_publisher)
      change_publisher(setup);
    publisher = std::make_unique<node>(std::move(setup));
    publisher->start_interfaces();

    setup = plain_setup(2, connecting_config("Client", hub));
    setup.config.reticulum.discover_interfaces = true;
    setup.config.reticulum.required_discovery_value = 2;
    setup.state = state_directory(directory.path());
    REQUIRE_FALSE(setup.state->prepare());
    setup.discovery = quick();
    if (change_finder)
      change_finder(setup);
    finder = std::make_unique<node>(std::move(setup));
    finder->start_interfaces();
  }

  std::vector<std::pair<discovery_hash, discovered_interface>> records() const {
    return state_directory(directory.path()).load_discovered().records;
  }
  std::optional<interface_entry> interface_named(const std::string& name) const {
    caf::scoped_actor self{finder->system()};
    std::optional<interface_entry> found;
    self->request(finder->interfaces(), 20s, facts_atom::value)
        .receive(
            [&](const interface_list& all) {
              for (const auto& one : *all)
                if (one.description->short_name == name)
                  found = one;
            },
            [](const caf::error&) {});
    return found;
  }
  bool is_blackholed(const identity_hash& who) const {
    caf::scoped_actor self{finder->system()};
    value answer;
    const control_request question = std::make_shared<rpc::request>(rpc::get_is_blackholed{who});
    self->request(finder->control(), 20s, question)
        .receive([&](const control_reply& reply) { answer = *reply; }, [](const caf::error&) {});
    return answer == value(true);
  }
};

made_announce make(const announce_order& order) {
  caf::actor_system_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const auto maker = spawn_announce_maker(system, [] { return std::make_unique<seeded_random>(1); });
  made_announce made;
  self->request(maker, 20s, std::make_shared<const announce_order>(order))
      .receive([&](const made_announce& got) { made = got; }, [&](const caf::error&) { made.problem = "no answer"; });
  self->send_exit(maker, caf::exit_reason::user_shutdown);
  return made;
}

std::filesystem::path script(const temporary_directory& directory, const std::string& lines) {
  const auto path = directory / "script";
  std::ofstream(path) << "#!/bin/sh\n" << lines << "\n";
  ::chmod(path.c_str(), 0700);
  return path;
}

announce_order order_for(const interface_config& config) {
  announce_order order;
  order.interface = std::make_shared<interface_config>(config);
  order.node.implementation = "Plexus";
  order.node.version = "0.1.0";
  return order;
}

}  // namespace

TEST_CASE("a node discovers what another publishes, stores it, and connects to it") {
  estate both({}, [](node_setup& setup) { setup.config.reticulum.autoconnect_discovered_interfaces = 1; });
  REQUIRE(eventually([&] {
    const auto found = both.interface_named("The interface");
    return found && found->facts->online;
  }));
  const auto found = *both.interface_named("The interface");
  CHECK(found.description->autoconnect_source == both.publisher_keys->hash());
  CHECK(found.facts->mode == interface_mode::gateway);
  CHECK(found.facts->bitrate == 5'000'000);
  CHECK(found.facts->name == "BackboneInterface[The interface/127.0.0.2:" + std::to_string(both.port) + "]");
  REQUIRE(eventually([&] { return both.records().size() == 1; }));
  const auto [name, record] = both.records()[0];
  CHECK(record.hash() == name);
  CHECK(record.offer.implementation == "Plexus");
  CHECK(record.offer.port == both.port);
  CHECK(record.network == both.publisher_keys->hash());
}

TEST_CASE("what is sealed for a network is found by its members under the network's name") {
  const auto network = some_identity(77);
  estate both(
      [&](node_setup& setup) {
        setup.network = network;
        setup.config.interfaces[1].discovery->encrypt = true;
      },
      [&](node_setup& setup) { setup.network = network; });
  REQUIRE(eventually([&] { return both.records().size() == 1; }));
  CHECK(both.records()[0].second.network == network->hash());
  CHECK(both.records()[0].second.offer.node == rename<transport_id>(both.publisher_keys->hash()));
}

TEST_CASE("an interface of somebody who is no source, or that paid too little, is not kept") {
  const auto stranger = some_identity(78)->hash();
  // The second interface shows that the first announce was heard and refused. It is announced in a later second, since
  // both announces are of one destination.
  estate both(
      [](node_setup& setup) {
        auto other = published_config(free_port(), "Dear interface");
        other.name = "Dear";
        other.discovery->stamp_value = 18;
        setup.discovery.announce_turn = 1100ms;
        setup.config.interfaces.push_back(other);
      },
      [](node_setup& setup) { setup.config.reticulum.required_discovery_value = 18; });
  REQUIRE(eventually([&] { return both.records().size() == 1; }));
  CHECK(both.records()[0].second.offer.name == "Dear interface");

  estate closed({}, [&](node_setup& setup) { setup.config.reticulum.interface_discovery_sources = {stranger}; });
  const auto destination = hash_destination(discovery_destination_name, closed.publisher_keys->hash());
  REQUIRE(eventually([&] {
    caf::scoped_actor self{closed.finder->system()};
    bool known = false;
    self->request(closed.finder->endpoints(), 20s, recall_atom::value, destination)
        .receive([&](const known_path_ptr& path) { known = path != nullptr; }, [](const caf::error&) {});
    return known;
  }));
  CHECK(closed.records().empty());
}

TEST_CASE("a blackhole list is taken over from its source") {
  const auto bad = some_identity(79)->hash();
  identity_hash source{};
  estate both(
      [&](node_setup& setup) {
        setup.config.reticulum.publish_blackhole = true;
        source = setup.keys->hash();
      },
      [&](node_setup& setup) {
        setup.config.reticulum.blackhole_sources = {source};
        setup.config.reticulum.blackhole_update_interval = 0.05;
      });
  caf::scoped_actor self{both.publisher->system()};
  const control_request shut_out = std::make_shared<rpc::request>(rpc::blackhole{bad, {}, "noise"});
  self->request(both.publisher->control(), 20s, shut_out)
      .receive([](const control_reply&) {}, [](const caf::error& e) { FAIL(caf::to_string(e)); });
  CHECK(eventually([&] { return both.is_blackholed(bad); }));
}

TEST_CASE("programs give the address and the location that are announced") {
  const temporary_directory directory;
  auto config = published_config(1, "n");
  config.discovery->reachable_on = script(directory, "echo relay.example").string();
  auto made = make(order_for(config));
  INFO(made.problem);
  auto read = read_discovery_data(made.app_data, 2, nullptr);
  REQUIRE(read);
  CHECK(read->offer.reachable_on == "relay.example");

  config = published_config(1, "n");
  config.discovery->location_command = script(directory, "echo '52.5, 13.25, 40'").string();
  made = make(order_for(config));
  read = read_discovery_data(made.app_data, 2, nullptr);
  REQUIRE(read);
  CHECK(read->offer.latitude == 52.5);
  CHECK(read->offer.height == 40.0);
}

TEST_CASE("what cannot be announced has a reason") {
  const temporary_directory directory;
  auto config = published_config(1, "n");
  config.discovery->reachable_on = script(directory, "echo relay.example; exit 3").string();
  CHECK(make(order_for(config)).problem.find("ended with status 3") != std::string::npos);
  config = published_config(1, "n");
  config.discovery->encrypt = true;
  CHECK(make(order_for(config)).problem == "discovery_encrypt needs a network_identity");
  config = published_config(1, "n");
  config.discovery->location_command = script(directory, "echo here").string();
  CHECK(make(order_for(config)).problem.find("here") != std::string::npos);
}

TEST_CASE("a program that takes too long is ended with all that it started") {
  const temporary_directory directory;
  const auto begun = std::chrono::steady_clock::now();
  const auto printed = output_of_program(script(directory, "sleep 60 & sleep 60"), 100ms);
  CHECK(printed.error() == "took too long");
  CHECK(std::chrono::steady_clock::now() - begun < 30s);
  CHECK_FALSE(output_of_program(directory / "nothing", 100ms));
  CHECK_FALSE(is_executable_file(directory.path()));
}
