// Announces that go out; and what a program tells the shared instance that it is a program of.
#include "actors/endpoints/endpoints_state.hpp"
#include "transport/router/local_hops.hpp"

#include <algorithm>

namespace plexus {
namespace {

/// A program tells its instance of its destinations so long after it registered one, or after it was attached again.
/// Source: Destination.py; rns-1.5.7 section 1.15.
constexpr std::chrono::milliseconds instance_grace{250}, instance_grace_again{10000};

void send_to(endpoints_ptr self, const endpoints_state::interface_slot& to, const announcement& made) {
  auto packet = made.packet;
  if (hides_hops(self->state.settings.local_hops_delta, 0, to.facts->role))
    packet = hide_hops(packet, self->state.settings.transport, self->state.settings.local_hops_delta);
  const auto memory = std::make_shared<const octet_string>(std::move(packet));
  auto batch = std::make_unique<egress_batch>();
  batch->to = to.facts->id;
  batch->memory.push_back(memory);
  auto& one = batch->packets.emplace_back();
  one.kind = transmit_kind::announce;
  one.body = memory->data();
  one.body_size = static_cast<std::uint32_t>(memory->size());
  self->send(to.actor, egress_batch_ptr(std::move(batch)));
}

bool is_on_instance(const endpoints_state& s) {
  return std::any_of(s.interfaces.begin(), s.interfaces.end(), [](const endpoints_state::interface_slot& slot) {
    return slot.facts && slot.facts->role == interface_role::shared_instance;
  });
}

}  // namespace

void on_announcement(endpoints_ptr self, const announcement& made) {
  auto& s = self->state;
  const auto found = s.destinations.find(made.destination);
  if (found == s.destinations.end())
    return;
  if (!made.ratchets.empty()) {
    found->second.ratchets = made.ratchets;
    const auto& file = found->second.spec->ratchets->file;
    if (!file.empty())
      self->send(s.files, save_atom::value, file.string(), std::make_shared<const octet_string>(made.ratchets));
  }
  const auto takes = [](const endpoints_state::interface_slot& slot) {
    return slot.facts && slot.facts->online && slot.facts->outgoing;
  };
  if (made.only) {
    if (const auto* slot = s.find(made.only); slot && takes(*slot))
      send_to(self, *slot, made);
    return;
  }
  announce_transmit one;
  one.packet = std::make_shared<const octet_string>(made.packet);
  if (s.settings.local_hops_delta != 0)
    one.outside =
        std::make_shared<const octet_string>(hide_hops(made.packet, s.settings.transport, s.settings.local_hops_delta));
  one.destination = made.destination;
  one.emitted = made.emitted;
  one.local = true;
  auto round = std::make_shared<announce_round>();
  round->announces.push_back(std::move(one));
  const announce_round_ptr shared = std::move(round);
  for (const auto& slot : s.interfaces)
    if (takes(slot))
      self->send(slot.actor, shared);
}

/// The instance learns by a path response what lives here; nobody else hears of it.
void tell_instance(endpoints_ptr self) {
  auto& s = self->state;
  for (const auto& slot : s.interfaces)
    if (slot.facts && slot.facts->role == interface_role::shared_instance && slot.facts->online)
      for (const auto& [hash, entry] : s.destinations)
        if (entry.actor && entry.spec->type == destination_type::single)
          self->send(entry.actor, path_asked{{}, slot.facts->id});
}

/// What was open over the connection before is unknown to the instance. One that has just begun may not take in yet
/// what it is told, so it is told again.
void on_instance(endpoints_ptr self, const interface_facts& facts) {
  auto& s = self->state;
  if (facts.online) {
    for (const auto after : {instance_grace, instance_grace_again})
      self->delayed_send(self, after, announce_atom::value);
    return;
  }
  for (const auto& [id, entry] : s.links)
    caf::anon_send(entry.actor, order(close_link{}));
}

void tell_instance_soon(endpoints_ptr self) {
  if (is_on_instance(self->state))
    self->delayed_send(self, instance_grace, announce_atom::value);
}

}  // namespace plexus
