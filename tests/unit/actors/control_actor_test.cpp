#include "actors/control/destination_marks.hpp"
#include "actors/node.hpp"
#include "storage/config/config_directory.hpp"
#include "storage/state/state_directory.hpp"
#include "tests/unit/actors/supervised_rig.hpp"
#include "tests/unit/actors/test_sockets.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/storage/temporary_directory.hpp"
#include "transport/control/status.hpp"
#include "transport/control/tables.hpp"

#include <caf/all.hpp>

#include <fstream>
#include <future>
#include <set>

namespace plexus {
namespace {

using test::accepts;
using test::reserved_port;

std::string server_section(const std::string& name, std::uint16_t port, const std::string& more = {}) {
  return "[[" + name +
         "]]\ntype = TCPServerInterface\nenabled = yes\nlisten_ip = 127.0.0.1\nlisten_port = " + std::to_string(port) +
         "\n" + more;
}

/// A node on a directory of its own, with interfaces by name and port.
class running_node {
public:
  explicit running_node(const std::string& interfaces, const std::string& reticulum = {}) : reticulum_(reticulum) {
    write(interfaces);
    state_directory(directory_.path()).prepare();
    node_setup setup;
    setup.config = load_or_create();
    setup.identity = identity;
    setup.config_directory = directory_.path();
    setup.failed = [this] { failed = true; };
    node_ = std::make_unique<node>(std::move(setup));
    node_->start_interfaces();
  }

  void write(const std::string& interfaces) const {
    std::ofstream(directory_ / "config")
        << "[reticulum]\nenable_transport = yes\nshare_instance = no\n"
        << reticulum_ << "[metrics]\nenabled = no\n[plexus]\nshards = 2\nio_threads = 1\n[interfaces]\n"
        << interfaces;
  }

  /// A call that was thrown away, since who had it died, is made again.
  value ask(const rpc::request& request) const {
    for (;;) {
      auto answered = std::make_shared<std::promise<control_reply>>();
      auto answer = answered->get_future();
      auto call = std::make_shared<control_call>();
      call->request = request;
      call->done = [answered = std::move(answered)](const control_reply& reply) { answered->set_value(reply); };
      caf::anon_send(node_->control(), control_call_ptr(std::move(call)));
      if (answer.wait_for(std::chrono::seconds(20)) != std::future_status::ready)
        throw std::runtime_error("no answer");
      try {
        return *answer.get();
      } catch (const std::future_error&) {
      }
    }
  }
  value manage(rpc::interface_change change, const std::string& name) const {
    return ask(rpc::manage_interface{change, name});
  }
  node_status status() const { return *parse_node_status(ask(rpc::get_interface_stats{})); }
  std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& one : status().interfaces)
      names.insert(one.short_name);
    return names;
  }
  /// Asks until the names are these, for as long as a loaded machine may take.
  bool comes_to(const std::set<std::string>& wanted) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < end)
      if (names() == wanted)
        return true;
    return false;
  }

  node& operator*() { return *node_; }
  const std::filesystem::path& path() const { return directory_.path(); }
  const transport_id identity = transport_id::from(octet_string(16, 0x17));
  std::atomic<bool> failed{false};

private:
  node_config load_or_create() const { return load_or_create_config(directory_.path()).node; }

  std::string reticulum_;
  temporary_directory directory_;
  std::unique_ptr<node> node_;
};

const auto nobody = destination_hash::from(octet_string(16, 0x42));
using rpc::interface_change;

TEST_CASE("a node tells its interfaces as the reference does") {
  const reserved_port a, b;
  running_node node(server_section("A", a) + server_section("B", b, "mode = gateway\nnetwork_name = club\n"));
  REQUIRE(node.comes_to({"A", "B"}));
  const auto status = node.status();
  REQUIRE(status.interfaces.size() == 2);
  const bool in_order = status.interfaces[0].short_name == "A";  // they answer in any order
  const auto& first = status.interfaces[in_order ? 0 : 1];
  const auto& second = status.interfaces[in_order ? 1 : 0];
  CHECK(first.name == "TCPServerInterface[A/127.0.0.1:" + std::to_string(std::uint16_t{a}) + "]");
  CHECK(first.short_name == "A");
  CHECK(first.type == "TCPServerInterface");
  CHECK(first.clients == 0);
  CHECK(first.status);
  CHECK(first.mode == 1);
  CHECK_FALSE(first.ifac_signature);
  CHECK(second.mode == 6);
  CHECK(second.ifac_netname == "club");
  CHECK(second.ifac_signature->size() == 64);
  CHECK(*status.transport_id == octet_string(16, 0x17));
  CHECK(status.rss > 0u);
}

TEST_CASE("an empty node answers every call about paths and links") {
  running_node node("");
  CHECK(node.ask(rpc::get_path_table{}) == value(value::list{}));
  CHECK(node.ask(rpc::get_rate_table{}) == value(value::list{}));
  CHECK(node.ask(rpc::get_next_hop{nobody}) == value());
  CHECK(node.ask(rpc::get_next_hop_interface{nobody}) == value("None"));
  CHECK(node.ask(rpc::get_first_hop_timeout{nobody}) == value(6));
  CHECK(node.ask(rpc::get_figure{rpc::figure::link_count}) == value(0));
  CHECK(node.ask(rpc::get_figure{rpc::figure::active_link_count}) == value(0));
  CHECK(node.ask(rpc::get_figure{rpc::figure::lowest_interface_bitrate}) == value());
  CHECK(node.ask(rpc::get_figure{rpc::figure::medium_path_timeout}) == value(0));
  CHECK(node.ask(rpc::get_figure{rpc::figure::profiling_results}) == value());
  CHECK(node.ask(rpc::get_packet_reception{rpc::reception::rssi, {}}) == value());
  CHECK(node.ask(rpc::drop_path{nobody}) == value(false));
  CHECK(node.ask(rpc::drop_all_via{}) == value(0));
  CHECK(node.ask(rpc::drop_announce_queues{}) == value());
  CHECK(node.ask(rpc::mark_destination{rpc::destination_use::used, nobody}) == value(false));
  CHECK(node.ask(rpc::retain_identity{}) == value(false));
}

TEST_CASE("the slowest interface that is online decides the path time-out") {
  const reserved_port a, b;
  running_node node(server_section("A", a, "bitrate = 1000\n") + server_section("B", b));
  REQUIRE(node.comes_to({"A", "B"}));
  CHECK(node.ask(rpc::get_figure{rpc::figure::lowest_interface_bitrate}) == value(1000));
  CHECK(node.ask(rpc::get_figure{rpc::figure::medium_path_timeout}) == value(14.0));
}

TEST_CASE("the node's own blackhole list outlives it") {
  const auto bad = identity_hash::from(octet_string(16, 0x66));
  running_node node("");
  CHECK(node.ask(rpc::blackhole{bad, {}, "noise"}) == value(true));
  CHECK(node.ask(rpc::blackhole{bad, {}, {}}) == value());
  CHECK(node.ask(rpc::get_is_blackholed{bad}) == value(true));
  const auto told = parse_blackhole_entries(node.ask(rpc::get_blackholed_identities{}));
  CHECK(*told == blackhole_entries{{bad, rename<identity_hash>(node.identity), {}, "noise"}});
  (*node).stop({});
  const auto saved = state_directory(node.path()).load_blackhole({});
  REQUIRE(saved);
  REQUIRE(saved->entries.size() == 1);
  CHECK(saved->entries[0].identity == bad);
}

TEST_CASE("an interface is detached, attached and reloaded on the same port") {
  const reserved_port port;
  running_node node(server_section("A", port));
  CHECK(accepts(port));
  CHECK(node.manage(interface_change::attach, "A") == value(false));
  for (int i = 0; i < 5; ++i)
    CHECK(node.manage(interface_change::reload, "A") == value(true));
  CHECK(accepts(port));
  CHECK(node.manage(interface_change::detach, "A") == value(true));
  CHECK_FALSE(accepts(port));
  CHECK(node.manage(interface_change::detach, "A") == value());
  CHECK(node.manage(interface_change::reload, "A") == value());
  CHECK(node.manage(interface_change::attach, "A") == value(true));
  CHECK(node.manage(interface_change::attach, "B") == value());
  CHECK(accepts(port));
}

TEST_CASE("a bad entry cannot be attached and harms nobody") {
  reserved_port taken;
  taken.take();
  const reserved_port port, other;
  running_node node(server_section("A", port));
  node.write(server_section("A", port) + server_section("Taken", taken) +
             server_section("Bad", other, "bitrate = fast\n"));
  CHECK(node.manage(interface_change::attach, "Taken") == value(false));
  CHECK(node.manage(interface_change::attach, "Bad") == value(false));
  std::ofstream(node.path() / "config") << "[interfaces\n";
  CHECK(node.manage(interface_change::attach, "Taken") == value());
  CHECK(node.comes_to({"A"}));
}

TEST_CASE("interfaces are not managed where the configuration forbids it") {
  const reserved_port port;
  running_node node(server_section("A", port), "enable_interface_management = no\n");
  CHECK(node.manage(interface_change::attach, "B") == value(false));
  CHECK(node.manage(interface_change::detach, "A") == value(false));
  CHECK(node.comes_to({"A"}));
}

TEST_CASE("a configuration that is read again leaves alone what it does not change") {
  const reserved_port kept, gone, moving, moved, fresh;
  running_node node(server_section("Kept", kept) + server_section("Gone", gone) + server_section("Moved", moving));
  const auto hash_of_kept = [&] {
    for (const auto& one : node.status().interfaces)
      if (one.short_name == "Kept")
        return one.hash;
    return octet_string{};
  };
  REQUIRE(node.comes_to({"Kept", "Gone", "Moved"}));
  const auto before = hash_of_kept();
  node.write(server_section("Kept", kept) + server_section("Moved", moved) + server_section("Fresh", fresh));
  (*node).reload();
  CHECK(node.comes_to({"Kept", "Moved", "Fresh"}));
  CHECK(hash_of_kept() == before);
  CHECK(accepts(fresh));
  std::ofstream(node.path() / "config") << "[interfaces]\n[[Kept]]\nnothing\n";
  (*node).reload();
  CHECK(node.manage(interface_change::attach, "Kept") == value(false));
  CHECK(node.comes_to({"Kept", "Moved", "Fresh"}));
}

TEST_CASE("an interface whose port is taken at the start comes up when the port is free") {
  reserved_port taken;
  taken.take();
  const reserved_port port;
  running_node node(server_section("A", port) + server_section("Late", taken));
  CHECK(node.comes_to({"A"}));
  taken.give_back();
  CHECK(node.comes_to({"A", "Late"}));
}

TEST_CASE("what is blackholed is on disk before it is answered") {
  const auto bad = identity_hash::from(octet_string(16, 0x66));
  running_node node("");
  for (int round = 0; round < 5; ++round) {
    REQUIRE(node.ask(rpc::blackhole{bad, {}, "noise"}) == value(true));
    const auto saved = state_directory(node.path()).load_blackhole({});
    REQUIRE(saved);
    REQUIRE(saved->entries.size() == 1);
    REQUIRE(node.ask(rpc::unblackhole{bad}) == value(true));
    const auto lifted = state_directory(node.path()).load_blackhole({});
    CHECK((!lifted || lifted->entries.empty()));
  }
}

TEST_CASE("a control actor that dies goes on with what it knew") {
  const auto bad = identity_hash::from(octet_string(16, 0x66));
  const reserved_port kept, added;
  running_node node(server_section("Kept", kept));
  node.write(server_section("Kept", kept) + server_section("Added", added));
  REQUIRE(node.manage(interface_change::attach, "Added") == value(true));
  REQUIRE(node.ask(rpc::blackhole{bad, {}, "noise"}) == value(true));
  for (const char* name : {"control", "files", "control"}) {
    test::kill_child(*node, name);
    CHECK(node.ask(rpc::get_is_blackholed{bad}) == value(true));
    CHECK(node.comes_to({"Kept", "Added"}));
  }
  // It knows what runs: nothing is new in the file, so nothing is started twice or ended.
  (*node).reload();
  CHECK(node.manage(interface_change::attach, "Added") == value(false));
  CHECK(node.manage(interface_change::reload, "Added") == value(true));
  CHECK(node.ask(rpc::unblackhole{bad}) == value(true));
  CHECK(node.ask(rpc::get_is_blackholed{bad}) == value(false));
  CHECK_FALSE(node.failed);
}

TEST_CASE("marks of destinations are bounded, and retained ones stay retained until they are let go") {
  destination_marks marks;
  const auto numbered = [](unsigned n) {
    destination_hash hash;
    for (std::size_t i = 0; i < 4; ++i)
      hash.bytes()[i] = static_cast<octet>(n >> (8 * i));
    return hash;
  };
  for (unsigned i = 0; i <= destination_marks::marks_max; ++i)
    marks.note({numbered(i), rpc::destination_use::retain, {}});
  CHECK(marks.size() == destination_marks::marks_max);
  marks.note({numbered(7), rpc::destination_use::used, {}});
  marks.note({numbered(8), rpc::destination_use::unretain, {}});
  const auto all = marks.take();
  CHECK(all.front().destination == numbered(1));
  CHECK(all[6].use == rpc::destination_use::retain);
  CHECK(all[7].use == rpc::destination_use::unretain);
  CHECK(marks.size() == 0);
}

}  // namespace
}  // namespace plexus
