// The router against recordings of the Python reference (tests/data/generate_router.py): the same packets in, the same
// packets out on the same interfaces, but for the timing of rebroadcasts and the deviations named below.
#include "tests/unit/catch.hpp"
#include "tests/unit/test_data.hpp"
#include "transport/destination_name.hpp"
#include "transport/router/router.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace plexus {
namespace {

using nlohmann::json;
using sent_list = std::vector<std::pair<unsigned, std::string>>;

json read_recording(unsigned seed) {
  std::ifstream file(test::data_file("router_" + std::to_string(seed) + ".json"));
  REQUIRE(file);
  return json::parse(file);
}

std::string without_tag(octets packet) {
  if (!(packet[0] & wire::header_2_flag) &&
      std::equal(packet.begin() + 2, packet.begin() + 18, control::path_request.data()))
    packet = packet.first(19 + (packet.size() > 19 + 32 ? 32 : 16));
  return to_hex(packet);
}

sent_list take_sent(router& r) {
  sent_list sent;
  for (const auto& s : r.sent())
    sent.emplace_back(s.to.slot(), without_tag(s.packet));
  r.clear();
  std::sort(sent.begin(), sent.end());
  return sent;
}

sent_list recorded(const json& list) {
  sent_list sent;
  for (const auto& s : list)
    sent.emplace_back(s[0].get<unsigned>(), s[1].get<std::string>());
  return sent;
}

interface_mode mode_of(const json& number) {
  return static_cast<interface_mode>(number.get<int>());
}

std::string differences(const sent_list& ours, const sent_list& theirs) {
  sent_list more, less;
  std::set_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(), std::back_inserter(more));
  std::set_difference(theirs.begin(), theirs.end(), ours.begin(), ours.end(), std::back_inserter(less));
  std::string text;
  for (const auto& [to, packet] : more)
    text += "\n  only ours   " + std::to_string(to) + " " + packet.substr(0, 110);
  for (const auto& [to, packet] : less)
    text += "\n  only theirs " + std::to_string(to) + " " + packet.substr(0, 110);
  return text;
}

/// Lets time go by, calling tick() whenever the router wants it.
void pass_time(router& r, instant& now, duration pause) {
  const auto end = now + pause;
  while (r.next_deadline() <= end) {
    now = std::max(now, r.next_deadline());
    r.tick(now);
  }
  now = end;
}

void replay(const json& recording, unsigned shards) {
  router_config config;
  config.identity = *transport_id::from_hex(recording["identity"].get<std::string>());
  config.transport_enabled = recording["transport_enabled"].get<bool>();
  config.local_hops_delta = recording["delta"].get<octet>();
  config.shard_count = shards;
  instant now{std::chrono::hours{1}};
  router r(config, now, {});
  std::vector<interface_id> ids;
  for (const auto& i : recording["interfaces"]) {
    interface_facts f;
    f.id = interface_id::make(static_cast<std::uint32_t>(ids.size()), 1);
    f.online = true;
    f.role = i["local"].get<bool>() ? interface_role::local_client : interface_role::network;
    f.mode = mode_of(i["mode"]);
    f.hw_mtu = i["hw_mtu"].get<std::uint32_t>();
    f.mtu_negotiable = i["negotiable"].get<bool>();
    f.gravity = i["gravity"].get<int>();
    f.recursive_path_requests = i["recursive"].get<bool>();
    f.announces_from_internal = i["from_internal"].get<bool>();
    if (!i["to_internal"].is_null())
      f.announces_to_internal = i["to_internal"].get<bool>();
    f.bitrate = 1'000'000'000'000'000;
    gate_config gate;
    gate.announce_share = 1000;
    gate.ingress.announces = gate.ingress.path_requests = false;
    r.set_interface(f, now, gate);
    ids.push_back(f.id);
  }
  std::size_t round_number = 0;
  for (const auto& round : recording["rounds"]) {
    INFO("round " << round_number++);
    std::string story;
    for (const auto& event : round["events"]) {
      now += std::chrono::milliseconds{1};
      const auto packet = from_hex(event[1].get<std::string>());
      r.receive(ids[event[0].get<std::size_t>()], packet, now);
      story += "\n" + std::to_string(event[0].get<unsigned>()) + " <- " + event[1].get<std::string>().substr(0, 110);
      const auto ours = take_sent(r), theirs = recorded(event[2]);
      INFO(story << differences(ours, theirs));
      CHECK(ours == theirs);
    }
    pass_time(r, now, from_seconds(round["pause"].get<double>()));
    const auto ours = take_sent(r), theirs = recorded(round["later"]);
    INFO(story << "\nlater" << differences(ours, theirs));
    CHECK(ours == theirs);
  }
  json paths = json::array();
  for (const auto& p : r.paths(now))
    paths.push_back({p.destination.hex(), p.next_hop.hex(), p.hops, p.heard_on.slot()});
  CHECK(paths == recording["paths"]);
}

}  // namespace

TEST_CASE("a router forwards, announces and answers as the reference does") {
  const auto seed = GENERATE(range(0u, 8u));
  INFO("seed " << seed);
  replay(read_recording(seed), 1);
}

TEST_CASE("a router of four shards forwards, announces and answers as the reference does") {
  const auto seed = GENERATE(range(0u, 8u));
  INFO("seed " << seed);
  replay(read_recording(seed), 4);
}

}  // namespace plexus
