#include "actors/interfaces/traffic_ledger.hpp"

#include "tests/unit/catch.hpp"

namespace plexus {
namespace {

struct counted {
  std::shared_ptr<reader_counters> reader = std::make_shared<reader_counters>();
  std::shared_ptr<traffic_meter> meter = std::make_shared<traffic_meter>(reader);

  void carry(std::uint64_t received, std::uint64_t sent) {
    reader->octets = received;
    reader->packets = received / 100;
    gate_counters gate;
    gate.announces_in.add(1, received / 2);
    meter->publish(sent, sent / 100, gate);
  }
};

const auto listener = interface_id::make(1, 1), connection = interface_id::make(2, 1), alone = interface_id::make(3, 1),
           local = interface_id::make(4, 1);
const instant t0{std::chrono::seconds(1000)};

TEST_CASE("a listener carries what its connections carry, and keeps it when they are gone") {
  traffic_ledger ledger;
  counted one;
  ledger.add(listener, {}, true, nullptr);
  ledger.add(connection, listener, true, one.meter);
  one.carry(1000, 500);
  ledger.refresh();
  CHECK(ledger.line_of(listener).totals.received_octets == 1000);
  CHECK(ledger.line_of(listener).totals.gate.announces_in.octets == 500);
  CHECK(ledger.node().totals.received_octets == 1000);
  ledger.remove(connection);
  ledger.refresh();
  CHECK(ledger.line_of(listener).totals.sent_octets == 500);
  ledger.remove(listener);
  ledger.refresh();
  CHECK(ledger.node().totals.received_octets == 1000);
  CHECK(ledger.line_of(listener).totals.received_octets == 0);
}

TEST_CASE("rates are taken between two samples, and connections have none of their own") {
  traffic_ledger ledger;
  counted one, other;
  ledger.add(listener, {}, true, nullptr);
  ledger.add(connection, listener, true, one.meter);
  ledger.add(alone, {}, true, other.meter);
  one.carry(1000, 0);
  ledger.sample(t0);
  CHECK(ledger.line_of(listener).rates.received == 0);
  one.carry(3000, 200);
  other.carry(500, 0);
  ledger.sample(t0 + std::chrono::seconds(2));
  CHECK(ledger.line_of(listener).rates.received == 8000);
  CHECK(ledger.line_of(listener).rates.received_packet_rate == 10);
  CHECK(ledger.line_of(connection).rates.received == 0);
  CHECK(ledger.node().rates.received == 10000);
  CHECK(ledger.node().rates.sent == 800);
}

TEST_CASE("the shared instance counts in packets and not in octets of the totals") {
  traffic_ledger ledger;
  counted programs;
  ledger.add(local, {}, false, programs.meter);
  ledger.sample(t0);
  programs.carry(1000, 0);
  ledger.sample(t0 + std::chrono::seconds(1));
  CHECK(ledger.node().totals.received_octets == 0);
  CHECK(ledger.node().rates.received == 0);
  CHECK(ledger.node().rates.received_packet_rate == 10);
  CHECK(ledger.line_of(local).totals.received_octets == 1000);
}

}  // namespace
}  // namespace plexus
