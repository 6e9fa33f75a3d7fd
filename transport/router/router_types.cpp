#include "transport/router/router_types.hpp"

#include <algorithm>

namespace plexus {

std::string_view to_string(drop_reason reason) {
  switch (reason) {
    case drop_reason::too_short:
      return "too_short";
    case drop_reason::too_long:
      return "too_long";
    case drop_reason::malformed:
      return "malformed";
    case drop_reason::ifac_missing:
      return "ifac_missing";
    case drop_reason::ifac_unexpected:
      return "ifac_unexpected";
    case drop_reason::ifac_wrong:
      return "ifac_wrong";
    case drop_reason::foreign_transport:
      return "foreign_transport";
    case drop_reason::plain_hops:
      return "plain_hops";
    case drop_reason::plain_announce:
      return "plain_announce";
    case drop_reason::duplicate:
      return "duplicate";
    case drop_reason::announce_oversized:
      return "announce_oversized";
    case drop_reason::announce_invalid:
      return "announce_invalid";
    case drop_reason::announce_blackholed:
      return "announce_blackholed";
    case drop_reason::announce_queue_full:
      return "announce_queue_full";
    case drop_reason::path_request_tagless:
      return "path_request_tagless";
    case drop_reason::path_request_tag_cut:
      return "path_request_tag_cut";
    case drop_reason::path_request_limited:
      return "path_request_limited";
    case drop_reason::path_request_duplicate:
      return "path_request_duplicate";
    case drop_reason::path_request_queue_full:
      return "path_request_queue_full";
    case drop_reason::limited_queue_full:
      return "limited_queue_full";
    case drop_reason::no_path:
      return "no_path";
    case drop_reason::interface_gone:
      return "interface_gone";
    case drop_reason::link_unvalidated:
      return "link_unvalidated";
    case drop_reason::link_direction:
      return "link_direction";
    case drop_reason::link_proof_invalid:
      return "link_proof_invalid";
    case drop_reason::link_request_unclampable:
      return "link_request_unclampable";
    case drop_reason::proof_unmatched:
      return "proof_unmatched";
    case drop_reason::table_full:
      return "table_full";
    case drop_reason::not_for_us:
      return "not_for_us";
    case drop_reason::count_:
      break;
  }
  return "unknown";
}

std::string_view to_string(announce_outcome outcome) {
  switch (outcome) {
    case announce_outcome::accepted:
      return "accepted";
    case announce_outcome::ignored:
      return "ignored";
    case announce_outcome::local:
      return "local";
    case announce_outcome::held:
      return "held";
    case announce_outcome::refused:
      return "refused";
    case announce_outcome::invalid:
      return "invalid";
    case announce_outcome::blackholed:
      return "blackholed";
    case announce_outcome::rate_limited:
      return "rate_limited";
    case announce_outcome::rebroadcast:
      return "rebroadcast";
    case announce_outcome::count_:
      break;
  }
  return "unknown";
}

bool is_protocol_violation(drop_reason reason) {
  switch (reason) {
    case drop_reason::too_short:
    case drop_reason::too_long:
    case drop_reason::malformed:
    case drop_reason::announce_oversized:
    case drop_reason::announce_invalid:
    case drop_reason::path_request_tagless:
    case drop_reason::path_request_tag_cut:
    case drop_reason::link_unvalidated:
    case drop_reason::link_proof_invalid:
    case drop_reason::link_request_unclampable:
      return true;
    default:
      return false;
  }
}

bool is_ifac_violation(drop_reason reason) {
  return reason == drop_reason::ifac_missing || reason == drop_reason::ifac_unexpected ||
         reason == drop_reason::ifac_wrong;
}

bool is_filter_hit(drop_reason reason) {
  return reason == drop_reason::foreign_transport || reason == drop_reason::plain_hops ||
         reason == drop_reason::plain_announce || reason == drop_reason::duplicate;
}

egress_batch& shard_output::to(interface_id id) {
  const auto slot = id.slot();
  if (slot >= by_slot_.size())
    by_slot_.resize(slot + 1);
  if (!by_slot_[slot]) {
    egress.push_back(std::make_unique<egress_batch>());
    egress.back()->to = id;
    by_slot_[slot] = egress.back().get();
    touched_.push_back(slot);
  }
  return *by_slot_[slot];
}

void shard_output::clear() {
  for (const auto slot : touched_)
    by_slot_[slot] = nullptr;
  touched_.clear();
  egress.clear();
  announces.clear();
  for (auto& e : events) {
    e.reverses.clear();
    e.others.clear();
  }
  deliveries.clear();
  learned.clear();
  announces_heard_on.clear();
  path_requests_heard_on.clear();
  held.clear();
  tunnels_opened.clear();
}

bool shard_output::empty() const {
  return egress.empty() && announces.empty() && deliveries.empty() && learned.empty() && announces_heard_on.empty() &&
         path_requests_heard_on.empty() && held.empty() && tunnels_opened.empty() &&
         std::all_of(events.begin(), events.end(), [](const auto& e) { return e.empty(); });
}

}  // namespace plexus
