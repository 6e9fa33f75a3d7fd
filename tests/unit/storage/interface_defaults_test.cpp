#include "storage/config/interface_defaults.hpp"

#include "tests/unit/catch.hpp"

using namespace plexus;
using namespace std::chrono_literals;

namespace {

node_config read(const std::string& node, const std::string& keys) {
  return read_node_config("[reticulum]\n" + node + "\n[interfaces]\n[[x]]\n" + keys, "config");
}

link_properties link_of(const std::string& keys) {
  return link_properties_of(read("", keys).interfaces.at(0));
}

announce_rate_limit rate_of(const std::string& node, const std::string& keys) {
  const auto config = read(node, "type = AutoInterface\n" + keys);
  return announce_rate_of(config.interfaces.at(0), config.reticulum);
}

bool is(const announce_rate_limit& limit, duration target, duration penalty, std::uint32_t grace) {
  return limit.target == target && limit.penalty == penalty && limit.grace == grace;
}

const std::string tcp = "type = TCPClientInterface\ntarget_host = h\ntarget_port = 1\n";

}  // namespace

TEST_CASE("the largest packet follows the bitrate, with inclusive lower bounds") {
  const std::pair<std::uint64_t, std::uint32_t> rows[] = {
      {1'000'000'000, 524288}, {750'000'000, 262144}, {400'000'000, 131072}, {200'000'000, 65536}, {100'000'000, 32768},
      {10'000'000, 16384},     {5'000'000, 8192},     {2'000'000, 4096},     {1'000'000, 2048},    {62'500, 1024}};
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    CHECK(hw_mtu_at(rows[i].first) == rows[i].second);
    CHECK(hw_mtu_at(rows[i].first - 1) == (i + 1 < std::size(rows) ? rows[i + 1].second : 0));
  }
  CHECK(hw_mtu_at(~0ull) == 524288);
}

TEST_CASE("each type has its guess of bitrate, packet size and access code") {
  CHECK(link_of(tcp) == link_properties{10'000'000, 16384, true, 0});
  CHECK(link_of(tcp + "passphrase = p") == link_properties{10'000'000, 16384, true, 16});
  CHECK(link_of(tcp + "passphrase = p\nifac_size = 64") == link_properties{10'000'000, 16384, true, 8});
  CHECK(link_of(tcp + "ifac_size = 64").ifac_size == 0);
  CHECK(link_of(tcp + "fixed_mtu = 700") == link_properties{10'000'000, 700, true, 0});
  CHECK(link_of(tcp + "bitrate = 2000000") == link_properties{2'000'000, 4096, true, 0});
  CHECK(link_of(tcp + "bitrate = 1000") == link_properties{1'000, 0, true, 0});
  CHECK(link_of("type = BackboneInterface\nlisten_on = ::\nport = 1") == link_properties{100'000'000, 32768, true, 0});
  CHECK(link_of("type = AutoInterface\nnetwork_name = n") == link_properties{10'000'000, 1196, true, 16});
  CHECK(link_of("type = UDPInterface\nlisten_ip = a\nport = 1\nbitrate = 2000000000") ==
        link_properties{2'000'000'000, 1064, false, 0});
  CHECK(link_of("type = PipeInterface\ncommand = cat\npassphrase = p") == link_properties{1'000'000, 1064, false, 8});
  CHECK(defaults_of_type("RNodeInterface").hw_mtu == 508);
  CHECK(defaults_of_type("SerialInterface").ifac_size == 8);
  CHECK(defaults_of_type("something") == type_defaults{62500, 16, mtu_rule::plain, 500});
}

TEST_CASE("announce rates: a target of its own sets what is missing to zero") {
  CHECK(is(rate_of("", ""), 0s, 0s, 0));
  CHECK(is(rate_of("enable_transport = yes", ""), 3600s, 0s, 5));
  CHECK(is(rate_of("enable_transport = yes", "announce_rate_target = 0"), 3600s, 0s, 5));
  CHECK(is(rate_of("enable_transport = yes", "announce_rate_target = 100"), 100s, 0s, 0));
  CHECK(is(rate_of("", "announce_rate_target = 100\nannounce_rate_grace = 3\nannounce_rate_penalty = 4"), 100s, 4s, 3));
  CHECK(is(rate_of("enable_transport = yes", "announce_rate_grace = 3"), 3600s, 0s, 3));
  CHECK(is(rate_of("enable_transport = yes\ndefault_ar_target = 50\ndefault_ar_penalty = 6\ndefault_ar_grace = 0", ""),
           50s, 6s, 5));
  CHECK(is(rate_of("default_ar_target = 50", ""), 0s, 0s, 0));
}

TEST_CASE("burst limits come from the interface, else the node unless zero, else the reference's defaults") {
  const auto limits = [](const std::string& node, const std::string& keys) {
    const auto config = read(node, "type = AutoInterface\n" + keys);
    return burst_limits_of(config.interfaces.at(0), config.reticulum);
  };
  CHECK(limits("", "") == burst_limits{});
  const auto mixed = limits("ic_burst_hold = 3\nic_burst_freq = 0\nic_max_held_announces = 7\negress_control = yes",
                            "ic_max_held_announces = 0\nic_new_time = inf\nec_pr_freq = 2\ningress_control = no");
  CHECK(mixed.hold == 3s);
  CHECK(mixed.announce_frequency == 10);
  CHECK(mixed.held_announces_max == 0);
  CHECK(mixed.egress_control);
  CHECK(mixed.new_time > 24h * 365 * 50);
  CHECK(mixed.egress_frequency == 2);
  CHECK_FALSE(mixed.ingress_control);
  CHECK_FALSE(limits("egress_control = yes", "egress_control = no").egress_control);
}

TEST_CASE("gravity falls back to the node's") {
  const auto config = read("default_gravity = 3", "type = AutoInterface\n[[y]]\ntype = AutoInterface\ngravity = 0");
  CHECK(gravity_of(config.interfaces.at(0), config.reticulum) == 3);
  CHECK(gravity_of(config.interfaces.at(1), config.reticulum) == 0);
}
