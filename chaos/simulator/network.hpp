// Nodes and media in virtual time: one queue of events, no clock, no thread, no socket. The same calls with the same
// seed lead to the same events, octet for octet.
#pragma once

#include "chaos/simulator/node.hpp"

#include <queue>

namespace plexus::chaos {

class network {
public:
  /// Remembers the last `events_kept` events.
  network(std::uint64_t seed, std::size_t events_kept) : luck_(seed), log_(events_kept) {}
  network(const network&) = delete;
  network& operator=(const network&) = delete;

  std::size_t add_node(const node_traits& traits);
  /// `codes`: the medium has access codes, drawn for it.
  std::size_t add_medium(const medium_traits& traits, std::vector<std::size_t> members, bool codes);
  /// How `node` uses `medium`; full unless told. Takes effect when it is attached next.
  void set_mode(std::size_t node, std::size_t medium, interface_mode mode) { modes_[{node, medium}] = mode; }
  interface_mode mode_of(std::size_t node, std::size_t medium) const;
  void set_weather(const weather& sky) { sky_ = sky; }

  void start(std::size_t node);
  void stop(std::size_t node);
  void raise(std::size_t medium);
  void break_down(std::size_t medium);
  /// Octets from nowhere, heard by all members.
  void inject(std::size_t medium, octets packet);

  /// Everything that happens until then; afterwards now() is `end`.
  void run_until(instant end);
  void run_for(duration time) { run_until(now_ + time); }
  instant now() const { return now_; }

  node& at(std::size_t index) { return *nodes_[index]; }
  std::size_t nodes() const { return nodes_.size(); }
  medium& medium_at(std::size_t index) { return *media_[index]; }
  std::size_t media() const { return media_.size(); }
  const std::vector<std::size_t>& media_of(std::size_t node) const { return media_of_[node]; }
  /// Nodes that hear what the node sends now.
  std::vector<std::size_t> neighbours(std::size_t node);
  /// Hops from one node to every other over transport nodes that are alive; nothing for those out of reach.
  std::vector<std::optional<unsigned>> distances(std::size_t from);

  ledger& book() { return book_; }
  trace& log() { return log_; }
  chance& luck() { return luck_; }

private:
  struct event {
    instant at{};
    std::uint64_t order = 0;
    bool arrival = false;  ///< else a node's deadline
    std::size_t node = 0, medium = 0;
    unsigned life = 0;  ///< of the medium
    octet_string packet;
  };
  struct later {
    bool operator()(const event& a, const event& b) const { return a.at != b.at ? a.at > b.at : a.order > b.order; }
  };

  void attach(std::size_t node, std::size_t medium);
  void transmit(std::size_t from, std::size_t medium, octets packet);
  void carry_out(event next);
  void wake_when_due(std::size_t node);
  void add_noise(octet_string& packet);

  chance luck_;
  weather sky_;
  ledger book_;
  trace log_;
  instant now_{std::chrono::hours{1}};
  std::uint64_t order_ = 0;
  std::vector<std::unique_ptr<node>> nodes_;
  std::vector<std::unique_ptr<medium>> media_;
  std::vector<std::vector<std::size_t>> media_of_;
  std::vector<instant> wakes_at_;
  std::map<std::pair<std::size_t, std::size_t>, interface_mode> modes_;
  std::priority_queue<event, std::vector<event>, later> events_;
};

}  // namespace plexus::chaos
