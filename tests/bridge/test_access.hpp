// The one way past `private`, for the bridge alone: tables that no program needs to read, times that no program may
// move. The library does not know of it. Nothing here decides anything; it reads and writes members.
//
// The language lets an explicit instantiation name a private member, and the friend that it defines hands the pointer
// to it on, by the tag that it is found with.
#pragma once

#include "transport/endpoint/link.hpp"
#include "transport/endpoint/local_destination.hpp"
#include "transport/router/router.hpp"
#include "transport/router/shard_state.hpp"

namespace plexus::test_access {

template <class Tag, auto Member>
struct opened {
  friend constexpr auto reach(Tag) { return Member; }
};

// NOLINTBEGIN(bugprone-macro-parentheses)
#define PLEXUS_TEST_ACCESS(tag, member) \
  struct tag {                          \
    friend constexpr auto reach(tag);   \
  };                                    \
  template struct opened<tag, member>
// NOLINTEND(bugprone-macro-parentheses)

PLEXUS_TEST_ACCESS(answers_of_destination, &local_destination::answers_);
PLEXUS_TEST_ACCESS(rotation_of_ring, &ratchet_ring::rotated_at_);
PLEXUS_TEST_ACCESS(interval_of_ring, &ratchet_ring::interval_);
PLEXUS_TEST_ACCESS(retained_by_ring, &ratchet_ring::retained_);
PLEXUS_TEST_ACCESS(session_of_link, &link::session_);
PLEXUS_TEST_ACCESS(outgoing_of_link, &link::outgoing_);
PLEXUS_TEST_ACCESS(segment_of_sender, &resource_sender::current_);
PLEXUS_TEST_ACCESS(window_of_receiver, &resource_receiver::window_);
PLEXUS_TEST_ACCESS(window_min_of_receiver, &resource_receiver::window_min_);
PLEXUS_TEST_ACCESS(window_max_of_receiver, &resource_receiver::window_max_);
PLEXUS_TEST_ACCESS(consecutive_of_receiver, &resource_receiver::consecutive_);
PLEXUS_TEST_ACCESS(received_by_receiver, &resource_receiver::received_);
PLEXUS_TEST_ACCESS(map_of_receiver, &resource_receiver::map_);
PLEXUS_TEST_ACCESS(waiting_of_receiver, &resource_receiver::waiting_for_map_);
PLEXUS_TEST_ACCESS(stream_of_receiver, &resource_receiver::stream_);
PLEXUS_TEST_ACCESS(outstanding_of_channel, &channel::outstanding_);
PLEXUS_TEST_ACCESS(early_of_channel, &channel::early_);
PLEXUS_TEST_ACCESS(window_of_channel, &channel::window_);
PLEXUS_TEST_ACCESS(window_min_of_channel, &channel::window_min_);
PLEXUS_TEST_ACCESS(window_max_of_channel, &channel::window_max_);
PLEXUS_TEST_ACCESS(flexibility_of_channel, &channel::flexibility_);
PLEXUS_TEST_ACCESS(next_of_channel, &channel::next_sequence_);
PLEXUS_TEST_ACCESS(expected_by_channel, &channel::expected_sequence_);
PLEXUS_TEST_ACCESS(fast_rounds_of_channel, &channel::fast_rounds_);
PLEXUS_TEST_ACCESS(medium_rounds_of_channel, &channel::medium_rounds_);
PLEXUS_TEST_ACCESS(state_of_shard, &router_shard::s_);
PLEXUS_TEST_ACCESS(output_of_router, &router::out_);
PLEXUS_TEST_ACCESS(carry_out_of_router, &router::carry_out);
PLEXUS_TEST_ACCESS(epoch_of_reverses, &reverse_ring::epoch_);
PLEXUS_TEST_ACCESS(nodes_of_reverses, &reverse_ring::nodes_);
PLEXUS_TEST_ACCESS(next_of_reverses, &reverse_ring::next_);
PLEXUS_TEST_ACCESS(limit_of_reverses, &reverse_ring::entries_max_);
PLEXUS_TEST_ACCESS(entries_of_pending, &pending_announces::entries_);
PLEXUS_TEST_ACCESS(schedule_of_pending, &pending_announces::schedule);
PLEXUS_TEST_ACCESS(held_by_gate, &interface_gate::held_);
PLEXUS_TEST_ACCESS(job_of_gate, &interface_gate::job_at_);
PLEXUS_TEST_ACCESS(shelf_of_held, &held_announces::shelf_);

/// Announce data kept for tags of path requests.
inline std::size_t remembered_answers(const local_destination& destination) {
  return (destination.*reach(answers_of_destination{})).size();
}

/// When the ring was last rotated, as if it had been then.
inline void rotated_at(ratchet_ring& ring, instant then) {
  ring.*reach(rotation_of_ring{}) = then;
}
inline std::optional<instant> last_rotation(const ratchet_ring& ring) {
  return ring.*reach(rotation_of_ring{});
}
inline duration interval(const ratchet_ring& ring) {
  return ring.*reach(interval_of_ring{});
}
inline std::size_t retained(const ratchet_ring& ring) {
  return ring.*reach(retained_by_ring{});
}

inline link_session& session(link& of) {
  return of.*reach(session_of_link{});
}
inline const link_session& session(const link& of) {
  return of.*reach(session_of_link{});
}

/// Null when it is over.
inline const resource_sender* sender(const link& of, resource_id id) {
  for (const auto& one : of.*reach(outgoing_of_link{}))
    if (one->id() == id)
      return one.get();
  return nullptr;
}

inline const outgoing_segment* current_segment(const resource_sender& of) {
  const auto& current = of.*reach(segment_of_sender{});
  return current ? &*current : nullptr;
}

struct receiver_progress {
  std::size_t window = 0, window_min = 0, window_max = 0;
  std::size_t consecutive = 0, received = 0, mapped = 0;
  bool waits_for_map = false;
};
inline receiver_progress progress_of(const resource_receiver& of) {
  return {of.*reach(window_of_receiver{}),     of.*reach(window_min_of_receiver{}),
          of.*reach(window_max_of_receiver{}), of.*reach(consecutive_of_receiver{}),
          of.*reach(received_by_receiver{}),   (of.*reach(map_of_receiver{})).size(),
          of.*reach(waiting_of_receiver{})};
}

/// Changes an octet of what has come so far. Requires that something has.
inline void spoil(resource_receiver& of) {
  (of.*reach(stream_of_receiver{})).at(0) ^= 1;
}

struct channel_window {
  std::size_t now = 0, min = 0, max = 0, flexibility = 0, early = 0;
  std::uint16_t next_sequence = 0, expected_sequence = 0;
  int fast_rounds = 0, medium_rounds = 0;
};
inline channel_window window_of(const channel& of) {
  return {of.*reach(window_of_channel{}),         of.*reach(window_min_of_channel{}),
          of.*reach(window_max_of_channel{}),     of.*reach(flexibility_of_channel{}),
          (of.*reach(early_of_channel{})).size(), of.*reach(next_of_channel{}),
          of.*reach(expected_by_channel{}),       of.*reach(fast_rounds_of_channel{}),
          of.*reach(medium_rounds_of_channel{})};
}

/// Sequence numbers of messages that wait for their proofs, and how often each was sent.
inline std::vector<std::pair<std::uint16_t, std::size_t>> all_outstanding(const channel& of) {
  std::vector<std::pair<std::uint16_t, std::size_t>> all;
  for (const auto& one : of.*reach(outstanding_of_channel{}))
    all.emplace_back(one.sequence, one.packets.size());
  return all;
}

/// The tables of a router of one shard.
inline auto& inside(router& of) {
  return *(of.shard(0).*reach(state_of_shard{}));
}

/// Lets the router carry out what `act` puts into its output.
template <class Act>
void act(router& of, instant now, Act act_on) {
  act_on(of.*reach(output_of_router{}));
  (of.*reach(carry_out_of_router{}))(now);
}

/// A way back of a proof, as it stands in the ring.
struct reverse_line {
  address proved{};
  interface_id received_on{}, sent_on{};
  instant at{};
};

/// Times in the ring count from here on, so that entries can be planted that are older than the core.
template <class Inside>
void begin_reverses(Inside& of, instant epoch) {
  of.reverses.*reach(epoch_of_reverses{}) = epoch;
}

/// The newest live entry of each packet, oldest first.
template <class Inside>
std::vector<reverse_line> reverse_lines(const Inside& of, instant now) {
  const auto& ring = of.reverses;
  const auto& nodes = ring.*reach(nodes_of_reverses{});
  const auto next = ring.*reach(next_of_reverses{}), limit = ring.*reach(limit_of_reverses{});
  std::vector<reverse_line> lines;
  for (auto sequence = next > limit ? next - limit : 1; sequence < next; ++sequence) {
    const auto& node = nodes[sequence & (limit - 1)];
    const auto at = *(ring.*reach(epoch_of_reverses{})) + std::chrono::seconds{node.at};
    std::erase_if(lines, [&](const auto& line) { return line.proved == node.proved; });
    if (node.received_on && now - at <= reverse_ring::lifetime && of.line(node.received_on) && of.line(node.sent_on))
      lines.push_back({node.proved, node.received_on, node.sent_on, at});
  }
  return lines;
}

/// The rebroadcast that waits, or else the first answer.
inline std::optional<pending_announce> waiting_announce(const pending_announces& in,
                                                        const destination_hash& destination) {
  const auto& entries = in.*reach(entries_of_pending{});
  const auto found = entries.find(destination);
  if (found == entries.end())
    return std::nullopt;
  return found->second.rebroadcast ? found->second.rebroadcast : found->second.answers.front();
}

/// False when nothing waits.
inline bool put_off(pending_announces& in, const destination_hash& destination, instant due) {
  auto& entries = in.*reach(entries_of_pending{});
  const auto found = entries.find(destination);
  if (found == entries.end())
    return false;
  auto& waiting = found->second;
  (waiting.rebroadcast ? *waiting.rebroadcast : waiting.answers.front()).due = due;
  (in.*reach(schedule_of_pending{}))(destination, due);
  return true;
}

/// As a valid proof would.
template <class Inside>
void validate(Inside& of, flow_entry& link) {
  of.unproven.remove(link.record);
  link.flags |= flow_entry::validated;
  ++of.links_validated;
}

inline bool is_held(const interface_gate& gate, const destination_hash& destination) {
  return (gate.*reach(held_by_gate{}).*reach(shelf_of_held{})).find(destination) != nullptr;
}

inline void make_job_due(interface_gate& gate, instant now) {
  gate.*reach(job_of_gate{}) = now;
}

}  // namespace plexus::test_access

#undef PLEXUS_TEST_ACCESS
