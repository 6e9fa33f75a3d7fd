#include "storage/config/interface_defaults.hpp"

#include <algorithm>
#include <utility>

namespace plexus {

namespace {

struct type_row {
  std::string_view type;
  type_defaults values;
};

// Section 8.1. The bitrates of Serial and RNode follow from their own keys, which are not read here.
constexpr type_row type_rows[] = {
    {"AutoInterface", {10'000'000, 16, mtu_rule::fixed, 1196}},
    {"TCPServerInterface", {10'000'000, 16, mtu_rule::autoconfigure, 262144}},
    {"TCPClientInterface", {10'000'000, 16, mtu_rule::autoconfigure, 262144}},
    {"BackboneInterface", {100'000'000, 16, mtu_rule::autoconfigure, 1048576}},
    {"BackboneClientInterface", {100'000'000, 16, mtu_rule::autoconfigure, 1048576}},
    {"UDPInterface", {10'000'000, 16, mtu_rule::plain, 1064}},
    {"PipeInterface", {1'000'000, 8, mtu_rule::plain, 1064}},
    {"I2PInterface", {256'000, 16, mtu_rule::plain, 1064}},
    {"SerialInterface", {9600, 8, mtu_rule::plain, 564}},
    {"KISSInterface", {1200, 8, mtu_rule::plain, 564}},
    {"AX25KISSInterface", {1200, 8, mtu_rule::plain, 564}},
    {"RNodeInterface", {62500, 8, mtu_rule::plain, 508}},
    {"RNodeMultiInterface", {62500, 8, mtu_rule::plain, 508}},
    {"WeaveInterface", {250'000, 16, mtu_rule::fixed, 1024}},
};

// Lower bounds, inclusive (Interface.py: optimise_mtu).
constexpr std::pair<std::uint64_t, std::uint32_t> mtu_tiers[] = {
    {1'000'000'000, 524288}, {750'000'000, 262144}, {400'000'000, 131072}, {200'000'000, 65536}, {100'000'000, 32768},
    {10'000'000, 16384},     {5'000'000, 8192},     {2'000'000, 4096},     {1'000'000, 2048},    {62'500, 1024},
};

// A configured 0 in [reticulum] falls back to the default.
template <class T>
T chosen(const std::optional<T>& own, const std::optional<T>& node, T fallback) {
  if (own)
    return *own;
  return node && *node != T{} ? *node : fallback;
}

duration chosen_time(const std::optional<double>& own, const std::optional<double>& node, duration fallback) {
  constexpr double years = 100 * 365.0 * 86400;  // infinity and the like stay within what a duration can hold
  return from_seconds(std::min(chosen(own, node, seconds_of(fallback)), years));
}

}  // namespace

type_defaults defaults_of_type(std::string_view type) {
  for (const auto& row : type_rows)
    if (row.type == type)
      return row.values;
  return {};
}

std::uint32_t hw_mtu_at(std::uint64_t bitrate) {
  for (const auto& [least, mtu] : mtu_tiers)
    if (bitrate >= least)
      return mtu;
  return 0;
}

link_properties link_properties_of(const interface_config& config) {
  auto defaults = defaults_of_type(config.type);
  if (const auto* tcp = std::get_if<tcp_client_settings>(&config.settings); tcp && tcp->fixed_mtu) {
    defaults.rule = mtu_rule::fixed;
    defaults.hw_mtu = *tcp->fixed_mtu;
  }
  link_properties out;
  out.bitrate = config.bitrate.value_or(defaults.bitrate);
  out.hw_mtu = defaults.rule == mtu_rule::autoconfigure ? hw_mtu_at(out.bitrate) : defaults.hw_mtu;
  out.mtu_negotiable = defaults.rule != mtu_rule::plain;
  out.ifac_size = config.has_access_code() ? config.ifac_size.value_or(defaults.ifac_size) : 0;
  return out;
}

announce_rate_limit announce_rate_of(const interface_config& config, const reticulum_config& node) {
  const auto limit = [](std::uint32_t target, std::uint32_t penalty, std::uint32_t grace) {
    return announce_rate_limit{std::chrono::seconds{target}, std::chrono::seconds{penalty}, grace};
  };
  // With a target of its own, what else is missing is 0 and not the node's default.
  if (config.announce_rate_target)
    return limit(*config.announce_rate_target, config.announce_rate_penalty.value_or(0),
                 config.announce_rate_grace.value_or(0));
  if (!node.enable_transport)
    return {};
  return limit(node.default_announce_rate_target,
               config.announce_rate_penalty.value_or(node.default_announce_rate_penalty),
               config.announce_rate_grace.value_or(node.default_announce_rate_grace));
}

burst_limits burst_limits_of(const interface_config& config, const reticulum_config& node) {
  const auto& own = config.bursts;
  const auto& all = node.bursts;
  burst_limits out;
  out.ingress_control = config.ingress_control;
  out.egress_control = chosen(own.egress_control, all.egress_control, out.egress_control);
  out.held_announces_max = chosen(own.held_announces_max, all.held_announces_max, out.held_announces_max);
  out.hold = chosen_time(own.hold, all.hold, out.hold);
  out.announce_frequency_new =
      chosen(own.announce_frequency_new, all.announce_frequency_new, out.announce_frequency_new);
  out.announce_frequency = chosen(own.announce_frequency, all.announce_frequency, out.announce_frequency);
  out.path_request_frequency_new =
      chosen(own.path_request_frequency_new, all.path_request_frequency_new, out.path_request_frequency_new);
  out.path_request_frequency =
      chosen(own.path_request_frequency, all.path_request_frequency, out.path_request_frequency);
  out.new_time = chosen_time(own.new_time, all.new_time, out.new_time);
  out.penalty = chosen_time(own.penalty, all.penalty, out.penalty);
  out.held_release_interval =
      chosen_time(own.held_release_interval, all.held_release_interval, out.held_release_interval);
  out.egress_frequency = chosen(own.egress_frequency, all.egress_frequency, out.egress_frequency);
  return out;
}

}  // namespace plexus
