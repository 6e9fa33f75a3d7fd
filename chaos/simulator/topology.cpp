#include "chaos/simulator/topology.hpp"

#include <array>
#include <cstdlib>

namespace plexus::chaos {
namespace {

using namespace std::chrono_literals;

medium_traits stream_traits(chance& luck) {
  medium_traits t;
  t.kind = medium_kind::stream;
  t.latency = 500us + luck.up_to(120ms);
  t.disorder = luck.up_to(20ms);
  t.bitrate = luck.happens(0.5) ? 1'000'000'000 : 10'000'000;
  t.hw_mtu = luck.happens(0.5) ? 262144 : static_cast<std::uint32_t>(luck.between(500, 8192));
  t.mtu_negotiable = true;
  t.pushes_back = true;
  return t;
}

medium_traits datagram_traits(chance& luck) {
  medium_traits t;
  t.kind = medium_kind::datagram;
  t.latency = 1ms + luck.up_to(60ms);
  t.disorder = luck.up_to(80ms);
  t.bitrate = 10'000'000;
  t.hw_mtu = 1064;
  return t;
}

medium_traits radio_traits(chance& luck) {
  medium_traits t;
  t.kind = medium_kind::radio;
  t.latency = 5ms + luck.up_to(20ms);
  t.disorder = luck.up_to(200ms);
  t.bitrate = luck.between(5'000, 60'000);
  t.hw_mtu = 508;
  return t;
}

medium_traits any_traits(chance& luck) {
  const auto draw = luck.below(10);
  return draw < 6 ? stream_traits(luck) : draw < 8 ? datagram_traits(luck) : radio_traits(luck);
}

void join(network& net, std::size_t a, std::size_t b) {
  auto& luck = net.luck();
  const auto medium = net.add_medium(any_traits(luck), {a, b}, luck.happens(0.2));
  if (luck.happens(0.2))
    net.set_mode(luck.happens(0.5) ? a : b, medium, interface_mode::gateway);
}

/// Several nodes that all hear each other.
void share(network& net, std::size_t core) {
  auto& luck = net.luck();
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < core; ++i)
    if (members.size() < 6 && luck.happens(4.0 / static_cast<double>(core)))
      members.push_back(i);
  if (members.size() > 1)
    net.add_medium(luck.happens(0.5) ? datagram_traits(luck) : radio_traits(luck), members, luck.happens(0.2));
}

void join_core(network& net, shape form, std::size_t core) {
  auto& luck = net.luck();
  for (std::size_t i = 1; i < core; ++i)
    switch (form) {
      case shape::star:
        join(net, 0, i);
        break;
      case shape::mesh:
      case shape::tree:
        join(net, luck.below(i), i);
        break;
      default:
        join(net, i - 1, i);
    }
  if (form == shape::ring && core > 2)
    join(net, core - 1, 0);
  if (form != shape::mesh)
    return;
  for (std::size_t extra = 0; extra < core / 2; ++extra) {
    const auto a = luck.below(core), b = luck.below(core);
    if (a != b)
      join(net, a, b);
  }
  for (std::size_t segments = 0; segments < core / 8; ++segments)
    share(net, core);
}

}  // namespace

std::string_view to_string(shape s) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(shape::count_)> names{"mesh", "ring", "chain", "star",
                                                                                        "tree"};
  return names[static_cast<std::size_t>(s)];
}

void build(network& net, const plan& wanted) {
  const auto core = wanted.nodes - wanted.leaves;
  for (std::size_t i = 0; i < core; ++i)
    net.add_node(wanted.traits);
  join_core(net, wanted.form, core);
  auto& luck = net.luck();
  for (std::size_t i = 0; i < wanted.leaves; ++i) {
    auto traits = wanted.traits;
    traits.transport = false;
    const auto leaf = net.add_node(traits);
    const auto relay = luck.below(core);
    const auto medium = net.add_medium(any_traits(luck), {relay, leaf}, luck.happens(0.2));
    // Behind an access point it hears no announces, and has to ask.
    if (luck.happens(0.5))
      net.set_mode(relay, medium, interface_mode::access_point);
  }
}

}  // namespace plexus::chaos
