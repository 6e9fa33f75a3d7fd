// What an interface owes the shards besides packets: the gate's view of what came in, word of its bursts, and the
// announces that it kept until a burst was over.
//
// Shared by all actors of datagram interfaces; owned by one of them. `Self` is the actor's own pointer.
#pragma once

#include "actors/clock.hpp"
#include "actors/interfaces/interface_actor.hpp"
#include "actors/interfaces/interface_settings.hpp"

#include <optional>
#include <vector>

namespace plexus {

class gate_duties {
public:
  explicit gate_duties(const interface_settings& settings)
      : facts(settings.facts), gate(settings.facts, settings.gate, now()), intake_(settings.intake) {
    intake_.access = nullptr;  // what is held had its access code removed when it came in
  }

  interface_facts facts;
  interface_gate gate;
  std::vector<shard_inlet> shards;

  template <class Self>
  void on_report(Self* self, const gate_report& report) {
    const auto time = now();
    if (report.announces.count > 0)
      gate.note_announces(time, report.announces.count, report.announces.octets);
    if (report.path_requests.count > 0)
      gate.note_path_requests(time, report.path_requests.count, report.path_requests.octets);
    for (const auto& held : report.held)
      gate.hold(held, time);
    tell_bursts(self);
  }

  /// A shard is new, and may have missed something.
  template <class Self>
  void on_shards(Self* self, const std::vector<shard_inlet>& changed) {
    shards = changed;
    for (const auto& shard : shards)
      self->send(shard, burst_change{facts.id, gate.bursts()});
  }

  /// Announces that may leave by now.
  template <class Self>
  std::vector<announce_packet> on_time(Self* self) {
    std::vector<announce_packet> due;
    if (auto held = gate.on_time(now(), due))
      release(self, std::move(*held));
    tell_bursts(self);
    return due;
  }

  std::vector<announce_packet> admit(const announce_round& round) {
    std::vector<announce_packet> admitted;
    gate.admit(round, facts, now(), admitted);
    return admitted;
  }

private:
  template <class Self>
  void tell_bursts(Self* self) {
    const auto state = gate.bursts();
    if (state.announces == told_.announces && state.path_requests == told_.path_requests)
      return;
    told_ = state;
    for (const auto& shard : shards)
      self->send(shard, burst_change{facts.id, state});
  }

  /// The announce enters the router again, in the limited class.
  template <class Self>
  void release(Self* self, announce_held held) {
    auto packet = std::make_shared<octet_string>(std::move(held.packet));
    auto taken = intake(intake_).take(*packet);
    if (!taken)
      return;
    taken->packet.kind = traffic_class::limited;
    auto batch = std::make_shared<packet_batch>();
    batch->from = facts.id;
    batch->packets.push_back(taken->packet);
    batch->memory = std::move(packet);
    self->send(shards[taken->shard], packet_batch_ptr(std::move(batch)));
  }

  intake_config intake_;
  burst_state told_{};
};

}  // namespace plexus
