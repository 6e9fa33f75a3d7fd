#include "actors/interfaces/datagram/datagram_interface.hpp"

#include "actors/deadline_timer.hpp"
#include "actors/interfaces/datagram/datagram_transmitter.hpp"
#include "actors/interfaces/gate_duties.hpp"
#include "actors/supervision/failures.hpp"

#include <boost/asio/post.hpp>
#include <caf/all.hpp>

namespace plexus {
namespace {

struct datagram_state {
  explicit datagram_state(datagram_actor::base*) {}
  ~datagram_state() {
    if (lane)
      settings.medium->dismiss(lane, [] {});
  }

  const char* name = "datagram interface";
  datagram_settings settings;
  std::optional<gate_duties> duties;
  std::optional<datagram_transmitter> output;
  std::shared_ptr<reader_counters> counters = std::make_shared<reader_counters>();
  std::shared_ptr<traffic_meter> meter;
  datagram_lane_ptr lane;
  deadline_timer timer;
  std::optional<instant> detach_at;  ///< end by then at the latest
};

using self_ptr = datagram_actor::stateful_pointer<datagram_state>;

void await_writable(self_ptr self) {
  const auto& socket = self->state.output->socket();
  boost::asio::post(socket->home().context(), [socket, owner = datagram_actor(self)] {
    socket->socket().async_wait(datagram_socket::socket_type::wait_write,
                                [socket, owner](const boost::system::error_code& error) {
                                  if (error)
                                    return;
                                  socket->home().send(owner, writable_atom::value);
                                  socket->home().drain();
                                });
  });
}

void end(self_ptr self) {
  auto& s = self->state;
  if (!s.lane)
    return self->quit();
  s.settings.medium->dismiss(std::exchange(s.lane, nullptr),
                             [&home = s.settings.medium->home(), owner = datagram_actor(self)] {
                               home.send(owner, detached_atom::value);
                               home.drain();
                             });
}

/// After each use of the transmitter.
void settle(self_ptr self) {
  auto& s = self->state;
  s.meter->publish(s.output->counters().octets, s.output->counters().packets, s.duties->gate.counters());
  s.meter->publish({.transmit_octets = s.output->waiting()}, s.duties->gate);
  if (s.output->take_wish_to_write())
    await_writable(self);
  if (s.detach_at && s.output->idle())
    return end(self);
  auto next = s.duties->gate.next_deadline();
  if (s.detach_at)
    next = std::min(next, *s.detach_at);
  s.timer.set(self, next);
}

void on_registered(self_ptr self, const registration& registered) {
  auto& s = self->state;
  s.duties->facts = registered.facts;
  s.duties->shards = registered.shards;
  if (s.detach_at)
    return;
  packet_sorter_config config;
  config.from = registered.facts.id;
  config.packets = s.settings.common.intake;
  config.access_owner = s.settings.common.access;
  config.shards = registered.shards;
  config.counters = s.counters;
  s.lane = std::make_shared<datagram_lane>(
      datagram_lane{s.settings.peer, packet_sorter(std::move(config)), s.settings.heard});
  s.settings.medium->admit(s.lane);
}

void on_shards(self_ptr self, const shards_changed& changed) {
  auto& s = self->state;
  s.duties->on_shards(self, changed.shards);
  if (s.lane)
    boost::asio::post(s.settings.medium->home().context(),
                      [lane = s.lane, shards = changed.shards] { lane->packets.retarget(shards); });
}

interface_report_ptr status_of(datagram_state& s) {
  auto status = std::make_shared<interface_report>();
  status->facts = s.duties->facts;
  status->traffic = s.meter->read();
  for (std::size_t i = 0; i < drop_reasons; ++i)
    status->refused[i] = s.counters->refused[i];
  const auto& sent = s.output->counters();
  status->transmit_waiting = s.output->waiting();
  status->transmit_dropped_packets = sent.dropped_packets;
  status->transmit_dropped_octets = sent.dropped_octets;
  status->gate = s.duties->gate.status(now());
  return status;
}

void on_time(self_ptr self) {
  auto& s = self->state;
  if (s.detach_at && now() >= *s.detach_at)
    return end(self);
  s.output->send(s.duties->on_time(self));
  settle(self);
}

datagram_actor::behavior_type datagram_behavior(self_ptr self, const datagram_settings& settings,
                                                const interface_registry& registry) {
  auto& s = self->state;
  end_on_exception(self);
  s.settings = settings;
  auto& facts = s.settings.common.facts;
  facts.online = true;
  facts.pushes_back = false;
  facts.outgoing = facts.outgoing && settings.socket;
  s.duties.emplace(s.settings.common);
  s.output.emplace(settings.common.transmit, settings.common.access);
  s.output->connect(settings.socket, settings.to);
  s.meter = std::make_shared<traffic_meter>(s.counters, s.output->shared_counters());
  const auto description = std::make_shared<interface_description>(settings.common.description);
  self->request(registry, caf::infinite, register_interface{facts, self, description, s.meter})
      .then([self](const registration_ptr& known) { on_registered(self, *known); });
  return {
      [self, &s](const egress_batch_ptr& batch) {
        s.output->send(*batch, s.duties->gate, now());
        settle(self);
      },
      [self, &s](const announce_round_ptr& round) {
        s.output->send(s.duties->admit(*round));
        settle(self);
      },
      [self, &s](const gate_report_ptr& report) {
        s.duties->on_report(self, *report);
        settle(self);
      },
      [self](const shards_changed& changed) { on_shards(self, changed); },
      [self, &s](detach_atom, duration within) {
        s.detach_at = now() + within;
        settle(self);
      },
      [&s](drop_queue_atom) { s.duties->gate.drop_announce_queue(); },
      [&s](status_atom) { return status_of(s); },
      [self, &s](const datagram_socket_ptr& socket) {
        s.output->connect(socket, s.settings.to);
        settle(self);
      },
      [self, &s](writable_atom) {
        s.output->on_writable();
        settle(self);
      },
      [self](detached_atom) { self->quit(); },
      [self, &s](tick_atom, std::uint64_t setting) {
        if (s.timer.rings(setting))
          on_time(self);
      },
  };
}

}  // namespace

datagram_actor spawn_datagram_interface(caf::actor_system& system, const datagram_settings& settings,
                                        const interface_registry& registry) {
  return system.spawn(datagram_behavior, settings, registry);
}

}  // namespace plexus
