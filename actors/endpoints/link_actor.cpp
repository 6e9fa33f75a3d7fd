#include "actors/endpoints/link_actor.hpp"

#include "actors/clock.hpp"
#include "actors/deadline_timer.hpp"
#include "actors/supervision/failures.hpp"

#include <caf/all.hpp>

#include <map>

namespace plexus {
namespace {

/// A deadline further away is looked at again by then. A timer that was set cannot be taken back, and holds the shell
/// of an actor that has ended: with this bound, links that come and go leave only those of the last few seconds.
constexpr std::chrono::seconds timer_horizon{5};

using stream_writers = std::map<std::uint16_t, stream_writer>;

/// The end of a stream, on its way to the far side.
struct stream_end {
  std::uint16_t stream = 0;
  caf::typed_response_promise<link_answer> promise;
  link_answer answer;
};

struct link_actor_state {
  explicit link_actor_state(link_actor::base*) {}

  const char* name = "link";
  link_start_ptr start;
  surroundings_ptr around;
  std::unique_ptr<random_source> random;
  std::unique_ptr<link> machine;
  link_output out;
  deadline_timer timer;
  std::unique_ptr<stream_writers> streams;  ///< made with the first write
  std::vector<stream_end> ends;
};

using self_ptr = link_actor::stateful_pointer<link_actor_state>;

link_facts facts_of(const link_actor_state& s) {
  link_facts facts;
  facts.destination = s.start->destination;
  if (!s.machine)
    return facts;
  auto& machine = *s.machine;
  facts.id = machine.id();
  facts.role = machine.role();
  facts.state = machine.state();
  facts.attached = machine.attached();
  facts.mtu = machine.mtu();
  facts.mdu = machine.mdu();
  if (const auto* channel = machine.opened_channel())
    facts.channel_mdu = channel->mdu();
  facts.hops = machine.hops();
  facts.rtt = machine.rtt();
  facts.traffic = machine.traffic();
  return facts;
}

/// Closes the link if its initiator turned out to be blackholed; nobody hears of that identity then.
void refuse_blackholed(link_actor_state& s) {
  const auto* blackholes = s.around->blackholes.get();
  if (!blackholes || blackholes->empty())
    return;
  auto& events = s.out.events;
  const auto found = std::find_if(events.begin(), events.end(), [&](const link_event& event) {
    const auto* identified = std::get_if<peer_identified>(&event);
    return identified && blackholes->contains(identified->hash);
  });
  if (found == events.end())
    return;
  events.erase(found, events.end());
  s.machine->close(now(), s.out);
}

/// The channel has room: what waits in the streams goes first.
void feed_streams(link_actor_state& s) {
  if (!s.streams)
    return;
  const auto& events = s.out.events;
  const bool ready = std::any_of(events.begin(), events.end(),
                                 [](const link_event& event) { return std::holds_alternative<channel_ready>(event); });
  if (!ready)
    return;
  for (auto& [stream, writer] : *s.streams)
    writer.on_ready(now(), *s.machine, s.out);
  std::erase_if(*s.streams, [](const auto& entry) { return entry.second.finished(); });
}

/// Answers those who ended a stream, once the far side has proved all of it.
void settle_ends(link_actor_state& s) {
  if (s.ends.empty())
    return;
  const bool closed = s.machine->state() == link_state::closed;
  const auto* channel = s.machine->opened_channel();
  const auto is_over = [&](const stream_end& end) {
    return closed || !channel || (channel->outstanding() == 0 && !(s.streams && s.streams->contains(end.stream)));
  };
  for (auto& end : s.ends)
    if (is_over(end))
      end.promise.deliver(closed ? link_answer{.refused = link_error::not_active} : end.answer);
  std::erase_if(s.ends, is_over);
}

void send_packets(self_ptr self) {
  auto& s = self->state;
  if (s.out.packets.empty())
    return;
  auto local = std::make_shared<local_packets>();
  local->packets = std::move(s.out.packets);
  local->only = s.machine->attached();
  const bool asking = s.machine->state() == link_state::pending;
  const auto owner = asking ? rename<address>(s.start->destination) : rename<address>(s.machine->id());
  self->send(s.around->owner_of(owner), local_packets_ptr(std::move(local)));
}

void flush(self_ptr self) {
  auto& s = self->state;
  refuse_blackholed(s);
  feed_streams(s);
  settle_ends(s);
  send_packets(self);
  if (!s.out.events.empty() && s.start->listener)
    self->send(s.start->listener,
               std::make_shared<const link_news>(link_news{self, facts_of(s), std::move(s.out.events)}));
  s.out.clear();
  if (s.machine->state() == link_state::closed)
    return self->quit();
  if (const auto due = s.machine->next_deadline())
    s.timer.set(self, std::min(*due, now() + timer_horizon));
}

/// Others learn the link's address before anything can be sent to it.
void make_known(self_ptr self) {
  auto& s = self->state;
  const auto id = s.machine->id();
  self->send(s.start->parent, id);
  const auto own = rename<address>(id);
  self->send(s.around->owner_of(own), add_local_atom::value, own);
}

void accept(self_ptr self, const local_delivery& delivery) {
  auto& s = self->state;
  const auto request = parse_packet(delivery.packet);
  if (!request || !s.start->owner)
    return;
  auto made = link::accept(now(), delivery.from, *request, *s.start->owner, s.start->settings, *s.random, s.out);
  if (!made)
    return;
  s.machine = std::move(*made);
  make_known(self);
}

void take(self_ptr self, const local_delivery& delivery) {
  auto& s = self->state;
  if (!s.machine)
    return accept(self, delivery);
  if (const auto packet = parse_packet(delivery.packet))
    s.machine->on_packet(now(), delivery.from, *packet, {}, s.out);
}

/// The kinds of orders, one operator each.
struct obey {
  link_actor_state& s;
  instant at;

  link& l() const { return *s.machine; }
  static link_answer refused(link_error error) { return {.refused = error}; }
  static link_answer answer(const expected<void, link_error>& done) {
    return done ? link_answer{} : refused(done.error());
  }
  static link_answer answer(const expected<packet_hash, link_error>& sent) {
    return sent ? link_answer{.packet = *sent} : refused(sent.error());
  }
  static link_answer answer(const expected<request_id, link_error>& sent) {
    return sent ? link_answer{.request = *sent} : refused(sent.error());
  }
  static link_answer answer(const expected<resource_id, link_error>& sent) {
    return sent ? link_answer{.resource = *sent} : refused(sent.error());
  }
  static link_answer answer(const expected<std::uint16_t, link_error>& sent) {
    return sent ? link_answer{.count = *sent} : refused(sent.error());
  }

  link_answer operator()(const send_data& o) const { return answer(l().send(at, o.plaintext, s.out)); }
  link_answer operator()(const prove_packet& o) const {
    l().prove(at, o.packet, s.out);
    return {};
  }
  link_answer operator()(const identify_as& o) const { return answer(l().identify(at, *o.who, s.out)); }
  link_answer operator()(const make_request& o) const {
    return answer(l().request(at, read_clocks().unix_now, o.path, o.content, o.options, s.out));
  }
  link_answer operator()(const make_response& o) const {
    return answer(l().respond(at, o.request, o.content, s.out, o.compression_size_max));
  }
  link_answer operator()(const make_file_response& o) const {
    return answer(l().respond_with_file(at, o.request, o.file, o.metadata, s.out, o.compression_size_max));
  }
  link_answer operator()(const offer_resource& o) const { return answer(l().send_resource(at, o.offer, s.out)); }
  link_answer operator()(const supply_segment& o) const { return answer(l().supply(at, o.resource, o.data, s.out)); }
  link_answer operator()(const judge_resource& o) const {
    switch (o.verdict) {
      case resource_verdict::accept:
        return answer(l().accept(at, o.resource, s.out));
      case resource_verdict::reject:
        return answer(l().reject(at, o.resource, s.out));
      case resource_verdict::cancel:
        return answer(l().cancel(at, o.resource, s.out));
    }
    return {};
  }
  link_answer operator()(const open_channel&) const {
    if (!l().active())
      return refused(link_error::not_active);
    l().open_channel();
    return {};
  }
  link_answer operator()(const send_channel_message& o) const {
    return answer(l().send_message(at, o.type, o.content, s.out));
  }
  link_answer operator()(const write_stream& o) const {
    if (!l().active() || !l().opened_channel())
      return refused(link_error::not_active);
    if (o.stream > stream_data::stream_id_max)
      return refused(link_error::too_large);
    if (!s.streams)
      s.streams = std::make_unique<stream_writers>();
    auto& writer = s.streams->try_emplace(o.stream, o.stream).first->second;
    link_answer taken;
    taken.count = writer.write(at, o.data, l(), s.out);
    if (o.end && taken.count == o.data.size())
      writer.finish(at, l(), s.out);
    if (writer.finished())
      s.streams->erase(o.stream);
    return taken;
  }
  link_answer operator()(const configure_link& o) const {
    l().configure(o.settings);
    return {};
  }
  link_answer operator()(const close_link&) const {
    l().close(at, s.out);
    return {};
  }
};

/// The answer leaves before what the order caused.
caf::result<link_answer> carry_out(self_ptr self, const link_order& wanted) {
  auto& s = self->state;
  auto promise = self->make_response_promise<link_answer>();
  if (!s.machine) {
    promise.deliver(link_answer{.refused = link_error::not_active});
    return promise;
  }
  auto answer = std::visit(obey{s, now()}, wanted);
  const auto* write = std::get_if<write_stream>(&wanted);
  if (write && write->end && !answer.refused && answer.count == write->data.size())
    s.ends.push_back({write->stream, promise, answer});
  else
    promise.deliver(std::move(answer));
  flush(self);
  return promise;
}

link_actor::behavior_type link_behavior(self_ptr self, const link_start_ptr& start) {
  auto& s = self->state;
  end_on_exception(self);
  s.start = start;
  s.around = start->around;
  s.random = start->random();
  if (start->target) {
    s.machine = link::initiate(now(), *start->target, start->settings, *s.random, s.out);
    make_known(self);
    flush(self);
  }
  return {
      [self, &s](const delivered& packets) {
        packets.for_each([self](const local_delivery& one) { take(self, one); });
        if (!s.machine)
          return self->quit();
        flush(self);
      },
      [&s](const surroundings_ptr& around) { s.around = around; },
      [self, &s](tick_atom, std::uint64_t setting) {
        if (!s.timer.rings(setting) || !s.machine)
          return;
        s.machine->on_time(now(), s.out);
        flush(self);
      },
      [self](const link_order_ptr& wanted) { return carry_out(self, *wanted); },
      [&s](status_atom) { return facts_of(s); },
  };
}

}  // namespace

link_actor spawn_link(caf::actor_system& system, const link_start_ptr& start) {
  return start->target ? system.spawn(link_behavior, start) : system.spawn<caf::lazy_init>(link_behavior, start);
}

}  // namespace plexus
