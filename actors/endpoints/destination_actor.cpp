#include "actors/endpoints/destination_actor.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"
#include "transport/destination_name.hpp"

#include <caf/all.hpp>

namespace plexus {
namespace {

struct destination_state {
  explicit destination_state(destination_actor::base*) {}

  const char* name = "destination";
  destination_start_ptr start;
  destination_spec_ptr spec;
  surroundings_ptr around;
  std::unique_ptr<random_source> random;
  std::optional<local_destination> machine;
};

using self_ptr = destination_actor::stateful_pointer<destination_state>;

local_destination make_destination(const destination_spec& spec) {
  switch (spec.type) {
    case destination_type::group:
      return local_destination::group(spec.owner, spec.name, *spec.group);
    case destination_type::plain:
      return local_destination::plain(spec.name);
    case destination_type::single:
    case destination_type::link:
      break;
  }
  return local_destination::single(spec.owner, spec.name);
}

/// A file that is not ours, or damaged, must not be written over with new ratchets unseen.
ratchet_ring restore_ratchets(const destination_spec& spec, const octet_string& file) {
  const auto& wanted = *spec.ratchets;
  if (file.empty())
    return ratchet_ring(wanted.retained, wanted.interval);
  auto ring = ratchet_ring::parse(file, spec.owner->open(), wanted.retained, wanted.interval);
  if (ring)
    return std::move(*ring);
  log(log_level::error, "The ratchets of {} in {} cannot be used: {}; new ones are made", spec.hash().pretty(),
      wanted.file.string(), to_string(ring.error()));
  return ratchet_ring(wanted.retained, wanted.interval);
}

void configure(local_destination& machine, const destination_spec& spec) {
  machine.proofs = spec.proofs;
  machine.default_app_data = spec.app_data;
  if (!spec.ratchets || spec.type != destination_type::single)
    return;
  machine.ratchets_enforced = spec.ratchets->policy;
  if (auto* ring = machine.ratchets()) {
    ring->retain(spec.ratchets->retained);
    ring->rotate_every(spec.ratchets->interval);
  }
}

void send(self_ptr self, octet_string packet, interface_id only) {
  const auto to = parse_packet(packet)->header.destination;
  auto local = std::make_shared<local_packets>();
  local->packets.push_back(std::move(packet));
  local->only = only;
  self->send(self->state.around->owner_of(to), local_packets_ptr(std::move(local)));
}

void prove(self_ptr self, const packet_hash& packet, interface_id from) {
  auto& s = self->state;
  if (auto proof = s.machine->prove(packet, s.start->proofs))
    send(self, std::move(*proof), from);
}

void take(self_ptr self, const delivered& packets) {
  auto& s = self->state;
  auto opened = std::make_shared<std::vector<packet_received>>();
  packets.for_each([&](const local_delivery& delivery) {
    const auto packet = parse_packet(delivery.packet);
    if (!packet || packet->header.type() != packet_type::data)
      return;
    auto content = s.machine->open(packet->data);
    if (!content)
      return;
    opened->push_back({s.machine->hash(), std::move(content->plaintext), delivery.hash, delivery.from, delivery.hops,
                       content->ratchet});
    if (s.machine->proofs == proof_strategy::all)
      prove(self, delivery.hash, delivery.from);
  });
  if (!opened->empty() && s.spec->listener)
    self->send(s.spec->listener, packets_received(std::move(opened)));
}

void announce(self_ptr self, octets app_data, packet_context context, octets tag, interface_id only) {
  auto& s = self->state;
  if (s.machine->type() != destination_type::single)
    return;
  const auto seconds = static_cast<std::uint64_t>(read_clocks().unix_now.seconds);
  auto made = s.machine->announce(now(), seconds, *s.random, app_data, context, tag);
  auto out = std::make_shared<announcement>();
  out->destination = s.machine->hash();
  out->packet = std::move(made.packet);
  out->emitted = seconds;
  out->only = only;
  if (made.ratchets_rotated)
    out->ratchets = s.machine->ratchets()->encode(*s.spec->owner);
  self->send(s.start->parent, announcement_ptr(std::move(out)));
}

destination_actor::behavior_type destination_behavior(self_ptr self, const destination_start_ptr& start) {
  auto& s = self->state;
  end_on_exception(self);
  s.start = start;
  s.spec = start->spec;
  s.around = start->around;
  s.random = start->random();
  s.machine.emplace(make_destination(*s.spec));
  if (s.spec->ratchets && s.spec->type == destination_type::single)
    s.machine->enable_ratchets(restore_ratchets(*s.spec, start->ratchets));
  configure(*s.machine, *s.spec);
  return {
      [self](const delivered& packets) { take(self, packets); },
      [&s](const surroundings_ptr& around) { s.around = around; },
      [&s](const destination_spec_ptr& spec) {
        s.spec = spec;
        configure(*s.machine, *spec);
      },
      [self](const path_asked& asked) {
        announce(self, {}, packet_context::path_response, asked.tag.bytes(), asked.from);
      },
      [self](announce_atom, const octet_string& app_data) { announce(self, app_data, packet_context::none, {}, {}); },
      [self](prove_atom, const packet_hash& packet, interface_id from) { prove(self, packet, from); },
  };
}

}  // namespace

destination_hash destination_spec::hash() const {
  return owner ? hash_destination(name, owner->hash()) : hash_destination(name);
}

destination_actor spawn_destination(caf::actor_system& system, const destination_start_ptr& start) {
  return system.spawn(destination_behavior, start);
}

}  // namespace plexus
