// Chapter 18: resources.
#include "tests/bridge/live/nodes.hpp"
#include "tests/bridge/test_access.hpp"

namespace plexus::bridge {
namespace {

std::string_view name_of(resource_status status) {
  constexpr std::string_view names[] = {"NONE",       "QUEUED",   "ADVERTISED", "TRANSFERRING", "AWAITING_PROOF",
                                        "ASSEMBLING", "COMPLETE", "FAILED",     "CORRUPT",      "REJECTED"};
  return names[static_cast<std::size_t>(status)];
}

bool is_over(resource_status status) {
  return status >= resource_status::complete;
}

/// What the sender made of the first segment, while it is still there.
json facts_of(const live_link& l, resource_id id) {
  const auto* sender = test_access::sender(*l.machine, id);
  const auto* segment = sender ? test_access::current_segment(*sender) : nullptr;
  if (!segment)
    return json::object();
  const auto& a = segment->advertisement;
  return {{"original_hash", hex(a.original_hash)},
          {"hash", hex(a.hash)},
          {"total_segments", a.segments},
          {"segment_index", a.segment},
          {"parts", a.parts},
          {"compressed", a.compressed},
          {"has_metadata", a.has_metadata},
          {"split", a.split}};
}

json send(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  auto data = p.octets_or("data", {});
  const auto size = data.size();
  const auto metadata = p.octets_if("metadata");
  resource_offer offer;
  offer.data = resource_source::from(std::move(data));
  if (metadata)
    offer.metadata = value(octets(*metadata));
  json facts;
  const auto id = must(
      node.with(l,
                [&](link& machine, instant now, link_output& out) {
                  auto made = machine.send_resource(now, std::move(offer), out);
                  if (made)
                    l.transfers.push_back({*made, resource_direction::outgoing, resource_status::queued, {}, {}, {}});
                  return made;
                }),
      "link");
  facts = facts_of(l, id);
  facts["resource_id"] = std::to_string(id.value);
  facts["size"] = size;
  if (!p.flag_or("wait", true)) {
    facts["started"] = true;
    return facts;
  }
  const auto& sent = *l.find(id);
  const auto index = static_cast<std::size_t>(&sent - l.transfers.data());
  const bool done = node.wait([&] { return is_over(l.transfers[index].status); }, timeout_of(p, 30000));
  if (!done)
    (void)node.with(l, [&](link& machine, instant now, link_output& out) { return machine.cancel(now, id, out); });
  const auto status = l.transfers[index].status;
  facts["success"] = status == resource_status::complete;
  facts["status"] = static_cast<int>(status);
  facts["timed_out"] = !done;
  return facts;
}

/// Named by a number that is unique within its link; the link is the one that has such a resource.
json cancel(live_node& node, const parameters& p) {
  const auto text = p.text("resource_id");
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
    throw command_error("resource_id: no such resource: " + text);
  const resource_id id{std::stoull(text)};
  for (auto& l : node.links_with(id, resource_direction::outgoing)) {
    const auto cancelled =
        node.with(*l, [&](link& machine, instant now, link_output& out) { return machine.cancel(now, id, out); });
    return {
        {"cancelled", cancelled.has_value()}, {"resource_id", text}, {"status", static_cast<int>(l->find(id)->status)}};
  }
  throw command_error("resource_id: no such resource: " + text);
}

json poll(live_node& node, const parameters& p) {
  auto& at = node.listener_at(destination_of(p));
  node.wait([&] { return !at.resources.empty(); }, timeout_of(p, 30000));
  auto resources = json::array();
  for (const auto& one : std::exchange(at.resources, {}))
    resources.push_back(hex(one));
  return {{"resources", resources}};
}

json receiver_status(live_node& node, const parameters& p) {
  auto& at = node.listener_at(destination_of(p));
  const auto last = [&]() -> transfer* {
    return at.incoming.empty() ? nullptr : node.link_at(at.incoming.back().first).find(at.incoming.back().second);
  };
  node.wait([&] { return last() && is_over(last()->status); }, timeout_of(p, 0));
  const auto* one = last();
  if (!one)
    return {{"found", false}, {"resource_count", 0}};
  const bool complete = one->status == resource_status::complete;
  const auto* metadata = one->metadata ? one->metadata->as_bytes() : nullptr;
  return {{"found", true},
          {"resource_count", at.incoming.size()},
          {"status", static_cast<int>(one->status)},
          {"status_name", name_of(one->status)},
          {"corrupt", one->status == resource_status::corrupt},
          {"max_decompressed_size", resource_limits::compression_size_max},
          {"has_metadata", one->metadata.has_value()},
          {"metadata", metadata ? json(hex(*metadata)) : json()},
          {"data", complete ? json(hex(one->data)) : json()}};
}

}  // namespace

void add_resource_commands(live_commands& commands) {
  commands.add("wire_resource_send", send);
  commands.add("wire_resource_cancel", cancel);
  commands.add("wire_resource_poll", poll);
  commands.add("wire_resource_receiver_status", receiver_status);
}

}  // namespace plexus::bridge
