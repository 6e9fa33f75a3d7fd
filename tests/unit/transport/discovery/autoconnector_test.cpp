#include "transport/discovery/autoconnector.hpp"

#include "tests/unit/transport/discovery/recorded.hpp"

using namespace plexus;
using namespace plexus::test;
using namespace std::chrono_literals;

namespace {

constexpr instant t0{};

discovered_interface relay(std::string host, std::uint16_t port = 4242, std::string name = "Relay") {
  discovered_interface record;
  record.offer.type = published_type::backbone;
  record.offer.transport = true;
  record.offer.implementation = "RNS";
  record.offer.version = "1.5.7";
  record.offer.name = std::move(name);
  record.offer.reachable_on = std::move(host);
  record.offer.port = port;
  return record;
}

present_interface client(std::string name, bool online, std::string host = "elsewhere", std::uint16_t port = 1) {
  return {std::move(name), online, false, false, std::move(host), port};
}

present_interface bootstrap(std::string name) {
  return {std::move(name), true, false, true, std::nullopt, std::nullopt};
}

autoconnector node(std::uint32_t connections_max, implementation_trust trust = implementation_trust::known) {
  return autoconnector({connections_max, trust});
}

autoconnect_refusal refusal_of(const discovered_interface& record,
                               implementation_trust trust = implementation_trust::known) {
  return node(4, trust).consider(t0, record, {}).error();
}

}  // namespace

TEST_CASE("versions are compared as by the reference") {
  for (const auto& one : recorded_discovery()["versions"]) {
    const auto version = one[0].get<std::string>();
    INFO(version);
    CHECK(is_at_least(version, "1.5.2") == one[1].get<bool>());
  }
}

TEST_CASE("a relay of a trusted program is connected to under its published name") {
  auto ours = node(1);
  auto record = relay("relay.example");
  record.offer.network_name = "net";
  record.offer.passphrase = "key";
  const auto wish = ours.consider(t0, record, {});
  REQUIRE(wish);
  CHECK(wish->name == "Relay");
  CHECK(wish->host == "relay.example");
  CHECK(wish->port == 4242);
  CHECK(wish->network_name == "net");
  CHECK(wish->passphrase == "key");
}

TEST_CASE("programs are trusted by name and version, or all of them if the operator says so") {
  auto record = relay("a.b");
  record.offer.version = "1.5.1";
  CHECK(refusal_of(record) == autoconnect_refusal::not_trusted);
  record.offer.version = std::nullopt;
  CHECK(refusal_of(record) == autoconnect_refusal::not_trusted);
  record.offer.implementation = "Other";
  record.offer.version = "9";
  CHECK(refusal_of(record) == autoconnect_refusal::not_trusted);
  CHECK(node(1, implementation_trust::any).consider(t0, record, {}));
  record.offer.implementation = std::string(implementation_name);
  record.offer.version = "0.1.0";
  CHECK(node(1).consider(t0, record, {}));
}

TEST_CASE("what is no backbone, relays nothing or cannot be reached is not connected to") {
  auto record = relay("a.b");
  record.offer.type = published_type::tcp_server;
  CHECK(refusal_of(record) == autoconnect_refusal::wrong_type);
  record = relay("a.b");
  record.offer.transport = false;
  CHECK(refusal_of(record, implementation_trust::any) == autoconnect_refusal::no_transport);
  CHECK(refusal_of(relay("200::1")) == autoconnect_refusal::out_of_reach);
  CHECK(refusal_of(relay("x.onion")) == autoconnect_refusal::out_of_reach);
  CHECK(refusal_of(relay("127.0.0.1")) == autoconnect_refusal::out_of_reach);
  CHECK(node(1).consider(t0, relay("127.0.0.2"), {}));
  record = relay("a.b");
  record.offer.port = std::nullopt;
  CHECK(refusal_of(record) == autoconnect_refusal::missing_address);
}

TEST_CASE("there are no more connections than the operator wants") {
  auto ours = node(2);
  CHECK(ours.consider(t0, relay("a"), {}));
  const auto second = ours.consider(t0, relay("b"), {});
  REQUIRE(second);
  CHECK(ours.consider(t0, relay("c"), {}).error() == autoconnect_refusal::full);
  ours.failed(second->name);
  CHECK(ours.consider(t0, relay("c"), {}));
  CHECK(node(0).consider(t0, relay("a"), {}).error() == autoconnect_refusal::full);
}

TEST_CASE("a place that an interface leads to is not connected to again") {
  auto ours = node(3);
  const std::vector<present_interface> present{client("mine", false, "a", 4242)};
  CHECK(ours.consider(t0, relay("a"), present).error() == autoconnect_refusal::already_there);
  CHECK(ours.consider(t0, relay("a", 4243), present));
  CHECK(ours.consider(t0, relay("a", 4243, "Other name"), present).error() == autoconnect_refusal::already_there);
}

TEST_CASE("a name that is taken gets a number") {
  auto ours = node(4);
  const std::vector<present_interface> present{client("Relay", true), client("Relay (2)", true)};
  CHECK(ours.consider(t0, relay("a"), present)->name == "Relay (3)");
  CHECK(ours.consider(t0, relay("b"), present)->name == "Relay (4)");
}

TEST_CASE("a connection that is down for twelve seconds is let go") {
  auto ours = node(1);
  ours.consider(t0, relay("a"), {});
  const std::vector<present_interface> up{client("Relay", true, "a", 4242)}, down{client("Relay", false, "a", 4242)};
  CHECK(ours.monitor(t0, up).detach.empty());
  CHECK(ours.monitor(t0 + 5s, down).went_down == std::vector<std::string>{"Relay"});
  CHECK(ours.monitor(t0 + 10s, down).went_down.empty());
  CHECK(ours.monitor(t0 + 11s, up).came_back == std::vector<std::string>{"Relay"});
  ours.monitor(t0 + 20s, down);
  CHECK(ours.monitor(t0 + 32s - 1ms, down).detach.empty());
  CHECK(ours.monitor(t0 + 32s, down).detach == std::vector<std::string>{"Relay"});
  CHECK(ours.connections() == 0);
}

TEST_CASE("a connection that somebody detached leaves its place free") {
  auto ours = node(1);
  ours.consider(t0, relay("a"), {});
  ours.monitor(t0, {});
  CHECK(ours.connections() == 1);  // it may still be about to appear
  const std::vector<present_interface> up{client("Relay", true, "a", 4242)};
  ours.monitor(t0 + 5s, up);
  const auto orders = ours.monitor(t0 + 10s, {});
  CHECK(ours.connections() == 0);
  CHECK(orders.connect_another);
}

TEST_CASE("connections of an earlier life count, and are watched") {
  auto ours = node(1);
  auto before = client("Relay", false, "a", 4242);
  before.discovered = true;
  CHECK(ours.consider(t0, relay("b"), std::vector{before}).error() == autoconnect_refusal::full);
  CHECK(ours.connections() == 1);
  ours.monitor(t0, std::vector{before});
  CHECK(ours.monitor(t0 + 12s, std::vector{before}).detach == std::vector<std::string>{"Relay"});
}

TEST_CASE("a connection that never appears leaves its place free") {
  auto ours = node(1);
  ours.consider(t0, relay("a"), {});
  ours.monitor(t0 + 10s - 1ms, {});
  CHECK(ours.connections() == 1);
  ours.monitor(t0 + 10s, {});
  CHECK(ours.connections() == 0);
}

TEST_CASE("another connection is wanted while more than a quarter of the places is free") {
  auto ours = node(8);
  std::vector<present_interface> present;
  for (int i = 0; i < 5; ++i) {
    const auto wish = ours.consider(t0, relay("host" + std::to_string(i)), present);
    REQUIRE(wish);
    present.push_back(client(wish->name, true, wish->host, wish->port));
  }
  CHECK(ours.monitor(t0, present).connect_another);
  const auto sixth = ours.consider(t0, relay("host6"), present);
  present.push_back(client(sixth->name, true));
  CHECK_FALSE(ours.monitor(t0, present).connect_another);
}

TEST_CASE("bootstrap interfaces go when all places are online, and come back when none is") {
  auto ours = node(1);
  ours.consider(t0, relay("a"), {});
  const std::vector<present_interface> both{client("Relay", true, "a", 4242), bootstrap("boot")};
  CHECK(ours.monitor(t0, both).detach == std::vector<std::string>{"boot"});
  const std::vector<present_interface> without{client("Relay", false, "a", 4242)};
  CHECK(ours.monitor(t0 + 5s, without).bootstrap);
  const std::vector<present_interface> waiting{client("Relay", false, "a", 4242), bootstrap("boot")};
  const auto orders = ours.monitor(t0 + 10s, waiting);
  CHECK_FALSE(orders.bootstrap);
  CHECK(orders.detach.empty());
}

TEST_CASE("a node that wants no connections leaves everything as it is") {
  const std::vector<present_interface> present{bootstrap("boot")};
  const auto orders = node(0).monitor(t0, present);
  CHECK(orders.detach.empty());
  CHECK_FALSE(orders.connect_another);
  CHECK_FALSE(orders.bootstrap);
}
