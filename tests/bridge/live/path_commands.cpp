// Chapter 12: announces, paths, known identities.
#include "tests/bridge/live/nodes.hpp"
#include "tests/bridge/test_access.hpp"
#include "transport/destination_name.hpp"

namespace plexus::bridge {
namespace {

json current_ratchet(const local_destination& destination) {
  const auto newest = destination.ratchets() ? destination.ratchets()->newest() : std::nullopt;
  return newest ? json(hex(hash_ratchet(*newest))) : json();
}

json announce(live_node& node, const parameters& p) {
  auto made = local_destination::single(new_identity(), dotted_name(p));
  const bool ratchets = p.flag_or("enable_ratchets", false);
  if (ratchets)
    made.enable_ratchets(ratchet_ring());
  const auto owner = made.owner()->hash();
  const auto hash = node.add(std::move(made));
  node.announce(hash, p.octets_or("app_data", {}));
  json result{{"destination_hash", hex(hash)}, {"identity_hash", hex(owner)}};
  if (ratchets) {
    const auto& destination = node.destination(hash);
    result["ratchets_enabled"] = true;
    result["current_ratchet_id"] = current_ratchet(destination);
    result["ratchet_count"] = destination.ratchets()->keys().size();
  }
  return result;
}

json reannounce(live_node& node, const parameters& p) {
  auto& destination = node.destination(destination_of(p));
  if (p.has("rotate_ago_s") && destination.ratchets())
    test_access::rotated_at(*destination.ratchets(), node.core().now() - from_seconds(p.number("rotate_ago_s")));
  node.announce(destination.hash(), p.octets_or("app_data", {}));
  return {{"announced", true}, {"current_ratchet_id", current_ratchet(destination)}};
}

json poll_path(live_node& node, const parameters& p) {
  const auto wanted = destination_of(p);
  std::optional<path_summary> path;
  node.wait([&] { return (path = node.core().routes().find_path(wanted, node.core().now())).has_value(); },
            timeout_of(p, 5000));
  return {{"found", path.has_value()}, {"hops", path ? json(path->hops) : json()}};
}

json request_path(live_node& node, const parameters& p) {
  node.core().routes().request_path(destination_of(p), node.core().now());
  return {{"sent", true}};
}

json read_path(live_node& node, const parameters& p) {
  auto& core = node.core();
  const auto path = core.routes().find_path(destination_of(p), core.now());
  if (!path)
    return {{"found", false}};
  const auto name = core.name_of(path->heard_on);
  const auto milliseconds = [&](instant t) { return static_cast<std::int64_t>(core.wall().to_unix(t).seconds * 1000); };
  return {{"found", true},
          {"timestamp", milliseconds(path->learned_at)},
          {"expires", milliseconds(path->expires_at)},
          {"hops", path->hops},
          {"next_hop", hex(path->next_hop)},
          {"receiving_interface_name", name ? json(core.interface(*name).facts.name) : json()}};
}

json has_discovery(live_node& node, const parameters& p) {
  const auto& inside = test_access::inside(node.core().routes());
  return {{"found", inside.discoveries.waits_for(destination_of(p), node.core().now())}};
}

json has_announce(live_node& node, const parameters& p) {
  const auto& inside = test_access::inside(node.core().routes());
  return {{"found", test_access::waiting_announce(inside.pending, destination_of(p)).has_value()}};
}

json read_random_hash(live_node& node, const parameters& p) {
  const auto& inside = test_access::inside(node.core().routes());
  const auto* path = inside.flows.find(rename<address>(destination_of(p)));
  if (!path || path->kind != flow_kind::path || inside.records.at(path->record).blobs.empty())
    return {{"found", false}, {"random_hash", nullptr}};
  return {{"found", true}, {"random_hash", hex(inside.records.at(path->record).blobs.all().back())}};
}

json recall(live_node& node, const parameters& p) {
  const auto wanted = destination_of(p);
  const bool by_owner = p.flag_or("from_identity_hash", false);
  const known_peer* known = nullptr;
  node.wait(
      [&] {
        known = by_owner ? node.find_owner(rename<identity_hash>(wanted)) : node.find_peer(wanted);
        return known != nullptr;
      },
      timeout_of(p, 0));
  if (!known)
    return {{"found", false}, {"app_data", nullptr}};
  return {{"found", true},
          {"app_data", known->app_data ? json(hex(*known->app_data)) : json()},
          {"public_key", hex(known->key)},
          {"hash", hex(hash_identity(known->key))}};
}

}  // namespace

void add_path_commands(live_commands& commands) {
  commands.add("wire_announce", announce);
  commands.add("wire_reannounce", reannounce);
  commands.add("wire_poll_path", poll_path);
  commands.add("wire_request_path", request_path);
  commands.add("wire_read_path_entry", read_path);
  commands.add("wire_has_discovery_path_request", has_discovery);
  commands.add("wire_has_announce_table_entry", has_announce);
  commands.add("wire_read_path_random_hash", read_random_hash);
  commands.add("wire_identity_recall", recall);
}

}  // namespace plexus::bridge
