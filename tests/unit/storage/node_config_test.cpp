#include "storage/config/node_config.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace plexus;

namespace {

node_config read(const std::string& text) {
  return read_node_config(text, "config");
}

interface_config interface_with(const std::string& keys) {
  return read("[interfaces]\n[[one]]\n" + keys).interfaces.at(0);
}

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const config_error& error) {
    return error.what();
  }
  return "no error";
}

std::vector<std::string> warnings_of(const std::string& text) {
  std::vector<std::string> out;
  for (const auto& warning : read(text).warnings)
    out.push_back(warning.shown());
  return out;
}

template <class T>
T settings_of(const std::string& keys) {
  const auto one = interface_with(keys);
  REQUIRE(std::holds_alternative<T>(one.settings));
  return std::get<T>(one.settings);
}

}  // namespace

TEST_CASE("an empty configuration is the reference's defaults") {
  const auto config = read("");
  CHECK(config.warnings.empty());
  CHECK(config.interfaces.empty());
  CHECK_FALSE(config.logging.level);
  CHECK(config.logging.timestamps);
  const auto& node = config.reticulum;
  CHECK(node.share_instance);
  CHECK(node.instance_name == "default");
  CHECK(node.shared_instance_type == shared_instance_transport::unset);
  CHECK(node.shared_instance_port == 37428);
  CHECK(node.instance_control_port == 37429);
  CHECK_FALSE(node.rpc_key);
  CHECK_FALSE(node.enable_transport);
  CHECK(node.link_mtu_discovery);
  CHECK(node.use_implicit_proof);
  CHECK(node.enable_interface_management);
  CHECK_FALSE(node.respond_to_probes);
  CHECK(node.default_announce_rate_target == 3600);
  CHECK(node.default_announce_rate_grace == 5);
  CHECK(node.data_queue_max == 1024);
  CHECK(node.limited_queue_max == 8);
  CHECK(node.blackhole_update_interval == 3600);
  CHECK(config.plexus == plexus_config{});
  CHECK(config.metrics.enabled);
  CHECK(config.metrics.address == "127.0.0.1");
  CHECK(config.metrics.port == 9477);
}

TEST_CASE("every key of [logging] and [reticulum] is read") {
  const auto config = read(R"([logging]
loglevel = 12
logtimestamps = no
[reticulum]
share_instance = No
instance_name = other
shared_instance_type = TCP
shared_instance_port = 1
instance_control_port = 2
rpc_key = 00ff
enable_transport = 1
static_transport_identity = on
local_hops_delta = true
network_identity = ~/id
link_mtu_discovery = off
use_implicit_proof = no
enable_remote_management = yes
remote_management_allowed = 00112233445566778899aabbccddeeff, 00112233445566778899AABBCCDDEEFF
enable_interface_management = no
respond_to_probes = YES
panic_on_interface_error = yes
force_shared_instance_bitrate = 1_000
default_gravity = 3
default_ar_target = 0
default_ar_penalty = 7
default_ar_grace = 2
ic_max_held_announces = 9
ic_burst_hold = 1.5
ic_burst_freq_new = 2
ic_burst_freq = 3
ic_pr_burst_freq_new = 4
ic_pr_burst_freq = 5
ic_new_time = 6
ic_burst_penalty = 7
ic_held_release_interval = 8
ec_pr_freq = 9
egress_control = yes
qlen_in_data = 10
qlen_in_announce = 11
qlen_in_pr = 12
qlen_in_il = 0
discover_interfaces = yes
required_discovery_value = 14
interface_discovery_sources = 00112233445566778899aabbccddeeff
autoconnect_discovered_interfaces = 3
autoconnect_unverified_implementations = yes
autoconnect_interface_mode = GW
autoconnect_interface_gravity = -4
autoconnect_announces_to_internal = yes
publish_blackhole = yes
blackhole_sources = 00112233445566778899aabbccddeeff
blackhole_update_interval = 1
)");
  const auto id = *identity_hash::from_hex("00112233445566778899aabbccddeeff");
  CHECK(config.logging.level == 8);
  CHECK_FALSE(config.logging.timestamps);
  reticulum_config wanted;
  wanted.share_instance = false;
  wanted.instance_name = "other";
  wanted.shared_instance_type = shared_instance_transport::tcp;
  wanted.shared_instance_port = 1;
  wanted.instance_control_port = 2;
  wanted.rpc_key = octet_string{0x00, 0xff};
  wanted.enable_transport = wanted.static_transport_identity = wanted.local_hops_delta = true;
  wanted.network_identity = "~/id";
  wanted.link_mtu_discovery = wanted.use_implicit_proof = wanted.enable_interface_management = false;
  wanted.enable_remote_management = wanted.respond_to_probes = wanted.panic_on_interface_error = true;
  wanted.remote_management_allowed = {id};
  wanted.force_shared_instance_bitrate = 1000;
  wanted.default_gravity = 3;
  wanted.default_announce_rate_penalty = 7;
  wanted.default_announce_rate_grace = 2;
  wanted.bursts = {true, 9, 1.5, 2, 3, 4, 5, 6, 7, 8, 9};
  wanted.data_queue_max = 10;
  wanted.announce_queue_max = 11;
  wanted.path_request_queue_max = 12;
  wanted.discover_interfaces = true;
  wanted.required_discovery_value = 14;
  wanted.interface_discovery_sources = wanted.blackhole_sources = {id};
  wanted.autoconnect_discovered_interfaces = 3;
  wanted.autoconnect_unverified_implementations = true;
  wanted.autoconnect_interface_mode = interface_mode::gateway;
  wanted.autoconnect_interface_gravity = -4;
  wanted.autoconnect_announces_to_internal = true;
  wanted.publish_blackhole = true;
  wanted.blackhole_update_interval = 120;
  CHECK(config.reticulum == wanted);
  REQUIRE(config.warnings.size() == 1);
  CHECK(config.warnings[0].shown() == "config:41: qlen_in_il: less than 1, ignored");
}

TEST_CASE("the sections of this program's own are read and bounded") {
  const auto config = read(
      "[plexus]\nshards = 2\nio_threads = 3\ntx_buffer = 65536\nmax_paths = 5000\nmax_links = 6000\n"
      "[metrics]\nenabled = no\nlisten = [::1]:80\n");
  CHECK(config.plexus == plexus_config{2, 3, 65536, 5000, 6000});
  CHECK(config.metrics == metrics_config{false, "::1", 80});
  CHECK(error_of("[plexus]\nmax_paths = 3") == "config:2: max_paths: expected a whole number from 1024 on, found: 3");
  CHECK(error_of("[plexus]\nshards = 5000") == "config:2: shards: expected 0 to 1024, found: 5000");
  for (const auto* listen : {"9477", "localhost:", ":9477", "::1:9477", "a:70000", "a:-1", "a:0", "[]:1"}) {
    INFO(listen);
    CHECK(error_of(std::string{"[metrics]\nlisten = "} + listen) ==
          std::string{"config:2: listen: expected address:port, an IPv6 address in square brackets, found: "} + listen);
  }
}

TEST_CASE("what cannot be converted is named with file, line, key and what was expected") {
  CHECK(error_of("[reticulum]\n\nenable_transport = maybe") ==
        "config:3: enable_transport: expected yes or no, found: maybe");
  CHECK(error_of("[logging]\nloglevel = high") == "config:2: loglevel: expected a whole number, found: high");
  CHECK(error_of("[reticulum]\nic_burst_hold = nan") == "config:2: ic_burst_hold: expected a number, found: nan");
  CHECK(error_of("[reticulum]\nshared_instance_port = 65536") ==
        "config:2: shared_instance_port: expected a port, 0 to 65535, found: 65536");
  CHECK(error_of("[reticulum]\nblackhole_sources = 0011, 22") ==
        "config:2: blackhole_sources: expected hashes of 32 hexadecimal digits each, found: [0011, 22]");
  CHECK(error_of("[interfaces]\n[[x]]\ntype = UDPInterface\npassphrase = a, b") ==
        "config:4: passphrase: expected one value (quote it if it holds a comma), found: [a, b]");
  CHECK(error_of("[interfaces]\n[[x]]\nenabled = yes") ==
        "config:2: type: expected an interface type in [x], found none");
  CHECK(error_of("[interfaces]\n[[x]]\nenabled = yes\ntype = TCPServerInterface\nlisten_ip = ::") ==
        "config:2: listen_port: expected listen_port or port in [x], found none");
  CHECK(error_of("[interfaces]\n[[x]]\nbitrate = %(none)s") ==
        "config:3: bitrate: expected a value for %(none)s, found none in this section or around it");
}

TEST_CASE("numbers are read as Python reads them") {
  const auto level = [](const std::string& text) { return read("[logging]\nloglevel = " + text).logging.level; };
  CHECK(level("+4") == 4);
  CHECK(level("\" 4 \"") == 4);
  CHECK(level("0_4") == 4);
  CHECK(level("-3") == 0);
  for (const auto* bad : {"_4", "4_", "4__4", "4.0", "0x4", "+-4", "\"\"", "4 4", "99999999999999999999"}) {
    INFO(bad);
    CHECK_THROWS_AS(level(bad), config_error);
  }
  const auto hold = [](const std::string& text) {
    return *read("[reticulum]\nic_burst_hold = " + text).reticulum.bursts.hold;
  };
  CHECK(hold("1e1") == 10);
  CHECK(hold(".5") == 0.5);
  CHECK(hold("inf") > 1e300);
  CHECK(hold("-1") == 0);
}

TEST_CASE("the common keys of an interface are read") {
  const auto one = interface_with(R"(type = UDPInterface
enabled = yes
mode = roaming
outgoing = no
gravity = 7
network_name = net
passphrase = "a, b"
ifac_size = 130
bitrate = 9600
announce_cap = 5
announce_rate_target = 100
announce_rate_grace = 1
announce_rate_penalty = 2
ingress_control = no
egress_control = no
ic_max_held_announces = 4
ec_pr_freq = 1.25
recursive_prs = yes
announces_from_internal = no
announces_to_internal = yes
bootstrap_only = yes
)");
  CHECK(one.name == "one");
  CHECK(one.type == "UDPInterface");
  CHECK(one.line == 2);
  CHECK(one.enabled);
  CHECK(one.mode == interface_mode::roaming);
  CHECK_FALSE(one.outgoing);
  CHECK(one.gravity == 7);
  CHECK(one.network_name == "net");
  CHECK(one.passphrase == "a, b");
  CHECK(one.ifac_size == 16u);
  CHECK(one.bitrate == 9600u);
  CHECK(one.announce_cap == Approx(0.05));
  CHECK(one.announce_rate_target == 100u);
  CHECK(one.announce_rate_grace == 1u);
  CHECK(one.announce_rate_penalty == 2u);
  CHECK_FALSE(one.ingress_control);
  CHECK(one.bursts.egress_control == false);
  CHECK(one.bursts.held_announces_max == 4u);
  CHECK(one.bursts.egress_frequency == 1.25);
  CHECK(one.recursive_path_requests);
  CHECK_FALSE(one.announces_from_internal);
  CHECK(one.announces_to_internal == true);
  CHECK(one.bootstrap_only);
}

TEST_CASE("an interface with nothing set has the reference's defaults and is disabled") {
  const auto one = interface_with("type = AutoInterface\n");
  interface_config wanted;
  wanted.name = "one";
  wanted.type = "AutoInterface";
  wanted.line = 2;
  wanted.settings = auto_interface_settings{};
  CHECK(one == wanted);
}

TEST_CASE("every spelling of every mode is known under both keys") {
  const std::pair<const char*, interface_mode> names[] = {
      {"full", interface_mode::full},          {"access_point", interface_mode::access_point},
      {"AP", interface_mode::access_point},    {"accesspoint", interface_mode::access_point},
      {"ptp", interface_mode::point_to_point}, {"pointtopoint", interface_mode::point_to_point},
      {"Roaming", interface_mode::roaming},    {"boundary", interface_mode::boundary},
      {"gateway", interface_mode::gateway},    {"gw", interface_mode::gateway},
      {"internal", interface_mode::internal}};
  for (const auto& [name, mode] : names)
    for (const std::string key : {"mode", "interface_mode"})
      CHECK(interface_with("type = AutoInterface\n" + key + " = " + name).mode == mode);
  CHECK(interface_with("type = AutoInterface\nmode = gw\ninterface_mode = ap").mode == interface_mode::access_point);
  CHECK(warnings_of("[interfaces]\n[[x]]\ntype = AutoInterface\nmode = odd") ==
        std::vector<std::string>{"config:4: mode: no mode is called odd, using full"});
}

TEST_CASE("either of the keys that enable an interface enables it") {
  CHECK(interface_with("type = AutoInterface\ninterface_enabled = yes").enabled);
  CHECK(interface_with("type = AutoInterface\ninterface_enabled = no\nenabled = yes").enabled);
  CHECK_FALSE(interface_with("type = AutoInterface\ninterface_enabled = no").enabled);
}

TEST_CASE("of two spellings of an access code's parts the later one counts, and None is nothing") {
  const auto one =
      interface_with("type = AutoInterface\nnetwork_name = b\nnetworkname = a\npass_phrase = d\npassphrase = c");
  CHECK(one.network_name == "b");
  CHECK(one.passphrase == "d");
  const auto none = interface_with("type = AutoInterface\nnetwork_name = None\nnetworkname = a\npassphrase = ''");
  CHECK(none.network_name == "a");
  CHECK_FALSE(none.passphrase);
}

TEST_CASE("values of common keys outside their range are as if unset, with a warning") {
  const auto text =
      "[interfaces]\n[[x]]\ntype = AutoInterface\nbitrate = 4\nifac_size = 7\nannounce_cap = 101\n"
      "announce_rate_target = 0\nannounce_rate_grace = -1\nannounce_rate_penalty = -1\n";
  const auto config = read(text);
  const auto& one = config.interfaces.at(0);
  CHECK_FALSE(one.bitrate);
  CHECK_FALSE(one.ifac_size);
  CHECK(one.announce_cap == 0.02);
  CHECK_FALSE(one.announce_rate_target);
  CHECK_FALSE(one.announce_rate_grace);
  CHECK_FALSE(one.announce_rate_penalty);
  CHECK(config.warnings.size() == 6);
  CHECK(error_of("[interfaces]\n[[x]]\nifac_size = 520") ==
        "config:3: ifac_size: expected a size in bits, 8 to 512, found: 520");
}

TEST_CASE("keys that nobody knows are all named, in the order of the file") {
  CHECK(warnings_of("early = 1\n[logging]\nlevel = 3\n[odd]\n[reticulum]\ntransport = yes\n[interfaces]\nfoo = 1\n"
                    "[[x]]\ntype = PipeInterface\ncommand = cat\nspeed = 3\nlatitude = 1\nmode = ap\n") ==
        std::vector<std::string>{
            "config:1: early: stands before any section, ignored", "config:3: level: not a key of [logging], ignored",
            "config:4: odd: not a section that is known here, ignored",
            "config:6: transport: not a key of [reticulum], ignored",
            "config:8: foo: stands in no [[interface]], ignored", "config:12: speed: not a key of [x], ignored"});
}

TEST_CASE("AutoInterface") {
  auto_interface_settings wanted{"g", multicast_scope::organisation, 1, true, 2, {"eth0"}, {"lo", "wlan0"}, 5};
  CHECK(settings_of<auto_interface_settings>(
            "type = AutoInterface\ngroup_id = g\ndiscovery_scope = Organisation\ndiscovery_port = 1\n"
            "multicast_address_type = permanent\ndata_port = 2\ndevices = eth0\nignored_devices = lo, wlan0\nfwmark = "
            "5") == wanted);
  CHECK_THROWS_WITH(interface_with("type = AutoInterface\nenabled = yes\ndiscovery_scope = moon"),
                    "config:5: discovery_scope: expected link, admin, site, organisation or global, found: moon");
}

TEST_CASE("TCP server: port goes before listen_port, and a device needs no address") {
  const auto first = settings_of<tcp_server_settings>(
      "type = TCPServerInterface\nenabled = yes\nlisten_ip = ::\nlisten_port = 1\nport = 2\ni2p_tunneled = "
      "yes\nprefer_ipv6 = yes");
  CHECK(first == tcp_server_settings{{std::nullopt, "::", 2, true, std::nullopt}, true});
  const auto second = settings_of<tcp_server_settings>(
      "type = TCPServerInterface\nenabled = yes\ndevice = eth0\nlisten_port = 1\nfwmark = 9");
  CHECK(second == tcp_server_settings{{"eth0", "", 1, false, 9}, false});
  CHECK(error_of("[interfaces]\n[[x]]\ntype = TCPServerInterface\nenabled = yes\nport = 1") ==
        "config:2: listen_ip: expected listen_ip or device in [x], found none");
}

TEST_CASE("TCP client") {
  const auto one = settings_of<tcp_client_settings>(
      "type = TCPClientInterface\ntarget_host = h\ntarget_port = 4242\nkiss_framing = yes\ni2p_tunneled = yes\n"
      "connect_timeout = 3\nmax_reconnect_tries = 4\nfixed_mtu = 600\nfwmark = 1");
  CHECK(one == tcp_client_settings{{"h", 4242, false, 4, 1}, true, true, 600});
  CHECK_FALSE(
      settings_of<tcp_client_settings>("type = TCPClientInterface\ntarget_host = h\ntarget_port = 1\nfixed_mtu = 0")
          .fixed_mtu);
  CHECK(error_of("[interfaces]\n[[x]]\ntype = TCPClientInterface\nenabled = yes\ntarget_host = h\ntarget_port = "
                 "1\nfixed_mtu = 499") == "config:7: fixed_mtu: expected a size in octets from 500 on, found: 499");
}

TEST_CASE("Backbone is a listener, or a client with remote or target_host") {
  const auto server = settings_of<backbone_server_settings>(
      "type = BackboneInterface\nlisten_ip = a\nlisten_on = b\nport = 1\nblock_fast_flapping = no\n"
      "fast_flapping_threshold = 2.5\nfast_flapping_grace = 3\nfast_flapping_block_time = 4");
  CHECK(server == backbone_server_settings{{std::nullopt, "b", 1, false, std::nullopt}, false, 2.5, 3, 240});
  const backbone_client_settings client{{"r", 7, true, 0, std::nullopt}};
  CHECK(settings_of<backbone_client_settings>(
            "type = BackboneInterface\nremote = r\nport = 7\nprefer_ipv6 = yes\nmax_reconnect_tries = -1") == client);
  CHECK(settings_of<backbone_client_settings>(
            "type = BackboneClientInterface\ntarget_host = t\nremote = r\n"
            "target_port = 8\nport = 7\nprefer_ipv6 = yes\nmax_reconnect_tries = 0") == client);
  CHECK(error_of("[interfaces]\n[[x]]\ntype = BackboneInterface\nenabled = yes\nremote = h") ==
        "config:2: target_port: expected port or target_port in [x], found none");
}

TEST_CASE("UDP: port stands for what is missing") {
  CHECK(settings_of<udp_settings>("type = UDPInterface\nlisten_ip = a\nforward_ip = b\nport = 1\nforward_port = 2") ==
        udp_settings{std::nullopt, "a", "b", 1, 2, std::nullopt});
  CHECK(settings_of<udp_settings>("type = UDPInterface\ndevice = eth0\nport = 1\nfwmark = 2") ==
        udp_settings{"eth0", std::nullopt, std::nullopt, 1, 1, 2});
  CHECK(warnings_of("[interfaces]\n[[x]]\ntype = UDPInterface\nlisten_port = 1").size() == 1);
}

TEST_CASE("Pipe") {
  CHECK(settings_of<pipe_settings>("type = PipeInterface\ncommand = nc -u host 1\nrespawn_delay = 2.5") ==
        pipe_settings{"nc -u host 1", 2.5});
  CHECK(error_of("[interfaces]\n[[x]]\ntype = PipeInterface\nenabled = yes") ==
        "config:2: command: expected a command in [x], found none");
}

TEST_CASE("types that are not available keep their keys and are named in one sentence") {
  const auto config = read(
      "[interfaces]\n[[Radio]]\ntype = RNodeMultiInterface\nenabled = yes\nport = /dev/ttyUSB0\n[[[Sub]]]\nvport = 1\n"
      "[[Off]]\ntype = SerialInterface\nport = x\n[[Tnc]]\ntype = KISSInterface\ninterface_enabled = yes\n");
  CHECK(config.warnings.empty());
  const auto& keys = std::get<unavailable_settings>(config.interfaces.at(0).settings).keys;
  CHECK(keys.at("port").items.front() == "/dev/ttyUSB0");
  CHECK(keys.at("Sub.vport").items.front() == "1");
  CHECK(config.unavailable_interfaces() ==
        "these interfaces are of types that are not available and stay down: Radio (RNodeMultiInterface), Tnc "
        "(KISSInterface)");
  CHECK(read("").unavailable_interfaces().empty());
}

TEST_CASE("the own keys of a disabled interface may be wrong, until it is attached") {
  const std::string text = "[interfaces]\n[[x]]\ntype = TCPClientInterface\ntarget_host = h\n";
  const auto config = read(text);
  CHECK(std::holds_alternative<unavailable_settings>(config.interfaces.at(0).settings));
  REQUIRE(config.warnings.size() == 1);
  CHECK(config.warnings[0].shown() ==
        "config:2: target_port: expected target_port in [x], found none (the interface is disabled)");
  config_warnings warnings;
  const auto file = parse_config(text, "config");
  CHECK_THROWS_AS(find_interface(*file, "x", warnings), config_error);
  CHECK_FALSE(find_interface(*file, "y", warnings));
  const auto whole = parse_config(text + "target_port = 5\n", "config");
  CHECK(find_interface(*whole, "x", warnings)->enabled);
}

TEST_CASE("a discoverable interface gets a mode that strangers may use, and the node a lasting identity") {
  const std::string keys = "type = TCPServerInterface\nlisten_ip = ::\nport = 1\ndiscoverable = yes\n";
  CHECK(interface_with(keys).mode == interface_mode::gateway);
  CHECK(interface_with(keys + "mode = internal").mode == interface_mode::internal);
  CHECK(interface_with(keys + "ignore_config_warnings = yes\nmode = full").mode == interface_mode::full);
  CHECK(interface_with("type = RNodeInterface\ndiscoverable = yes").mode == interface_mode::access_point);
  CHECK(read("[interfaces]\n[[x]]\n" + keys).reticulum.static_transport_identity);
  CHECK_FALSE(
      read("[reticulum]\nenable_transport = yes\n[interfaces]\n[[x]]\n" + keys).reticulum.static_transport_identity);
}

TEST_CASE("the keys of discovery are read only when the interface is discoverable") {
  const std::string keys = R"(type = AutoInterface
mode = gateway
passphrase = p
announce_interval = 2
discovery_stamp_value = 14
discovery_name = n
discovery_encrypt = yes
reachable_on = host
publish_ifac = yes
location_cmd = cmd
latitude = 1.5
longitude = -2.5
height = 3
discovery_frequency = 4
discovery_bandwidth = 5
discovery_modulation = 6
discovery_lxmf_address = 00112233445566778899aabbccddeeff
)";
  CHECK_FALSE(interface_with(keys).discovery);
  discovery_settings wanted;
  wanted.announce_interval = std::chrono::minutes{5};
  wanted.stamp_value = 14;
  wanted.name = "n";
  wanted.encrypt = wanted.publish_ifac = true;
  wanted.reachable_on = "host";
  wanted.location_command = "cmd";
  wanted.latitude = 1.5;
  wanted.longitude = -2.5;
  wanted.height = 3;
  wanted.frequency = 4;
  wanted.bandwidth = 5;
  wanted.modulation = 6;
  wanted.lxmf_address = destination_hash::from_hex("00112233445566778899aabbccddeeff");
  CHECK(interface_with(keys + "discoverable = yes").discovery == wanted);
  const auto bare =
      interface_with("type = AutoInterface\ndiscoverable = yes\npublish_ifac = yes\ndiscovery_lxmf_address = zz");
  CHECK(bare.discovery == discovery_settings{});
}

TEST_CASE("a discovered interface's entry can be pasted as it is") {
  CHECK(warnings_of("[interfaces]\n[[x]]\ntype = BackboneInterface\nenabled = yes\nremote = a\ntarget_port = 1\n"
                    "transport_identity = 00112233445566778899aabbccddeeff\n")
            .empty());
}

TEST_CASE("what keeps a discoverable interface from being announced is warned of") {
  const std::string node =
      "[reticulum]\nenable_transport = yes\n[interfaces]\n[[x]]\nenabled = yes\nmode = gateway\n"
      "discoverable = yes\n";
  const std::string listener = node + "type = BackboneInterface\nlisten_on = ::\nport = 1\n";
  CHECK(warnings_of(listener + "reachable_on = a.b\n").empty());
  CHECK(warnings_of(listener) ==
        std::vector<std::string>{"config:7: discoverable: reachable_on is not set, so it is not announced"});
  CHECK(warnings_of(node + "type = AutoInterface\n") ==
        std::vector<std::string>{"config:7: discoverable: interfaces of its type cannot be discovered"});
  CHECK(warnings_of(listener + "reachable_on = a.b\ndiscovery_stamp_value = 37\n") ==
        std::vector<std::string>{
            "config:12: discovery_stamp_value: such a stamp takes hours to find, if it is found at all"});
}
