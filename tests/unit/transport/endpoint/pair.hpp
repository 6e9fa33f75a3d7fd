// Two ends of a link, joined by queues with latency, loss and reordering, in virtual time.
#pragma once

#include "transport/endpoint/link.hpp"

#include <functional>
#include <map>
#include <vector>

namespace plexus::testing {

using namespace std::chrono_literals;

struct weather {
  duration latency = 10ms;
  double loss = 0;        ///< chance of a packet to be lost
  double reordering = 0;  ///< chance of a packet to take up to four times the latency
  std::uint64_t seed = 1;
};

class pair {
public:
  static constexpr interface_id left_interface = interface_id::make(1, 1), right_interface = interface_id::make(2, 1);

  explicit pair(weather w = {}, link_settings right_end = {}, std::uint32_t mtu = 500, link_settings left_end = {})
      : air(w.seed),
        conditions(w),
        random(w.seed + 1),
        owner(identity::generate(random)),
        right_settings(std::move(right_end)) {
    link_output out;
    link_target target{owner.open(), destination_hash{}, mtu, 1};
    left = link::initiate(now, target, std::move(left_end), random, out);
    ship(out, true);
  }

  /// Runs until nothing is on its way and both ends are idle for longer than a second, or the limit.
  void settle(duration limit = 60s) { run_until(now + limit, true); }
  void run_for(duration d) { run_until(now + d, false); }

  /// Delivers an end's output: packets to the other end, events to `left_events` or `right_events`.
  void ship(link_output& out, bool from_left) {
    for (auto& packet : out.packets) {
      ++sent;
      octets_sent += packet.size();
      was_established = was_established || established();
      if (air.unit() < conditions.loss && (!lossless_set_up || was_established))
        continue;
      auto delay = conditions.latency;
      if (air.unit() < conditions.reordering)
        delay += air.up_to(conditions.latency * 3);
      in_flight.emplace(now + delay, flight{!from_left, std::move(packet)});
    }
    auto& events = from_left ? left_events : right_events;
    for (auto& event : out.events) {
      if (on_event)
        on_event(event, from_left);
      events.push_back(std::move(event));
    }
    out.clear();
  }
  template <class Action>
  auto at_left(Action&& action) {
    link_output out;
    auto result = action(*left, out);
    ship(out, true);
    return result;
  }
  template <class Action>
  auto at_right(Action&& action) {
    link_output out;
    auto result = action(*right, out);
    ship(out, false);
    return result;
  }

  bool established() const { return left && right && left->active() && right->active(); }

  template <class Event>
  std::vector<Event> take(std::vector<link_event>& events) {
    std::vector<Event> taken;
    for (auto i = events.begin(); i != events.end();)
      if (auto* found = std::get_if<Event>(&*i)) {
        taken.push_back(std::move(*found));
        i = events.erase(i);
      } else {
        ++i;
      }
    return taken;
  }

  instant now{1000s};
  jitter_source air;
  weather conditions;
  bool lossless_set_up = true, was_established = false;
  seeded_random random;
  identity owner;
  link_settings right_settings;
  std::unique_ptr<link> left, right;
  std::vector<link_event> left_events, right_events;
  std::function<void(const link_event&, bool)> on_event;
  std::uint64_t sent = 0, octets_sent = 0;

  struct flight {
    bool to_left;
    octet_string packet;
  };
  std::multimap<instant, flight> in_flight;

private:
  std::optional<instant> next_deadline() const {
    auto next = left->next_deadline();
    if (right)
      if (const auto t = right->next_deadline(); t && (!next || *t < *next))
        next = t;
    return next;
  }

  void run_until(instant limit, bool until_idle) {
    while (true) {
      const auto deadline = next_deadline();
      const auto arrival = in_flight.empty() ? std::optional<instant>() : in_flight.begin()->first;
      const bool quiet = !arrival && (!deadline || *deadline > now + 4s);
      if (until_idle && quiet)
        return;
      const auto next = std::min(arrival.value_or(instant::max()), deadline.value_or(instant::max()));
      if (next > limit) {
        now = limit;
        return;
      }
      now = std::max(now, next);
      if (arrival && *arrival <= now)
        deliver();
      else
        tick();
    }
  }

  void deliver() {
    const auto entry = in_flight.begin();
    const auto packet = std::move(entry->second);
    in_flight.erase(entry);
    link_output out;
    auto view = parse_packet(packet.packet);
    view->header.hops = 1;
    if (packet.to_left) {
      left->on_packet(now, left_interface, *view, {}, out);
    } else if (view->header.type() == packet_type::link_request) {
      auto made = link::accept(now, right_interface, *view, owner, right_settings, random, out);
      if (made)
        right = std::move(*made);
    } else if (right) {
      right->on_packet(now, right_interface, *view, {}, out);
    }
    ship(out, packet.to_left);
  }

  void tick() {
    link_output out;
    left->on_time(now, out);
    ship(out, true);
    if (!right)
      return;
    right->on_time(now, out);
    ship(out, false);
  }
};

inline octet_string pattern(std::size_t size, std::uint64_t seed) {
  octet_string data(size);
  seeded_random(seed).fill(data);
  return data;
}
inline octet_string repetitive(std::size_t size) {
  octet_string data(size);
  for (std::size_t i = 0; i < size; ++i)
    data[i] = static_cast<octet>("the same words again and again, "[i % 32]);
  return data;
}

}  // namespace plexus::testing
