// Chapter 16: links.
#include "messages/link_signalling.hpp"
#include "tests/bridge/live/nodes.hpp"
#include "tests/bridge/test_access.hpp"
#include "transport/destination_name.hpp"

namespace plexus::bridge {
namespace {

std::string_view name_of(link_state state) {
  constexpr std::string_view names[] = {"PENDING", "HANDSHAKE", "ACTIVE", "STALE", "CLOSED"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view name_of(teardown_reason reason) {
  constexpr std::string_view names[] = {"", "TIMEOUT", "INITIATOR_CLOSED", "DESTINATION_CLOSED"};
  return names[static_cast<std::size_t>(reason)];
}

json listen(live_node& node, const parameters& p) {
  const auto strategy = p.text_or("resource_strategy", "all"), proofs = p.text_or("proof_strategy", "none");
  if (strategy != "all" && strategy != "none" && strategy != "app")
    parameters::fail("resource_strategy", "all, none or app, found " + strategy);
  if (proofs != "all" && proofs != "none")
    parameters::fail("proof_strategy", "all or none, found " + proofs);
  auto made = local_destination::single(new_identity(), dotted_name(p));
  made.proofs = made.links.proofs = proofs == "all" ? proof_strategy::all : proof_strategy::none;
  made.links.resources = strategy == "all"    ? resource_strategy::accept_all
                         : strategy == "none" ? resource_strategy::accept_none
                                              : resource_strategy::accept_app;
  const bool ratchets = p.flag_or("enable_ratchets", false);
  if (ratchets)
    made.enable_ratchets(ratchet_ring());
  const auto owner = made.owner();
  const auto hash = node.add(std::move(made));
  node.listen_at(hash).opens_channel = p.flag_or("open_channel", true);
  node.configure_links(hash);
  node.announce(hash, {});
  json result{{"destination_hash", hex(hash)},
              {"identity_hash", hex(owner->hash())},
              {"public_key", hex(owner->key())},
              {"resource_strategy", strategy}};
  if (ratchets) {
    const auto& ring = *node.destination(hash).ratchets();
    result["ratchets_enabled"] = true;
    result["current_ratchet_id"] = ring.newest() ? json(hex(hash_ratchet(*ring.newest()))) : json();
    result["ratchet_count"] = ring.keys().size();
  }
  return result;
}

json open(live_node& node, const parameters& p) {
  const auto to = destination_of(p);
  if (hash_destination(dotted_name(p), hash_identity(node.peer(to).key)) != to)
    throw command_error("app_name, aspects: not the name of " + to.hex());
  auto& l = node.open_link(to);
  node.wait([&] { return l.machine->active() || l.state() == link_state::closed; }, timeout_of(p, 10000));
  if (!l.machine->active()) {
    const auto state = std::string(name_of(l.state()));
    node.with(l, [](link& machine, instant now, link_output& out) { machine.close(now, out); });
    throw command_error("the link did not become active in time; it was " + state);
  }
  return {{"link_id", hex(l.machine->id())}};
}

json send_data(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  const auto data = p.octets_or("data", {});
  const auto packet =
      node.with(l, [&](link& machine, instant now, link_output& out) { return machine.send(now, data, out); });
  return {{"sent", true}, {"receipt_id", node.keep_receipt(must(packet, "link"))}};
}

json poll(live_node& node, const parameters& p) {
  auto& at = node.listener_at(destination_of(p));
  node.wait([&] { return !at.packets.empty(); }, timeout_of(p, 5000));
  auto packets = json::array();
  for (const auto& one : std::exchange(at.packets, {}))
    packets.push_back(hex(one));
  return {{"packets", packets}};
}

json await_status(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  const auto& given = p.at("target_status");
  const auto is_there = [&] {
    return given.is_string() ? given.get<std::string>() == name_of(l.state())
                             : static_cast<std::int64_t>(l.state()) == p.integer("target_status");
  };
  const bool reached = node.wait(is_there, timeout_of(p, 15000));
  auto result = status_of(node, l);
  result["reached"] = reached;
  return result;
}

json listener_status(live_node& node, const parameters& p) {
  auto& at = node.listener_at(destination_of(p));
  if (!node.wait([&] { return !at.links.empty(); }, timeout_of(p, 0)))
    return {{"found", false}, {"link_count", 0}};
  auto result = status_of(node, node.link_at(at.links.back()));
  result["found"] = true;
  result["link_count"] = at.links.size();
  return result;
}

json teardown(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  node.with(l, [](link& machine, instant now, link_output& out) { machine.close(now, out); });
  return {{"torn_down", l.state() == link_state::closed}};
}

json identify(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  const auto as = identity_of(p, "private_key");
  must(node.with(l, [&](link& machine, instant now, link_output& out) { return machine.identify(now, *as, out); }),
       "link");
  return {{"identified", true}, {"identity_hash", hex(as->hash())}};
}

json mtu(live_node& node, const parameters& p) {
  const auto status = status_of(node, link_of(node, p));
  json result;
  for (const auto* name : {"mtu", "mdu", "mode", "status", "status_name"})
    result[name] = status[name];
  return result;
}

json send_over_closed(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  const auto before = node.octets_sent();
  const auto data = p.octets_or("data", {});
  const auto sent =
      node.with(l, [&](link& machine, instant now, link_output& out) { return machine.send(now, data, out); });
  node.settle();
  return {{"link_status", static_cast<int>(l.state())},
          {"link_status_name", name_of(l.state())},
          {"sent", sent.has_value()},
          {"bytes_transmitted", node.octets_sent() - before}};
}

json send_oversize(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  const auto size = static_cast<std::size_t>(p.integer_within("size", -1, 0, 1 << 24));
  const octet_string data(size, 0x5a);
  const auto sent =
      node.with(l, [&](link& machine, instant now, link_output& out) { return machine.send(now, data, out); });
  return {{"size", size},
          {"mtu", l.machine->mtu()},
          {"mdu", l.machine->mdu()},
          {"packet_mtu", l.machine->mtu()},
          {"sent", sent.has_value()},
          {"rejected", !sent.has_value()},
          {"error", sent ? json() : json(to_string(sent.error()))},
          {"raw_len", sent ? json(wire::header_1_size + token_key::encrypted_size(size)) : json()}};
}

json signalling(const parameters& p) {
  const auto mtu = p.integer_within("mtu", -1, 0, std::int64_t{1} << 31);
  const auto mode = p.integer_within("mode", -1, 0, 255);
  const auto encoded = mode > 7
                           ? unexpected(parse_error::bad_value)
                           : link_signalling{static_cast<std::uint32_t>(mtu), static_cast<link_mode>(mode)}.encode();
  auto enabled = json::array();
  for (int one = 0; one < 8; ++one)
    if (is_enabled(static_cast<link_mode>(one)))
      enabled.push_back(one);
  return {{"mtu", mtu},
          {"mode", mode},
          {"signalling_bytes", encoded ? json(hex(octets(*encoded))) : json()},
          {"raised", !encoded.has_value()},
          {"mtu_bytemask", link_signalling::mtu_end - 1},
          {"mode_bytemask", 0xff - ((link_signalling::mtu_end - 1) >> 16)},
          {"enabled_modes", enabled},
          {"mode_default", static_cast<int>(link_signalling{}.mode)},
          {"link_mtu_size", link_signalling::size}};
}

}  // namespace

json status_of(const live_node& node, const live_link& l) {
  const auto& machine = *l.machine;
  const auto now = const_cast<live_node&>(node).core().now();
  const auto milliseconds = [&](instant then) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::max(now - then, duration::zero())).count();
  };
  const auto& session = test_access::session(machine);
  const bool established = machine.activated_at().has_value();
  return {{"status", static_cast<int>(l.state())},
          {"status_name", name_of(l.state())},
          {"teardown_reason", l.ended ? json(static_cast<int>(*l.ended)) : json()},
          {"teardown_reason_name", l.ended ? json(name_of(*l.ended)) : json()},
          {"no_inbound_for_ms", established ? json(milliseconds(machine.last_inbound())) : json()},
          {"last_keepalive_ago_ms",
           session.last_keepalive != instant{} ? json(milliseconds(session.last_keepalive)) : json()},
          {"keepalive_s", seconds_of(machine.keepalive())},
          {"stale_time_s", seconds_of(machine.keepalive()) * link_timing::stale_factor},
          {"rtt", established ? json(seconds_of(machine.rtt())) : json()},
          {"mtu", machine.mtu()},
          {"mdu", machine.mdu()},
          {"mode", static_cast<int>(link_mode::aes_256_cbc)},
          {"remote_identity_hash", l.remote ? json(hex(*l.remote)) : json()},
          {"remote_identified", l.remote.has_value()}};
}

void add_link_commands(live_commands& commands) {
  commands.table().add("wire_link_signalling_bytes", signalling);
  commands.add("wire_listen", listen);
  commands.add("wire_link_open", open);
  commands.add("wire_link_send", [](live_node& node, const parameters& p) -> json {
    send_data(node, p);
    return {{"sent", true}};
  });
  commands.add("wire_send_link_data", send_data);
  commands.add("wire_link_poll", poll);
  commands.add("wire_link_status",
               [](live_node& node, const parameters& p) { return status_of(node, link_of(node, p)); });
  commands.add("wire_link_await_status", await_status);
  commands.add("wire_listener_link_status", listener_status);
  commands.add("wire_link_teardown", teardown);
  commands.add("wire_link_identify", identify);
  commands.add("wire_link_mtu", mtu);
  commands.add("wire_send_over_closed_link", send_over_closed);
  commands.add("wire_send_oversize_link_packet", send_oversize);
}

}  // namespace plexus::bridge
