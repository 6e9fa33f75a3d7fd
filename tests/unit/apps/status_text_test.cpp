#include "apps/plexus/status_text.hpp"

#include "apps/plexus/json_text.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/recorded_values.hpp"

using namespace plexus;

namespace {

status_options options_of(const nlohmann::ordered_json& from) {
  status_options options;
  options.all = from.value("dispall", false);
  options.announces = from.value("astats", false);
  options.path_requests = from.value("pstats", false);
  options.links = from.value("lstats", false);
  options.bursts_only = from.value("burst_filter", false);
  options.blocked_ips = from.value("blocked_ips", false);
  options.totals = from.value("traffic_totals", false);
  options.pps = from.value("pps", false);
  options.queues = from.value("queue_stats", false);
  options.ascending = from.value("sort_reverse", false);
  options.sort_key = from.value("sorting", "");
  options.filter = from.value("name_filter", "");
  return options;
}

std::optional<std::int64_t> count_of(const nlohmann::ordered_json& from) {
  return from.is_null() ? std::nullopt : std::optional(from.get<std::int64_t>());
}

}  // namespace

TEST_CASE("the status of a node reads letter for letter as rnstatus prints it") {
  const auto data = test::recorded("control/status_texts.json");
  REQUIRE(data["cases"].size() >= 12);
  for (const auto& recorded : data["cases"]) {
    INFO(recorded["name"].get<std::string>());
    const auto reported = test::value_of(data["nodes"][recorded["node"].get<std::size_t>()]);
    const auto node = parse_node_status(reported);
    REQUIRE(node);
    const auto& options = recorded["options"];
    const auto ours = options.value("json", false)
                          ? json_text(reported) + "\n"
                          : status_text(*node, options_of(options),
                                        {count_of(recorded["links"]), count_of(recorded["active_links"])}, data["now"]);
    CHECK(ours == recorded["text"].get<std::string>());
  }
}

TEST_CASE("a status survives writing and reading") {
  const auto data = test::recorded("control/status_texts.json");
  for (const auto& recorded : data["nodes"]) {
    const auto node = parse_node_status(test::value_of(recorded));
    REQUIRE(node);
    CHECK(parse_node_status(encode(*node)) == node);
  }
}

TEST_CASE("what a daemon of the 1.4 line does not tell is left out of its status") {
  const value reported = value::map{{"interfaces", value::list{value::map{{"clients", nullptr},
                                                                          {"bitrate", 10000000},
                                                                          {"rxs", 0},
                                                                          {"txs", 8000.0},
                                                                          {"name", "TCPInterface[Hub/h:1]"},
                                                                          {"rxb", 10},
                                                                          {"txb", 2000},
                                                                          {"incoming_announce_frequency", 0},
                                                                          {"outgoing_announce_frequency", 0},
                                                                          {"status", true},
                                                                          {"mode", 1}}}},
                                    {"rxb", 10},
                                    {"txb", 2000},
                                    {"rxs", 0},
                                    {"txs", 8000.0}};
  const auto node = parse_node_status(reported);
  REQUIRE(node);
  CHECK_FALSE(node->rxqt.present);
  CHECK_FALSE(node->interfaces[0].txdrp.present);
  status_options options;
  options.announces = options.path_requests = options.totals = options.queues = options.pps = true;
  CHECK(status_text(*node, options, {}, 0) ==
        "\n TCPInterface[Hub/h:1]\n"
        "    Status    : Up\n"
        "    Mode      : Full\n"
        "    Rate      : 10.00 Mbps\n"
        "    Announces : 0 Hz↑      \n"
        "                0 Hz↓      \n"
        "    Traffic   : ↑2.00 KB    8.00 Kbps\n"
        "                ↓10 B       0 bps\n"
        "\n Totals       : ↑2.00 KB  8.00 Kbps\n"
        "                ↓10 B     0 bps\n"
        "\n");
}

TEST_CASE("a status with a known key of another kind is refused") {
  const auto damaged = [](const char* key, value content) {
    return value::map{{"interfaces", value::list{value::map{{"name", "X[y]"}, {key, std::move(content)}}}}};
  };
  CHECK(parse_node_status(damaged("rxb", 1)));
  CHECK_FALSE(parse_node_status(damaged("rxb", "many")));
  CHECK_FALSE(parse_node_status(damaged("rxb", -1)));
  CHECK_FALSE(parse_node_status(damaged("blocked_ip_list", value::list{1})));
  CHECK_FALSE(parse_node_status(value::map{{"interfaces", value::list{value::map{{"rxb", 1}}}}}));
  CHECK_FALSE(parse_node_status(value::map{{"interfaces", 5}}));
  CHECK_FALSE(parse_node_status(nullptr));
}
