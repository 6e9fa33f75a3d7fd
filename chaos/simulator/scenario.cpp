#include "chaos/simulator/scenario.hpp"

#include <algorithm>
#include <limits>

namespace plexus::chaos {
namespace {

using namespace std::chrono_literals;

/// Hops of the farthest node that hears an announce. Source: Transport.py: PATHFINDER_M.
constexpr unsigned hops_max = 128;
/// Until the links of a storm are either well or closed: twice the longest keepalive, and the time-out of a responder.
constexpr auto settle_time = 25min;
/// Until relays forget a link that nobody closed. Source: Transport.py: LINK_TIMEOUT, and a round of the sweep.
constexpr auto silence_time = 20min;
constexpr std::size_t packet_content_max = 380, resource_content_max = 8000;

std::string name(std::size_t node) {
  return "node " + std::to_string(node);
}

}  // namespace

scenario::scenario(const scenario_config& config) : config_(config), net_(config.seed, config.events_kept) {
  auto& luck = net_.luck();
  tight_ = luck.happens(0.15);
  plan_.form = static_cast<shape>(luck.below(static_cast<std::size_t>(shape::count_)));
  plan_.nodes = config.nodes;
  plan_.leaves = config.nodes / 5;
  plan_.traits.shards = static_cast<unsigned>(luck.between(1, 3));
  plan_.traits.ingress_control = luck.happens(0.5);
  if (tight_) {
    plan_.traits.paths_max = config.nodes / 2;
    plan_.traits.links_max = 4;
    plan_.traits.announces_pending_max = 4;
  }
  build(net_, plan_);
}

void scenario::run() {
  come_up();
  announce_round();
  for (unsigned round = 0; round < config_.rounds; ++round) {
    storm();
    settle();
    announce_round();
    questions();
    traffic();
  }
  silence();
}

void scenario::come_up() {
  for (std::size_t i = 0; i < net_.nodes(); ++i) {
    net_.start(i);
    net_.run_for(net_.luck().up_to(300ms));
  }
}

void scenario::announce_round() {
  for (const auto i : living()) {
    net_.at(i).announce(net_.now());
    net_.run_for(net_.luck().up_to(500ms));
  }
  run_checked(announce_time());
  if (!tight_)
    check_reach();
}

// Every announce, one after the other, through the narrowest share of any medium, there and back; the hops; and those
// that a burst holds, one in five seconds.
duration scenario::announce_time() {
  auto bitrate = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t m = 0; m < net_.media(); ++m)
    bitrate = std::min(bitrate, net_.medium_at(m).traits().bitrate);
  const auto each = from_seconds(250.0 * 8 / static_cast<double>(bitrate) / plan_.traits.announce_share);
  const auto nodes = static_cast<int>(net_.nodes());
  return 60s + 6s * std::min<int>(nodes, hops_max) + each * nodes * 2 + 10s * nodes;
}

void scenario::run_checked(duration time) {
  const auto end = net_.now() + time;
  while (net_.now() < end) {
    net_.run_until(std::min(end, net_.now() + 10s));
    for (const auto i : living())
      net_.at(i).check_bounds();
  }
}

std::vector<std::size_t> scenario::living() {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < net_.nodes(); ++i)
    if (net_.at(i).alive())
      all.push_back(i);
  return all;
}

std::vector<contact> scenario::contacts() {
  std::vector<contact> all;
  for (const auto i : living())
    all.push_back(net_.at(i).card());
  return all;
}

bool scenario::hears_announces(std::size_t node) {
  for (const auto m : net_.media_of(node))
    for (const auto other : net_.medium_at(m).members())
      if (other != node && net_.mode_of(other, m) == interface_mode::access_point)
        return false;
  return true;
}

// Every announce reaches every node within its hops, and none farther; and every path is a way.
void scenario::check_reach() {
  for (const auto& to : contacts()) {
    const auto hops = net_.distances(to.node);
    const auto latest = net_.book().believed(to.node, to.destination);
    for (const auto i : living()) {
      if (i == to.node || !hops[i] || !hears_announces(i))
        continue;
      const bool heard = net_.book().believed(i, to.destination) == latest;
      const auto what = "the announce of " + name(to.node) + ", " + std::to_string(*hops[i]) + " hops away, ";
      if (heard && *hops[i] > hops_max)
        throw violation(what + "came as far as " + name(i));
      if (!heard && *hops[i] <= hops_max)
        throw violation(what + "did not reach " + name(i));
      if (heard)
        check_way(i, to, true);
    }
  }
}

// From node to node as their paths say. `hops_fit`: each has one hop less than the one before.
void scenario::check_way(std::size_t from, const contact& to, bool hops_fit) {
  auto here = from;
  std::optional<octet> before;
  const auto lost = [&](const std::string& why) {
    throw violation("the way from " + name(from) + " to " + name(to.node) + " ends at " + name(here) + ": " + why);
  };
  for (unsigned steps = 0; here != to.node; ++steps) {
    const auto path = net_.at(here).path_to(to, net_.now());
    if (!path)
      return lost("no path");
    if (steps >= hops_max)
      return lost("it goes in circles");
    if (hops_fit && before && path->hops + 1 != *before)
      return lost("the hops do not count down");
    before = path->hops;
    const auto medium = net_.at(here).medium_of(path->heard_on);
    if (!medium)
      return lost("its interface is gone");
    const auto& members = net_.medium_at(*medium).members();
    const auto next = std::find_if(members.begin(), members.end(), [&](std::size_t n) {
      return n != here && (path->hops == 1 ? n == to.node : net_.at(n).transport() == path->next_hop);
    });
    if (next == members.end() || !net_.at(*next).alive())
      return lost("its next hop is not there");
    here = *next;
  }
}

void scenario::storm() {
  auto& luck = net_.luck();
  weather sky;
  sky.loss = 0.02 * static_cast<double>(luck.between(1, 15));
  sky.repetition = 0.1;
  sky.repeated_within = 30s;
  sky.noise = 0.03;
  net_.set_weather(sky);
  const auto end = net_.now() + config_.storm;
  while (net_.now() < end) {
    run_checked(luck.up_to(duration{16s} / net_.nodes()) + 1ms);
    mischief();
  }
  net_.set_weather({});
  clear_up();
}

void scenario::mischief() {
  auto& luck = net_.luck();
  const auto medium = luck.below(net_.media());
  const auto i = luck.below(net_.nodes());
  auto& someone = net_.at(i);
  const auto draw = luck.below(100);
  if (draw < 6) {
    someone.alive() ? net_.stop(i) : net_.start(i);
  } else if (draw < 12) {
    net_.medium_at(medium).up() ? net_.break_down(medium) : net_.raise(medium);
  } else if (draw < 16) {
    octet_string garbage(luck.between(1, 600));
    seeded_random(luck.number()).fill(garbage);
    net_.inject(medium, garbage);
  } else if (draw < 40) {
    if (someone.alive())
      someone.announce(net_.now());
  } else if (const auto pair = draw_pair()) {
    auto& from = net_.at(pair->first);
    const auto links = from.links();
    if (draw < 60) {
      if (!from.send_packet(pair->second, luck.between(8, packet_content_max), net_.now()))
        from.request_path(pair->second, net_.now());
    } else if (draw < 75) {
      from.open_link(pair->second, net_.now());
    } else if (draw < 78 && !links.empty()) {
      from.close_link(links[luck.below(links.size())], net_.now());
    } else if (!links.empty()) {
      use_link(links[luck.below(links.size())]);
    }
  }
}

// Everything comes back but a few nodes, which have left for good.
void scenario::clear_up() {
  for (std::size_t m = 0; m < net_.media(); ++m)
    if (!net_.medium_at(m).up())
      net_.raise(m);
  for (std::size_t i = 0; i < net_.nodes(); ++i)
    if (!net_.at(i).alive() && !net_.luck().happens(0.2))
      net_.start(i);
}

bool scenario::reaches(std::size_t from, std::size_t to) {
  const auto hops = net_.distances(from)[to];
  return hops && *hops <= hops_max;
}

std::optional<std::pair<std::size_t, contact>> scenario::draw_pair() {
  const auto all = contacts();
  if (all.size() < 2)
    return std::nullopt;
  auto& luck = net_.luck();
  const auto from = luck.below(all.size());
  const auto to = (from + 1 + luck.below(all.size() - 1)) % all.size();
  return std::pair{all[from].node, all[to]};
}

void scenario::settle() {
  run_checked(settle_time);
  check_links();
}

// Both ends of a link agree whether it lives, and a link of a node that has died is closed.
void scenario::check_links() {
  for (const auto& [id, story] : net_.book().links) {
    const auto end_of = [&](std::size_t n, unsigned life) {
      return net_.at(n).alive() && net_.at(n).life() == life ? net_.at(n).find_link(id) : nullptr;
    };
    const auto* initiator = end_of(story.initiator, story.initiator_life);
    const auto* responder = end_of(story.responder, story.responder_life);
    if ((initiator != nullptr) != (responder != nullptr))
      throw violation("link " + id.hex() + " from " + name(story.initiator) + " to " + name(story.responder) +
                      " lives at its " + (initiator ? "initiator" : "responder") + " alone");
    if (initiator && (!initiator->active() || !responder->active()))
      throw violation("link " + id.hex() + " is neither established nor closed");
  }
}

// Programs at the edge forget a path and ask for it: whoever they are attached to knows it.
void scenario::questions() {
  if (tight_)
    return;
  const auto all = contacts();
  std::vector<std::pair<std::size_t, contact>> asked;
  for (const auto i : living())
    for (int times = 0; !net_.at(i).traits().transport && times < 3; ++times) {
      const auto& to = all[net_.luck().below(all.size())];
      if (to.node == i || !reaches(i, to.node))
        continue;
      net_.at(i).forget_path(to);
      net_.at(i).request_path(to, net_.now());
      asked.emplace_back(i, to);
      run_checked(1s);
    }
  run_checked(60s);
  for (const auto& [from, to] : asked)
    check_way(from, to, false);
}

std::vector<link_id> scenario::active_links() {
  std::vector<link_id> all;
  for (const auto& [id, story] : net_.book().links)
    if (const auto* end = net_.at(story.initiator).find_link(id); end && end->active())
      all.push_back(id);
  return all;
}

void scenario::use_link(const link_id& id) {
  const auto known = net_.book().links.find(id);
  if (known == net_.book().links.end())
    return;
  auto& luck = net_.luck();
  auto& initiator = net_.at(known->second.initiator);
  auto& responder = net_.at(known->second.responder);
  initiator.send_on_link(id, responder.card(), luck.between(8, 2000), net_.now());
  responder.send_on_link(id, initiator.card(), luck.between(8, 2000), net_.now());
  if (luck.happens(0.2))
    initiator.send_resource(id, responder.card(), luck.between(8, resource_content_max), net_.now());
}

// Packets, links and resources between many pairs; every one of them arrives, and its sender is told so, unless a radio
// channel was so busy that a link did not wait for the proof.
void scenario::traffic() {
  if (tight_)
    return;
  const auto first = net_.book().messages() + 1;
  for (std::size_t i = 0; i < net_.nodes(); ++i)
    if (const auto pair = draw_pair(); pair && reaches(pair->first, pair->second.node)) {
      auto& from = net_.at(pair->first);
      from.send_packet(pair->second, net_.luck().between(8, packet_content_max), net_.now());
      run_checked(1s);
    }
  open_links();
  for (const auto& id : active_links()) {
    use_link(id);
    run_checked(10s);
  }
  run_checked(120s);
  check_messages(first);
  check_links();
}

void scenario::open_links() {
  std::vector<link_id> opened;
  for (std::size_t i = 0; i < net_.nodes(); ++i)
    if (const auto pair = draw_pair(); pair && reaches(pair->first, pair->second.node)) {
      std::vector<link_id> before;
      for (const auto& [id, story] : net_.book().links)
        before.push_back(id);
      if (!net_.at(pair->first).open_link(pair->second, net_.now()))
        continue;
      for (const auto& [id, story] : net_.book().links)
        if (!std::binary_search(before.begin(), before.end(), id))
          opened.push_back(id);
      run_checked(1s);
    }
  run_checked(60s);
  for (const auto& id : opened) {
    const auto& story = net_.book().links.at(id);
    if (!story.initiator_active || !story.responder_active)
      throw violation("link " + id.hex() + " from " + name(story.initiator) + " to " + name(story.responder) +
                      " was not established");
  }
}

void scenario::check_messages(std::uint64_t first) {
  for (auto number = first; number <= net_.book().messages(); ++number) {
    const auto& m = net_.book().at(number);
    const auto what = "message " + std::to_string(number) + " from " + name(m.from) + " to " + name(m.to);
    if (!m.delivered())
      throw violation(what + " did not arrive");
    if (m.proved == 0 && !m.given_up)
      throw violation(what + " arrived, and its proof did not");
  }
}

// Links are closed and nobody speaks; then nothing may be left that takes up room.
void scenario::silence() {
  for (const auto& id : active_links())
    net_.at(net_.book().links.at(id).initiator).close_link(id, net_.now());
  run_checked(silence_time);
  for (const auto i : living())
    net_.at(i).check_idle();
}

}  // namespace plexus::chaos
