#include "transport/control/requests.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/test_data.hpp"
#include "transport/control/status.hpp"
#include "transport/control/value_msgpack.hpp"

#include <fstream>

using namespace plexus;
using namespace plexus::rpc;

namespace {

const auto hash = from_hex("00112233445566778899aabbccddeeff");
const auto destination = destination_hash::from(hash);
const auto identity = identity_hash::from(hash);
const auto packet = packet_hash::from(from_hex("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));

/// Every call once.
const std::vector<request> calls{
    get_interface_stats{},
    get_path_table{std::nullopt},
    get_path_table{3},
    get_rate_table{},
    get_next_hop{destination},
    get_next_hop_interface{destination},
    get_first_hop_timeout{destination},
    get_figure{figure::link_count},
    get_figure{figure::active_link_count},
    get_figure{figure::lowest_interface_bitrate},
    get_figure{figure::medium_path_timeout},
    get_figure{figure::profiling_results},
    get_packet_reception{reception::rssi, packet},
    get_packet_reception{reception::snr, packet},
    get_packet_reception{reception::q, packet},
    get_blackholed_identities{},
    get_is_blackholed{identity},
    manage_interface{interface_change::attach, "Hub"},
    manage_interface{interface_change::detach, "Hub"},
    manage_interface{interface_change::reload, "Hub"},
    drop_path{destination},
    drop_all_via{transport_id::from(hash)},
    drop_announce_queues{},
    blackhole{identity, std::nullopt, std::nullopt},
    blackhole{identity, 1.5e9, "spam"},
    unblackhole{identity},
    mark_destination{destination_use::used, destination},
    mark_destination{destination_use::retain, destination},
    mark_destination{destination_use::unretain, destination},
    retain_identity{identity},
};

value recorded_reply(const std::string& version) {
  std::ifstream file(test::data_file(std::string("control/interface_stats_") + version + ".hex"));
  std::string hex;
  file >> hex;
  return from_msgpack(from_hex(hex)).value();
}

}  // namespace

TEST_CASE("every call survives writing and reading") {
  for (const auto& call : calls) {
    const auto read = parse_request(encode(call));
    REQUIRE(read);
    CHECK(*read == call);
  }
}

TEST_CASE("calls are written as the reference's clients write them") {
  CHECK(to_hex(to_msgpack(encode(get_interface_stats{}))) == "81a3676574af696e746572666163655f7374617473");
  CHECK(encode(get_path_table{}) == value(value::map{{"get", "path_table"}, {"max_hops", nullptr}}));
  CHECK(encode(drop_all_via{transport_id::from(hash)}) ==
        value(value::map{{"drop", "all_via"}, {"destination_hash", hash}}));
  CHECK(encode(blackhole{identity, number(5), "x"}) ==
        value(value::map{{"blackhole_identity", hash}, {"until", 5}, {"reason", "x"}}));
}

TEST_CASE("a call with any of its keys missing is refused") {
  for (const auto& call : calls) {
    const auto whole = encode(call);
    for (std::size_t i = 0; i < whole.as_map()->size(); ++i) {
      auto members = *whole.as_map();
      members.erase(members.begin() + static_cast<std::ptrdiff_t>(i));
      CHECK_FALSE(parse_request(members));
    }
  }
}

TEST_CASE("calls that nobody knows or that are of the wrong kind are refused") {
  for (const auto& bad : std::vector<value>{
           nullptr, 5, "interface_stats", value::list{}, value::map{}, value::map{{"get", "secrets"}},
           value::map{{"get", 5}}, value::map{{"get", "next_hop"}, {"destination_hash", "text"}},
           value::map{{"get", "next_hop"}, {"destination_hash", octet_string(15)}},
           value::map{{"get", "path_table"}, {"max_hops", "all"}}, value::map{{"manage", "stop"}, {"name", "x"}},
           value::map{{"manage", "attach_interface"}, {"name", 5}}, value::map{{"drop", "everything"}},
           value::map{{"destination_data", "forget"}, {"destination_hash", hash}},
           value::map{{"identity_data", "used"}, {"identity_hash", hash}},
           value::map{{"blackhole_identity", hash}, {"until", "soon"}, {"reason", nullptr}},
           value::map{{octet_string{'g', 'e', 't'}, "interface_stats"}}})
    CHECK_FALSE(parse_request(bad));
}

TEST_CASE("the status that a real daemon reported is written again octet for octet") {
  for (const std::string version : {"1.5.7", "1.4.2"}) {
    INFO(version);
    const auto reply = recorded_reply(version);
    const auto status = parse_node_status(reply);
    REQUIRE(status);
    REQUIRE(status->interfaces.size() == 5);
    CHECK(status->interfaces[0].txdrp.present == (version == "1.5.7"));
    CHECK(status->rxqt.present == (version == "1.5.7"));
    if (version == "1.5.7")
      CHECK(to_hex(to_msgpack(encode(*status))) == to_hex(to_msgpack(reply)));
    else
      CHECK(parse_node_status(encode(*status)) == status);
  }
}

TEST_CASE("a fresh status has every key that a current daemon always sends") {
  const auto always = recorded_reply("1.5.7");
  node_status node;
  node.interfaces.emplace_back().name = "TCPInterface[Hub/h:1]";
  const auto ours = encode(node);
  for (const auto& member : *always.as_map())
    if (!member.key.as_text()->starts_with("transport_") && *member.key.as_text() != "network_id" &&
        *member.key.as_text() != "probe_responder")
      CHECK(ours.find(*member.key.as_text()) != nullptr);
  const std::vector<std::string> sometimes{"parent_interface_name", "parent_interface_hash", "announce_queue",
                                           "blocked_ips", "blocked_ip_list"};
  for (const auto& interface : *always.find("interfaces")->as_list())
    for (const auto& member : *interface.as_map()) {
      const auto& name = *member.key.as_text();
      INFO(name);
      if (std::find(sometimes.begin(), sometimes.end(), name) == sometimes.end())
        CHECK((*ours.find("interfaces")->as_list())[0].find(name) != nullptr);
    }
}
