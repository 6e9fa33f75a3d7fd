#include "actors/interfaces/stream_interface.hpp"

#include "actors/clock.hpp"
#include "actors/deadline_timer.hpp"
#include "actors/interfaces/transmitter.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"

#include <boost/asio/post.hpp>
#include <caf/all.hpp>

#include <algorithm>

namespace plexus {
namespace {

struct stream_state {
  explicit stream_state(stream_actor::base*) {}
  ~stream_state() {
    if (link)
      link->shut();
  }

  const char* name = "stream interface";
  stream_settings settings;
  interface_registry registry;
  interface_facts facts;
  std::vector<shard_inlet> shards;
  std::optional<interface_gate> gate;
  std::optional<transmitter> output;
  std::shared_ptr<reader_counters> counters = std::make_shared<reader_counters>();
  std::shared_ptr<traffic_meter> meter;
  connection_ptr link;
  std::shared_ptr<stream_reader> reader;
  burst_state told{};  ///< what the shards know of our bursts
  deadline_timer timer;
  unsigned attempts = 0;
  std::uint64_t reconnects = 0, cut_off = 0;
  bool was_connected = false;
  std::optional<instant> detach_at;  ///< end by then at the latest

  bool connects() const { return static_cast<bool>(settings.connect); }
};

using self_ptr = stream_actor::stateful_pointer<stream_state>;

void set_timer(self_ptr self) {
  auto& s = self->state;
  auto next = std::min(s.output->next_deadline(), s.gate->next_deadline());
  if (const auto stuck = s.output->stuck_since(); stuck != instant::max())
    next = std::min(next, stuck + s.settings.common.streams.drain_timeout);
  if (s.detach_at)
    next = std::min(next, *s.detach_at);
  s.timer.set(self, next);
}

/// Asks the connection's thread to tell when the socket takes octets again.
void await_writable(self_ptr self) {
  auto& s = self->state;
  boost::asio::post(s.link->home().context(), [link = s.link, owner = stream_actor(self)] {
    link->write_socket().async_wait(connection::socket_type::wait_write,
                                    [link, owner](const boost::system::error_code& error) {
                                      if (error)
                                        return;
                                      link->home().send(owner, writable_atom::value);
                                      link->home().drain();
                                    });
  });
}

void publish(stream_state& s) {
  s.meter->publish(s.output->counters().octets, s.output->counters().packets, s.gate->counters());
  s.meter->publish({s.reconnects, s.cut_off, s.output->waiting(), s.output->is_slow(), s.output->holds_sources()},
                   *s.gate);
}

/// After each use of the transmitter. A broken connection is left to its reader, which sees its end.
void settle(self_ptr self, bool good) {
  auto& s = self->state;
  if (!good && s.link)
    s.link->shut();
  if (s.output->take_wish_to_write() && s.link)
    await_writable(self);
  if (s.detach_at && s.output->idle())
    self->quit();
  publish(s);
  set_timer(self);
}

void start_reading(self_ptr self) {
  auto& s = self->state;
  stream_reader_config config;
  config.from = s.facts.id;
  config.packets = s.settings.common.intake;
  config.framing = s.settings.framing;
  config.frame_max = s.facts.hw_mtu + s.facts.ifac_size;
  config.waiting_max = 2 * std::size_t{s.facts.hw_mtu};
  config.shards = s.shards;
  config.counters = s.counters;
  config.access_owner = s.settings.common.access;
  config.ended = [link = s.link.get(), owner = stream_actor(self)] { link->home().send(owner, connection_lost{link}); };
  s.reader = std::make_shared<stream_reader>(s.link, std::move(config));
  s.reader->start();
}

void tell_facts(self_ptr self, bool online, std::function<void()> then) {
  auto& s = self->state;
  s.facts.online = online;
  self->request(s.registry, caf::infinite, interface_facts_ptr(std::make_shared<interface_facts>(s.facts)))
      .then([then = std::move(then)](interface_id) {
        if (then)
          then();
      });
}

void on_connected(self_ptr self, const connection_ptr& link) {
  auto& s = self->state;
  if (s.link || s.detach_at)
    return link->shut();
  s.link = link;
  s.attempts = 0;
  s.reconnects += std::exchange(s.was_connected, true);
  s.output->connect(link);
  log(log_level::verbose, "{} is connected", s.facts.name);
  tell_facts(self, true, [self, link] {
    if (self->state.link == link)
      start_reading(self);
  });
}

void attempt(self_ptr self) {
  auto& s = self->state;
  if (s.detach_at || s.link)
    return;
  if (s.settings.reconnects_max && s.attempts > *s.settings.reconnects_max) {
    log(log_level::error, "{} gives up after {} attempts to connect", s.facts.name, s.attempts);
    return self->quit();
  }
  ++s.attempts;
  s.settings.connect(stream_actor(self));
}

void on_lost(self_ptr self, const connection_lost& lost) {
  auto& s = self->state;
  if (lost.of != s.link.get())
    return;
  s.link->shut();
  s.link.reset();
  s.reader.reset();
  s.output->connect(nullptr);
  if (!s.connects() || s.detach_at)
    return self->quit();
  log(log_level::warning, "{} lost its connection, and will connect again", s.facts.name);
  tell_facts(self, false, {});
  self->delayed_send(self, s.settings.common.streams.reconnect_wait, connect_atom::value);
}

/// The shards hold announces of an interface in burst back; they have to know when it begins and ends.
void tell_bursts(self_ptr self) {
  auto& s = self->state;
  const auto state = s.gate->bursts();
  if (state.announces == s.told.announces && state.path_requests == s.told.path_requests)
    return;
  s.told = state;
  for (const auto& shard : s.shards)
    self->send(shard, burst_change{s.facts.id, state});
}

/// An announce that was held enters the router again, in the limited class and without access code.
void release(self_ptr self, announce_held held) {
  auto& s = self->state;
  auto packet = std::make_shared<octet_string>(std::move(held.packet));
  auto config = s.settings.common.intake;
  config.access = nullptr;
  auto taken = intake(config).take(*packet);
  if (!taken)
    return;
  auto batch = std::make_shared<packet_batch>();
  batch->from = s.facts.id;
  taken->packet.kind = traffic_class::limited;
  batch->packets.push_back(taken->packet);
  batch->memory = std::move(packet);
  self->send(s.shards[taken->shard], packet_batch_ptr(std::move(batch)));
}

void on_report(self_ptr self, const gate_report& report) {
  auto& s = self->state;
  const auto time = now();
  if (report.announces.count > 0)
    s.gate->note_announces(time, report.announces.count, report.announces.octets);
  if (report.path_requests.count > 0)
    s.gate->note_path_requests(time, report.path_requests.count, report.path_requests.octets);
  for (const auto& held : report.held)
    s.gate->hold(held, time);
  tell_bursts(self);
  publish(s);
  set_timer(self);
}

void on_time(self_ptr self) {
  auto& s = self->state;
  const auto time = now();
  if (s.detach_at && time >= *s.detach_at)
    return self->quit();
  if (const auto stuck = s.output->stuck_since();
      stuck != instant::max() && time - stuck >= s.settings.common.streams.drain_timeout) {
    log(log_level::notice, "{} took nothing for {} s and is cut off", s.facts.name,
        std::chrono::duration_cast<std::chrono::seconds>(time - stuck).count());
    ++s.cut_off;
    s.output->connect(nullptr);
    s.link->shut();
  }
  bool good = s.output->on_time(*s.gate, time);
  std::vector<announce_packet> due;
  if (auto held = s.gate->on_time(time, due))
    release(self, std::move(*held));
  good = s.output->send(due, time) && good;
  tell_bursts(self);
  settle(self, good);
}

interface_report_ptr status_of(stream_state& s) {
  auto status = std::make_shared<interface_report>();
  status->facts = s.facts;
  status->frames_invalid = s.counters->frames_invalid;
  status->traffic = s.meter->read();
  for (std::size_t i = 0; i < drop_reasons; ++i)
    status->refused[i] = s.counters->refused[i];
  status->reconnects = s.reconnects;
  status->cut_off = s.cut_off;
  if (s.output) {
    status->transmit_waiting = s.output->waiting();
    status->transmit_dropped_packets = s.output->counters().dropped_packets;
    status->transmit_dropped_octets = s.output->counters().dropped_octets;
    status->stalled = s.output->is_slow();
    status->held = s.output->holds_sources();
  }
  if (s.gate)
    status->gate = s.gate->status(now());
  return status;
}

void on_registered(self_ptr self, const registration& registered, const connection_ptr& accepted) {
  auto& s = self->state;
  s.facts = registered.facts;
  s.shards = registered.shards;
  if (accepted) {
    s.output->connect(accepted);
    start_reading(self);
  } else {
    attempt(self);
  }
}

stream_actor::behavior_type stream_behavior(self_ptr self, const stream_settings& settings,
                                            const interface_registry& registry, const connection_ptr& accepted) {
  auto& s = self->state;
  end_on_exception(self);
  s.settings = settings;
  s.registry = registry;
  s.facts = settings.common.facts;
  s.facts.online = accepted != nullptr;
  s.link = accepted;
  s.gate.emplace(s.facts, settings.common.gate, now());
  s.output.emplace(settings.common.transmit, settings.framing, settings.common.access);
  s.meter = std::make_shared<traffic_meter>(s.counters, s.output->shared_counters());
  const auto description = std::make_shared<interface_description>(settings.common.description);
  self->request(registry, caf::infinite, register_interface{s.facts, self, description, s.meter})
      .then([self, accepted](const registration_ptr& registered) { on_registered(self, *registered, accepted); });
  return {
      [self, &s](const egress_batch_ptr& batch) { settle(self, s.output->send(batch, *s.gate, now())); },
      [self, &s](const announce_round_ptr& round) {
        const auto time = now();
        std::vector<announce_packet> admitted;
        s.gate->admit(*round, s.facts, time, admitted);
        settle(self, s.output->send(admitted, time));
      },
      [self](const gate_report_ptr& report) { on_report(self, *report); },
      [self, &s](const shards_changed& changed) {
        s.shards = changed.shards;
        for (const auto& shard : s.shards)  // one of them may have missed it
          self->send(shard, burst_change{s.facts.id, s.gate->bursts()});
        if (s.reader)
          s.reader->retarget(changed.shards);
      },
      [self, &s](detach_atom, duration within) {
        s.detach_at = now() + within;
        settle(self, true);
      },
      [&s](drop_queue_atom) { s.gate->drop_announce_queue(); },
      [&s](status_atom) { return status_of(s); },
      [self](const connection_ptr& link) { on_connected(self, link); },
      [self, &s](const connect_failed& failed) {
        log(log_level::warning, "{} could not connect: {}", s.facts.name, failed.reason);
        if (s.attempts == 1)
          tell_facts(self, false, {});
        self->delayed_send(self, s.settings.common.streams.reconnect_wait, connect_atom::value);
      },
      [self](const connection_lost& lost) { on_lost(self, lost); },
      [self, &s](writable_atom) { settle(self, s.output->on_writable(*s.gate, now())); },
      [self](connect_atom) { attempt(self); },
      [self, &s](tick_atom, std::uint64_t setting) {
        if (s.timer.rings(setting))
          on_time(self);
      },
  };
}

}  // namespace

stream_actor spawn_stream_interface(caf::actor_system& system, const stream_settings& settings,
                                    const interface_registry& registry, const connection_ptr& accepted) {
  return system.spawn(stream_behavior, settings, registry, accepted);
}

}  // namespace plexus
