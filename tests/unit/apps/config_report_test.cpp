#include "apps/plexus/config_report.hpp"

#include "apps/plexus/table.hpp"
#include "tests/unit/catch.hpp"

using namespace plexus;

namespace {

node_config node_of(const std::string& interfaces, const std::string& more = {}) {
  return read_node_config("[reticulum]\n" + more + "[interfaces]\n" + interfaces, "config");
}

constexpr const char* port =
    "[[Port]]\ntype = TCPServerInterface\nenabled = Yes\nlisten_ip = ::1\nlisten_port = 4242\n";
constexpr const char* uplink =
    "[[Uplink]]\ntype = TCPClientInterface\nenabled = Yes\ntarget_host = example.org\ntarget_port = 4242\n";

interface_status running(const std::string& name) {
  interface_status one;
  one.short_name = name;
  return one;
}

}  // namespace

TEST_CASE("columns are as wide as their longest cell") {
  CHECK(table_text({{"Name", "N"}, {"æøå", "1"}, {"longer", ""}}) == "Name    N\næøå     1\nlonger\n");
}

TEST_CASE("a configuration is shown as it would run") {
  const auto report = interfaces_report(node_of(std::string(port) + uplink));
  CHECK(report.find("[::1]:4242") != std::string::npos);
  CHECK(report.find("-> example.org:4242") != std::string::npos);
  CHECK(interfaces_json(node_of(port))[0]["mtu"] == 16384);
}

TEST_CASE("a plan names what a reload would change") {
  const auto plan = plan_reload(node_of(port), node_of(std::string(port) + "mode = gateway\n" + uplink));
  const auto report = plan_report(plan);
  CHECK(report.find("+ interface Uplink (TCPClientInterface)") != std::string::npos);
  CHECK(report.find("~ interface Port: mode") != std::string::npos);
  CHECK(plan_json(plan)["added"] == nlohmann::ordered_json{"Uplink"});
  CHECK(plan_report(plan_reload(node_of(port), node_of(port))) == "A reload would change nothing.\n");
}

TEST_CASE("a running node is compared by name and by what it tells") {
  node_status status;
  status.interfaces = {running("Port"), running("Gone"), running("Reticulum"), running("Client on Port")};
  status.interfaces[2].type = "LocalServerInterface";
  status.interfaces[3].parent_interface_name = std::string("TCPServerInterface[Port/[::1]:4242]");
  status.interfaces[0].mode = 6;
  const auto difference = compare_with_running(node_of(std::string(port) + uplink), status);
  CHECK(difference.added == std::vector<std::string>{"Uplink"});
  CHECK(difference.removed == std::vector<std::string>{"Gone"});
  REQUIRE(difference.changed.size() == 1);
  CHECK(difference.changed[0].keys == std::vector<std::string>{"mode"});
  CHECK(difference_json(difference)["changed"][0]["name"] == "Port");
}
