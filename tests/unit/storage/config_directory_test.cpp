#include "storage/config/config_directory.hpp"

#include "storage/config/config_diff.hpp"
#include "storage/config/default_config.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/storage/temporary_directory.hpp"

#include <fstream>

using namespace plexus;
namespace fs = std::filesystem;

TEST_CASE("the configuration directory is searched for in the reference's order") {
  temporary_directory home;
  const auto etc = home / "etc";
  CHECK(find_config_directory("/given", home.path(), etc) == "/given");
  CHECK(find_config_directory("~/given", home.path(), etc) == home / "given");
  CHECK(find_config_directory(std::nullopt, home.path(), etc) == home / ".reticulum");
  fs::create_directories(home / ".config/reticulum");
  CHECK(find_config_directory(std::nullopt, home.path(), etc) == home / ".reticulum");
  std::ofstream{home / ".config/reticulum/config"} << "\n";
  CHECK(find_config_directory(std::nullopt, home.path(), etc) == home / ".config/reticulum");
  fs::create_directories(etc);
  std::ofstream{etc / "config"} << "\n";
  CHECK(find_config_directory(std::nullopt, home.path(), etc) == etc);
}

TEST_CASE("a first start writes a default configuration, which is then read like any other") {
  temporary_directory directory;
  const auto first = load_or_create_config(directory / "deep/down");
  CHECK(first.created);
  CHECK(first.node.warnings.empty());
  CHECK(first.node.reticulum.enable_transport);
  CHECK(first.node.reticulum.share_instance);
  CHECK(first.node.metrics == metrics_config{});
  REQUIRE(first.node.interfaces.size() == 2);
  CHECK(first.node.interfaces[0].settings == type_settings{auto_interface_settings{}});
  CHECK(std::get<tcp_server_settings>(first.node.interfaces[1].settings).listen.address == "127.0.0.1");
  CHECK(std::get<tcp_server_settings>(first.node.interfaces[1].settings).listen.port == 4242);
  CHECK_FALSE(load_or_create_config(directory / "deep/down").created);
}

TEST_CASE("what the default configuration comments out can be switched on") {
  std::string text{default_config_text()};
  for (auto at = text.find("  # "); at != std::string::npos; at = text.find("  # ", at + 1)) {
    const auto line = text.substr(at + 4, text.find('\n', at) - at - 4);
    const auto start = line.find_first_not_of(' ');
    const auto key_end = line.find(" = ");
    const bool is_key = key_end != std::string::npos && line.find(' ', start) == key_end;
    if (is_key || line.substr(start, 2) == "[[")
      text.replace(at, 4, "    ");
  }
  const auto config = read_node_config(text, "config");
  CHECK(config.warnings.empty());
  CHECK(config.interfaces.size() == 3);
  CHECK(config.interfaces[2].passphrase == "not this one, please");
  CHECK(config.plexus == plexus_config{});
}

TEST_CASE("a default configuration that cannot be written is an error that names the file") {
  CHECK_THROWS_WITH(load_or_create_config("/proc/nothing"), Catch::Contains("/proc/nothing/config: expected"));
}

TEST_CASE("a reload adds, removes, changes and keeps interfaces by name") {
  const auto before = read_node_config(
      "[reticulum]\nenable_transport = no\n[interfaces]\n[[same]]\ntype = AutoInterface\nenabled = yes\n"
      "[[gone]]\ntype = AutoInterface\nenabled = yes\n[[off]]\ntype = AutoInterface\nenabled = yes\n"
      "[[moved]]\ntype = TCPServerInterface\nenabled = yes\nlisten_ip = ::\nport = 1\nmode = gw\n",
      "config");
  const auto after = read_node_config(
      "[logging]\nloglevel = 5\n[plexus]\nshards = 2\n[interfaces]\n[[new]]\ntype = AutoInterface\nenabled = yes\n"
      "[[off]]\ntype = AutoInterface\n[[moved]]\ntype = TCPServerInterface\nenabled = yes\nlisten_ip = ::\nport = 2\n"
      "[[same]]\ntype = AutoInterface\nenabled = yes\n",
      "config");
  const auto plan = plan_reload(before, after);
  REQUIRE(plan.added.size() == 1);
  CHECK(plan.added[0].name == "new");
  REQUIRE(plan.removed.size() == 2);
  CHECK(plan.removed[0].name == "gone");
  CHECK(plan.removed[1].name == "off");
  REQUIRE(plan.changed.size() == 1);
  CHECK(plan.changed[0].after.name == "moved");
  CHECK(plan.changed[0].keys == std::vector<std::string>{"type", "mode"});
  CHECK(plan.unchanged == std::vector<std::string>{"same"});
  CHECK(plan.applies_now == std::vector<std::string>{"logging.loglevel"});
  CHECK(plan.needs_restart == std::vector<std::string>{"plexus.shards"});
  CHECK(plan_reload(after, after).empty());
}

TEST_CASE("a new default of the node changes the interfaces that use it, and no others") {
  const auto text = [](const std::string& node) {
    return "[reticulum]\n" + node +
           "\n[interfaces]\n[[a]]\ntype = AutoInterface\nenabled = yes\n[[b]]\ntype = AutoInterface\n"
           "enabled = yes\ngravity = 1\n";
  };
  const auto plan = plan_reload(read_node_config(text(""), "c"), read_node_config(text("default_gravity = 2"), "c"));
  REQUIRE(plan.changed.size() == 1);
  CHECK(plan.changed[0].after.name == "a");
  CHECK(plan.changed[0].keys == std::vector<std::string>{"gravity"});
  CHECK(plan.needs_restart.empty());
}

TEST_CASE("every node-wide setting that differs is named") {
  const std::pair<const char*, const char*> settings[] = {
      {"share_instance", "no"},
      {"instance_name", "x"},
      {"shared_instance_type", "tcp"},
      {"shared_instance_port", "1"},
      {"instance_control_port", "1"},
      {"rpc_key", "00"},
      {"enable_transport", "yes"},
      {"static_transport_identity", "yes"},
      {"local_hops_delta", "yes"},
      {"network_identity", "x"},
      {"link_mtu_discovery", "no"},
      {"use_implicit_proof", "no"},
      {"enable_remote_management", "yes"},
      {"remote_management_allowed", "00112233445566778899aabbccddeeff"},
      {"enable_interface_management", "no"},
      {"respond_to_probes", "yes"},
      {"panic_on_interface_error", "yes"},
      {"force_shared_instance_bitrate", "1"},
      {"qlen_in_data", "1"},
      {"qlen_in_announce", "1"},
      {"qlen_in_pr", "1"},
      {"qlen_in_il", "1"},
      {"discover_interfaces", "yes"},
      {"required_discovery_value", "1"},
      {"interface_discovery_sources", "00112233445566778899aabbccddeeff"},
      {"autoconnect_discovered_interfaces", "1"},
      {"autoconnect_unverified_implementations", "yes"},
      {"autoconnect_interface_mode", "ap"},
      {"autoconnect_interface_gravity", "1"},
      {"autoconnect_announces_to_internal", "yes"},
      {"publish_blackhole", "yes"},
      {"blackhole_sources", "00112233445566778899aabbccddeeff"},
      {"blackhole_update_interval", "5"}};
  for (const auto& [key, value] : settings) {
    INFO(key);
    const auto after = read_node_config(std::string{"[reticulum]\n"} + key + " = " + value, "c");
    const auto plan = plan_reload(read_node_config("", "c"), after);
    auto named = plan.needs_restart;
    named.insert(named.end(), plan.applies_now.begin(), plan.applies_now.end());
    CHECK(named == std::vector<std::string>{std::string{"reticulum."} + key});
  }
}
