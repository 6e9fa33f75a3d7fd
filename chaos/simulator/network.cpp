#include "chaos/simulator/network.hpp"

#include <algorithm>
#include <deque>

namespace plexus::chaos {
namespace {

constexpr std::size_t link_signalling_size = 3;

}  // namespace

std::size_t network::add_node(const node_traits& traits) {
  const auto index = nodes_.size();
  nodes_.push_back(
      std::make_unique<node>(index, traits, luck_.number(), book_,
                             [this, index](std::size_t medium, octets packet) { transmit(index, medium, packet); }));
  media_of_.emplace_back();
  wakes_at_.push_back(instant::max());
  return index;
}

std::size_t network::add_medium(const medium_traits& traits, std::vector<std::size_t> members, bool codes) {
  const auto index = media_.size();
  std::unique_ptr<access_codes> access;
  if (codes)
    access = std::make_unique<access_codes>(derive_access_key("chaos", std::to_string(luck_.number())),
                                            traits.kind == medium_kind::radio ? 8 : 16);
  for (const auto node : members)
    media_of_[node].push_back(index);
  media_.push_back(std::make_unique<medium>(traits, std::move(members), std::move(access)));
  return index;
}

interface_mode network::mode_of(std::size_t node, std::size_t medium) const {
  const auto told = modes_.find({node, medium});
  return told == modes_.end() ? interface_mode::full : told->second;
}

void network::attach(std::size_t node, std::size_t medium) {
  nodes_[node]->attach(medium, *media_[medium], mode_of(node, medium), now_);
}

void network::start(std::size_t index) {
  log_.note(now_, deed::starts, index, 0, {});
  nodes_[index]->start(now_);
  for (const auto m : media_of_[index]) {
    auto& joined = *media_[m];
    if (joined.traits().kind != medium_kind::stream) {
      attach(index, m);
      continue;
    }
    // A stream is there when both ends are.
    const auto other = joined.members()[0] == index ? joined.members()[1] : joined.members()[0];
    if (!joined.up() || !nodes_[other]->alive())
      continue;
    attach(index, m);
    attach(other, m);
    wake_when_due(other);
  }
  wake_when_due(index);
}

void network::stop(std::size_t index) {
  log_.note(now_, deed::stops, index, 0, {});
  nodes_[index]->stop();
  wakes_at_[index] = instant::max();
  for (const auto m : media_of_[index]) {
    auto& joined = *media_[m];
    if (joined.traits().kind != medium_kind::stream || !joined.up())
      continue;
    for (const auto other : joined.members())
      if (nodes_[other]->alive())
        nodes_[other]->detach(m, now_);
    joined.fall();
    joined.rise();
  }
}

void network::raise(std::size_t index) {
  auto& m = *media_[index];
  log_.note(now_, deed::line_up, 0, index, {});
  m.rise();
  if (m.traits().kind != medium_kind::stream)
    return;
  const auto& ends = m.members();
  if (!std::all_of(ends.begin(), ends.end(), [this](std::size_t n) { return nodes_[n]->alive(); }))
    return;
  for (const auto end : ends) {
    attach(end, index);
    wake_when_due(end);
  }
}

void network::break_down(std::size_t index) {
  auto& m = *media_[index];
  log_.note(now_, deed::line_down, 0, index, {});
  m.fall();
  if (m.traits().kind != medium_kind::stream)
    return;
  for (const auto end : m.members())
    if (nodes_[end]->alive())
      nodes_[end]->detach(index, now_);
}

void network::inject(std::size_t index, octets packet) {
  const auto& m = *media_[index];
  for (const auto hearer : m.members())
    events_.push({now_ + m.traits().latency, order_++, true, hearer, index, m.life(), {packet.begin(), packet.end()}});
}

void network::transmit(std::size_t from, std::size_t index, octets packet) {
  auto& m = *media_[index];
  const auto open = m.unmask(packet);
  log_.note(now_, deed::sends, from, index, open);
  if (packet.size() > m.packet_size_max())
    throw violation("node " + std::to_string(from) + " sends " + std::to_string(packet.size()) +
                    " octets over medium " + std::to_string(index) + ", which carries " +
                    std::to_string(m.packet_size_max()));
  book_.on_sent(from, index, open);
  if (!m.up())
    return;
  for (const auto hearer : m.members()) {
    if (hearer == from)
      continue;
    for (const auto& heard : m.carry(from, packet.size(), sky_, now_, luck_)) {
      event e{heard.at, order_++, true, hearer, index, m.life(), {packet.begin(), packet.end()}};
      if (heard.noisy)
        add_noise(e.packet);
      events_.push(std::move(e));
    }
  }
}

// One bit. Not of the header, nor of the signalling at the end of a link request: no signature, key or code covers
// them, so a change there is one that nobody can notice.
void network::add_noise(octet_string& packet) {
  constexpr auto spared = wire::header_2_size + link_signalling_size;
  if (packet.size() > spared)
    packet[wire::header_2_size + luck_.below(packet.size() - spared)] ^= static_cast<octet>(1u << luck_.below(8));
}

void network::run_until(instant end) {
  while (!events_.empty() && events_.top().at <= end) {
    auto next = events_.top();
    events_.pop();
    now_ = next.at;
    carry_out(std::move(next));
  }
  now_ = end;
}

void network::carry_out(event next) {
  auto& n = *nodes_[next.node];
  if (!next.arrival) {
    if (wakes_at_[next.node] != next.at)
      return;
    wakes_at_[next.node] = instant::max();
    if (n.alive())
      n.on_time(now_);
  } else {
    const auto& m = *media_[next.medium];
    if (!n.alive() || !m.up() || m.life() != next.life || !n.attached_to(next.medium)) {
      log_.note(now_, deed::loses, next.node, next.medium, {});
      return;
    }
    const auto open = m.unmask(next.packet);
    log_.note(now_, deed::hears, next.node, next.medium, open);
    book_.on_heard(next.node, next.medium, open);
    if (const auto dropped = n.receive(next.medium, next.packet, now_))
      log_.note(now_, next.node, "drops it: " + std::string(to_string(*dropped)));
  }
  wake_when_due(next.node);
}

void network::wake_when_due(std::size_t index) {
  if (!nodes_[index]->alive())
    return;
  const auto due = std::max(nodes_[index]->next_deadline(), now_ + duration{1});
  if (due >= wakes_at_[index])
    return;
  wakes_at_[index] = due;
  events_.push({due, order_++, false, index, 0, 0, {}});
}

std::vector<std::size_t> network::neighbours(std::size_t index) {
  std::vector<std::size_t> all;
  for (const auto m : media_of_[index])
    if (media_[m]->up() && nodes_[index]->attached_to(m))
      for (const auto other : media_[m]->members())
        if (other != index && nodes_[other]->alive() && nodes_[other]->attached_to(m))
          all.push_back(other);
  return all;
}

std::vector<std::optional<unsigned>> network::distances(std::size_t from) {
  std::vector<std::optional<unsigned>> hops(nodes_.size());
  hops[from] = 0;
  std::deque<std::size_t> open{from};
  for (; !open.empty(); open.pop_front()) {
    const auto here = open.front();
    if (here != from && !nodes_[here]->traits().transport)
      continue;
    for (const auto next : neighbours(here))
      if (!hops[next]) {
        hops[next] = *hops[here] + 1;
        open.push_back(next);
      }
  }
  return hops;
}

}  // namespace plexus::chaos
