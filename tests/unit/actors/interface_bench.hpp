// Interfaces of any type on real sockets, with the test in the place of supervisor and shard: what they register, what
// they bring in and what is sent by them can be seen. All waiting is for something that happens, with a bound.
#pragma once

#include "actors/interfaces/interface_factory.hpp"
#include "actors/io/io_pool.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/inbox.hpp"

#include <caf/all.hpp>

#include <chrono>
#include <string>

namespace plexus {

using test::inbox;

class interface_bench {
public:
  struct registered {
    interface_facts facts;
    interface_actor actor;
  };

  interface_bench() : flaps(spawn_flap_guard(system)) {
    node.shard_count = 1;
    shard = system.spawn([this]() -> shard_inlet::behavior_type {
      return {[this](const packet_batch_ptr& batch) {
                for (const auto& packet : batch->packets)
                  packets.put({packet.whole().begin(), packet.whole().end()});
              },
              [](const burst_change&) {}};
    });
    registry = system.spawn([this]() -> interface_registry::behavior_type {
      return {[this](const register_interface& wish) -> registration_ptr {
                auto facts = wish.facts;
                facts.id = interface_id::make(next_slot_++, 1);
                interfaces.put({facts, wish.self});
                return std::make_shared<registration>(registration{facts, {shard}});
              },
              [this](const interface_facts_ptr& facts) {
                changes.put(*facts);
                return facts->id;
              }};
    });
  }
  ~interface_bench() {
    for (const auto& one : started_)
      caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    started_.clear();
    caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(registry, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(flaps, caf::exit_reason::user_shutdown);
    system.await_all_actors_done();
    pool.stop();
  }

  interface_actor start(const interface_config& wanted) {
    return started_.emplace_back(start_interface(system, wanted, node, registry, pool, flaps));
  }
  /// Starts it and waits until it is registered.
  interface_actor run(const interface_config& wanted) {
    const auto actor = start(wanted);
    interfaces.next();
    return actor;
  }
  void transmit(const interface_actor& by, octets packet) {
    const auto memory = std::make_shared<octet_string>(packet.begin(), packet.end());
    auto batch = std::make_shared<egress_batch>();
    batch->memory.push_back(memory);
    auto& one = batch->packets.emplace_back();
    one.body = memory->data();
    one.body_size = static_cast<std::uint32_t>(memory->size());
    caf::anon_send(by, egress_batch_ptr(std::move(batch)));
  }
  /// Tells the interface to end, and waits until it has.
  void detach(const interface_actor& which) {
    caf::scoped_actor self{system};
    self->monitor(which);
    self->send(which, detach_atom::value, duration{});
    bool ended = false;
    self->receive([&](const caf::down_msg&) { ended = true; }, caf::after(std::chrono::seconds(10)) >> [] {});
    REQUIRE(ended);
    std::erase(started_, which);
  }
  interface_report_ptr status(const interface_actor& of) {
    caf::scoped_actor self{system};
    interface_report_ptr result;
    self->request(of, std::chrono::seconds(10), status_atom::value)
        .receive([&](const interface_report_ptr& status) { result = status; }, [](const caf::error&) {});
    REQUIRE(result);
    return result;
  }

  caf::actor_system_config system_config;
  caf::actor_system system{system_config};
  io_pool pool{system, 1};
  node_settings node;
  flap_guard flaps;
  shard_inlet shard;
  interface_registry registry;
  inbox<registered> interfaces;
  inbox<interface_facts> changes;
  inbox<octet_string> packets;

private:
  std::vector<interface_actor> started_;
  std::uint32_t next_slot_ = 1;
};

/// A packet that any interface takes: data for a destination of type SINGLE, `size` octets in all, at least 20.
inline octet_string some_packet(octet content, std::size_t size = 40) {
  octet_string packet(size, content);
  packet[0] = packet[1] = 0;
  packet[18] = 0;
  return packet;
}

inline interface_config config_of(const std::string& type, type_settings settings) {
  interface_config config;
  config.name = "Test";
  config.type = type;
  config.enabled = true;
  config.settings = std::move(settings);
  return config;
}

}  // namespace plexus
