// Two nodes of this process, joined by a TCP connection, and listeners whose news a test can wait for.
#pragma once

#include "actors/endpoints/endpoints_supervisor.hpp"
#include "actors/node.hpp"
#include "actors/system_random.hpp"
#include "tests/unit/actors/interface_bench.hpp"
#include "tests/unit/actors/stream_rig.hpp"
#include "tests/unit/actors/tcp_configs.hpp"
#include "tests/unit/actors/test_sockets.hpp"

#include <memory>

namespace plexus::test {

using namespace std::chrono_literals;

inline node_setup plain_setup(std::uint64_t seed, interface_config with) {
  seeded_random chance(seed);
  node_setup setup;
  setup.keys = std::make_shared<const identity>(identity::generate(chance));
  setup.identity = rename<transport_id>(setup.keys->hash());
  setup.config.reticulum.enable_transport = true;
  setup.config.reticulum.share_instance = false;
  setup.config.metrics.enabled = false;
  setup.config.plexus.shards = 2;
  setup.config.plexus.io_threads = 2;
  setup.config.interfaces = {std::move(with)};
  setup.hash_secret = seed;
  setup.jitter_seed = seed;
  return setup;
}

/// Takes what endpoints say and keeps it for the test.
struct listener {
  explicit listener(caf::actor_system& system)
      : actor(system.spawn([this]() -> destination_listener::behavior_type {
          return {[this](const link_news_ptr& one) {
                    link = one->link;
                    facts = one->facts;
                    for (const auto& event : one->events)
                      events.put({one->link, one->facts, event});
                  },
                  [this](const packets_received& some) {
                    for (const auto& one : *some)
                      packets.put(one);
                  }};
        })) {}
  ~listener() { caf::anon_send_exit(actor, caf::exit_reason::user_shutdown); }

  struct heard {
    link_actor link;
    link_facts facts;
    link_event event;
  };
  /// The next event of that kind; those before it are passed over.
  template <class Event>
  Event next() {
    return std::get<Event>(
        events.next([](const heard& one) { return std::holds_alternative<Event>(one.event); }).event);
  }
  template <class Event>
  std::pair<link_actor, Event> next_with_link() {
    auto found = events.next([](const heard& one) { return std::holds_alternative<Event>(one.event); });
    return {found.link, std::get<Event>(found.event)};
  }

  inbox<heard> events;
  inbox<packet_received> packets;
  link_actor link;
  link_facts facts;
  destination_listener actor;
};

class two_nodes {
public:
  explicit two_nodes(std::function<void(node_setup&)> change_first = {}) {
    auto setup = plain_setup(1, listener_config("Listener", port));
    setup.failed = [this] { failed = true; };
    if (change_first)
      change_first(setup);
    first = std::make_unique<node>(std::move(setup));
    first->start_interfaces();
    second = std::make_unique<node>(plain_setup(2, connecting_config("Client", port)));
    second->start_interfaces();
  }

  registered add(node& at, const destination_spec& spec) {
    return ask<registered>(at, at.endpoints(), std::make_shared<const destination_spec>(spec));
  }
  /// Waits until `at` has a path, asking for it again and again.
  known_path_ptr path(node& at, const destination_hash& to) {
    known_path_ptr found;
    auto asked = std::chrono::steady_clock::now() - 1h;
    REQUIRE(eventually([&] {
      if (std::chrono::steady_clock::now() - asked > 1s) {
        caf::anon_send(at.endpoints(), request_path_atom::value, to);
        asked = std::chrono::steady_clock::now();
      }
      found = ask<known_path_ptr>(at, at.endpoints(), recall_atom::value, to);
      return found != nullptr;
    }));
    return found;
  }
  link_actor open(node& at, const public_identity& owner, const destination_hash& to, const link_listener& listener,
                  link_settings settings = {}) {
    return ask<link_actor>(at, at.endpoints(),
                           std::make_shared<const link_wish>(link_wish{owner, to, settings, listener}));
  }
  template <class Order>
  link_answer tell(node& at, const link_actor& link, Order what) {
    return ask<link_answer>(at, link, order(std::move(what)));
  }
  endpoints_status status(node& of) { return ask<endpoints_status>(of, of.endpoints(), status_atom::value); }

  template <class Reply, class Actor, class... Question>
  Reply ask(node& at, const Actor& whom, const Question&... question) {
    caf::scoped_actor self{at.system()};
    std::optional<Reply> reply;
    self->request(whom, 20s, question...).receive([&](const Reply& got) { reply = got; }, [](const caf::error&) {});
    REQUIRE(reply);
    return *reply;
  }

  std::uint16_t port = free_port();
  std::atomic<bool> failed{false};
  std::unique_ptr<node> first, second;
};

inline std::shared_ptr<const identity> some_identity(std::uint64_t seed) {
  seeded_random chance(seed);
  return std::make_shared<const identity>(identity::generate(chance));
}

}  // namespace plexus::test
