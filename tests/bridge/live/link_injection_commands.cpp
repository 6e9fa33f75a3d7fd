// Chapter 16, last block: link control packets that somebody forged or tampered with, given to the machine as a
// received packet is.
#include "messages/link_proof.hpp"
#include "messages/link_request.hpp"
#include "messages/link_upkeep.hpp"
#include "tests/bridge/live/nodes.hpp"
#include "tests/bridge/test_access.hpp"
#include "transport/link_check.hpp"

namespace plexus::bridge {
namespace {

/// Where packets come from that no interface brought.
constexpr interface_id nowhere = interface_id::make(60000, 1);

octet_string link_packet(const link_id& to, packet_type type, packet_context context, octets data) {
  packet_header header;
  header.flags = make_flags(type, destination_type::link);
  header.destination = rename<address>(to);
  header.context = context;
  return encode_packet(header, data);
}

octet_string sealed_packet(live_link& l, packet_context context, octets plaintext) {
  auto& session = test_access::session(*l.machine);
  if (!session.has_key())
    throw command_error("link_id: the link has no key, before or no more");
  return link_packet(l.machine->id(), packet_type::data, context, session.seal(plaintext));
}

/// Whether it is a packet at all.
bool give(live_node& node, live_link& l, octets raw, std::optional<interface_id> from = {}) {
  const auto packet = parse_packet(raw);
  if (!packet)
    return false;
  node.with(l, [&](link& machine, instant now, link_output& out) {
    machine.on_packet(now, from.value_or(machine.attached()), *packet, {}, out);
  });
  return true;
}

json status_fields(const live_node& node, const live_link& l) {
  const auto status = status_of(node, l);
  return {{"status", status["status"]}, {"status_name", status["status_name"]}};
}

json identify(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  const auto variant = p.text("variant");
  const auto claimed = new_identity();
  link_identify content;
  content.key = claimed->key();
  content.proof = claimed->sign(content.signed_data(l.machine->id()));
  if (variant == "forged_signature")
    content.proof = new_identity()->sign(content.signed_data(l.machine->id()));
  else if (variant == "wrong_signed_data")
    content.proof = claimed->sign(chance().draw<signature>().bytes());
  else if (variant != "valid" && variant != "wrong_length")
    parameters::fail("variant", "valid, forged_signature, wrong_signed_data or wrong_length, found " + variant);
  auto plaintext = content.encode();
  if (variant == "wrong_length")
    plaintext.resize(plaintext.size() - 32);
  give(node, l, sealed_packet(l, packet_context::link_identify, plaintext));
  return {{"variant", variant},
          {"claimed_identity_hash", hex(claimed->hash())},
          {"remote_identity_after", l.remote ? json(hex(*l.remote)) : json()},
          {"adopted", l.remote == claimed->hash()},
          {"initiator", l.outbound()}};
}

json tampered_data(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  auto& at = node.listener_at(l.destination);
  const auto corruption = p.text_or("corruption", "none");
  auto raw = sealed_packet(l, packet_context::none, p.octets_or("data", {}));
  std::optional<interface_id> from;
  if (corruption == "ciphertext")
    ++raw[wire::header_1_size + 4];
  else if (corruption == "hmac")
    ++raw.back();
  else if (corruption == "truncate")
    raw.pop_back();
  else if (corruption == "foreign_interface")
    from = nowhere;
  else if (corruption != "none")
    parameters::fail("corruption", "none, ciphertext, hmac, truncate or foreign_interface, found " + corruption);
  const auto before = at.packets.size();
  const bool unpacked = give(node, l, raw, from);
  auto result = status_fields(node, l);
  result.erase("status");
  result["corruption"] = corruption;
  result["unpacked"] = unpacked;
  result["delivered"] = at.packets.size() > before;
  result["link_active"] = l.state() == link_state::active;
  return result;
}

json closed_data(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  auto& at = node.listener_at(l.destination);
  const auto raw = sealed_packet(l, packet_context::none, p.octets_or("data", {1, 2, 3}));
  node.with(l, [](link& machine, instant now, link_output& out) { machine.close(now, out); });
  const auto before = at.packets.size();
  give(node, l, raw);
  return {{"delivered_before", false},
          {"delivered", at.packets.size() > before},
          {"status_name", status_of(node, l)["status_name"]},
          {"link_closed", l.state() == link_state::closed}};
}

json forged_close(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  const auto forged = p.octets_of("forged_id");
  const auto before = l.state();
  give(node, l, sealed_packet(l, packet_context::link_close, forged));
  return {{"torn_down", l.state() == link_state::closed},
          {"status_before", static_cast<int>(before)},
          {"status_after", static_cast<int>(l.state())},
          {"status_name_after", status_of(node, l)["status_name"]},
          {"forged_id", hex(forged)},
          {"real_link_id", hex(l.machine->id())}};
}

json set_rtt(live_node& node, const parameters& p) {
  auto& session = test_access::session(*link_of(node, p).machine);
  const auto previous = session.rtt;
  session.rtt = from_seconds(std::clamp(p.number("rtt"), 0.0, 1e6));
  return {{"rtt", seconds_of(session.rtt)}, {"previous", seconds_of(previous)}};
}

/// A link that nobody knows of, to a destination of `owner`.
struct lone_link {
  std::unique_ptr<link> machine;
  octet_string request;

  lone_link(live_node& node, const identity& owner, std::uint32_t mtu = wire::mtu) {
    link_output out;
    machine = link::initiate(node.core().now(), {owner.open(), destination_hash{}, mtu, {}}, {}, chance(), out);
    request = std::move(out.packets.at(0));
  }
};

json request_payload(live_node& node, const parameters&) {
  const lone_link made(node, *new_identity());
  const auto packet = must(parse_packet(made.request), "link request");
  const auto content = must(link_request::parse(packet.data), "link request");
  return {{"request_data_hex", hex(packet.data)},
          {"pub_bytes", hex(content.key)},
          {"sig_pub_bytes", hex(content.signing_key)},
          {"signalling_bytes", hex(packet.data.subspan(link_request::keys_size))},
          {"mtu", content.signalling ? content.signalling->mtu : static_cast<std::uint32_t>(wire::mtu)},
          {"mode", static_cast<int>(content.mode())},
          {"len", packet.data.size()},
          {"ecpubsize", link_request::keys_size},
          {"link_mtu_size", link_signalling::size},
          {"reticulum_mtu", wire::mtu}};
}

json capture_proof(live_node& node, const parameters&) {
  const auto owner = new_identity();
  const lone_link made(node, *owner);
  link_output out;
  const auto packet = must(parse_packet(made.request), "link request");
  const auto accepted =
      must(link::accept(node.core().now(), nowhere, packet, *owner, {}, chance(), out), "link request");
  const auto& raw = out.packets.at(0);
  const auto proof = must(parse_packet(raw), "link proof");
  return {{"raw", hex(raw)},
          {"flags", proof.header.flags},
          {"link_id", hex(accepted->id())},
          {"packet_type", static_cast<int>(proof.header.type())},
          {"context", static_cast<int>(proof.header.context)},
          {"expected_link_dest_type", static_cast<int>(destination_type::link)},
          {"truncated_hashlength", address::size}};
}

octet_string crafted_proof(const identity& owner, const link_id& link, const std::string& variant) {
  link_proof proof;
  proof.key = chance().draw<x25519_public>();
  if (variant == "mode_mismatch")
    proof.signalling = link_signalling{static_cast<std::uint32_t>(wire::mtu), link_mode::aes_256_cbc};
  const auto signed_data = must(proof.signed_data(link, owner.signer().public_half()), "signed data");
  proof.proof = owner.sign(signed_data);
  if (variant == "forged_signature")
    proof.proof = new_identity()->sign(signed_data);
  else if (variant == "wrong_signed_data")
    proof.proof = owner.sign(chance().draw<signature>().bytes());
  auto data = must(proof.encode(), "link proof");
  if (variant == "wrong_size")
    data.pop_back();
  if (variant == "mode_mismatch") {
    auto& mode = data[link_proof::plain_size];
    mode = static_cast<octet>((mode & 0x1f) | static_cast<octet>(link_mode::aes_256_gcm) << 5);
  }
  return data;
}

json inject_proof(live_node& node, const parameters& p) {
  const auto variant = p.text("variant");
  static const std::set<std::string> variants{"valid",       "forged_signature", "wrong_signed_data",
                                              "non_pending", "wrong_size",       "mode_mismatch"};
  if (!variants.contains(variant))
    parameters::fail("variant", "valid, forged_signature, wrong_signed_data, non_pending, wrong_size or mode_mismatch");
  const auto owner = new_identity();
  lone_link made(node, *owner);
  live_link l;
  l.machine = std::move(made.machine);
  link_output out;
  if (variant == "non_pending")
    l.machine->close(node.core().now(), out);
  const auto raw = link_packet(l.machine->id(), packet_type::proof, packet_context::link_request_proof,
                               crafted_proof(*owner, l.machine->id(), variant));
  l.machine->on_packet(node.core().now(), nowhere, must(parse_packet(raw), "link proof"), {}, out);
  const bool activated = l.machine->active();
  auto result = status_fields(node, l);
  result["variant"] = variant;
  result["activated"] = activated;
  result["mtu"] = activated ? json(l.machine->mtu()) : json();
  result["mode"] = static_cast<int>(link_mode::aes_256_cbc);
  return result;
}

json inject_request(live_node& node, const parameters& p) {
  const auto variant = p.text("variant");
  const auto owner = new_identity();
  auto raw = lone_link(node, *owner).request;
  const std::map<std::string, std::size_t> sizes{{"valid64", 64}, {"valid67", 67}, {"size_63", 63},
                                                 {"size_66", 66}, {"size_0", 0},   {"bad_mode", 67}};
  const auto wanted = sizes.find(variant);
  if (wanted == sizes.end())
    parameters::fail("variant", "valid64, valid67, size_63, size_66, size_0 or bad_mode, found " + variant);
  raw.resize(wire::header_1_size + wanted->second);
  if (variant == "bad_mode")
    raw[wire::header_1_size + link_request::keys_size] = 0x60;
  raw[1] = static_cast<octet>(p.integer_within("hops", 0, 0, wire::hops_end - 1));
  const auto packet = parse_packet(raw);
  link_output out;
  auto made = packet ? link::accept(node.core().now(), nowhere, *packet, *owner, {}, chance(), out)
                     : unexpected(packet.error());
  json result{{"variant", variant},
              {"data_len", wanted->second},
              {"accepted", made.has_value()},
              {"inbound_link_created", made.has_value()},
              {"establishment_timeout", nullptr},
              {"mode", nullptr},
              {"mtu", nullptr},
              {"establishment_timeout_per_hop", seconds_of(link_timing::timeout_per_hop)},
              {"keepalive", seconds_of(link_timing::keepalive_max)}};
  if (made) {
    result["establishment_timeout"] = seconds_of(*(*made)->next_deadline() - node.core().now());
    result["mode"] = static_cast<int>(link_mode::aes_256_cbc);
    result["mtu"] = (*made)->mtu();
  }
  return result;
}

json accept_gate(live_node& node, const parameters& p) {
  const bool accepts = p.flag_or("accepts", true);
  auto destination = local_destination::single(
      new_identity(), dotted_name(p.text_or("app_name", "conformance"), p.aspects({"accept-gate"})));
  destination.accepts_links = accepts;
  const auto owner = destination.owner();
  const auto hash = node.add(std::move(destination));
  link_output out;
  link::initiate(node.core().now(), {owner->open(), hash, wire::mtu, {}}, {}, chance(), out);
  const auto before = node.links_to(hash);
  node.core().hear(node.core().interfaces().begin()->second.facts.id, out.packets.at(0));
  return {{"accepts", accepts},
          {"links_before", before},
          {"links_after", node.links_to(hash)},
          {"link_created", node.links_to(hash) > before}};
}

json inject_messages(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  auto injected = json::array();
  if (p.has("envelopes") && !p.at("envelopes").is_array())
    parameters::fail("envelopes", "a list of objects");
  for (const auto& one : p.has("envelopes") ? p.at("envelopes") : json::array()) {
    const parameters given(one);
    const auto sequence = static_cast<std::uint16_t>(given.integer_within("sequence", 0, 0, 0xffff));
    const auto data = given.octets_or("data", {});
    const auto type = static_cast<std::uint16_t>(given.integer_within("msgtype", 0x0101, 0, 0xffff));
    const auto plaintext = given.octets_or("raw", channel_envelope{type, sequence, data}.encode());
    give(node, l, sealed_packet(l, packet_context::channel, plaintext));
    injected.push_back(given.integer_or("sequence", -1));
  }
  return {{"injected", injected}};
}

/// What the machine sends at once in answer to a packet.
template <class Act>
std::vector<octet_string> answers(live_node& node, live_link& l, packet_context context, Act act) {
  std::vector<octet_string> all;
  node.with(l, [&](link& machine, instant now, link_output& out) {
    act(machine, now, out);
    for (const auto& raw : out.packets)
      if (const auto packet = parse_packet(raw); packet && packet->header.context == context)
        all.emplace_back(packet->data.begin(), packet->data.end());
  });
  return all;
}

json probe_keepalive(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  const auto raw = link_packet(l.machine->id(), packet_type::data, packet_context::keepalive,
                               p.octets_or("value", {keepalive_of_initiator}));
  const auto packet = must(parse_packet(raw), "value");
  const auto before = l.state();
  const auto inbound = l.machine->last_inbound(), data = l.machine->last_data();
  const auto sent = answers(node, l, packet_context::keepalive, [&](link& machine, instant now, link_output& out) {
    machine.on_packet(now, machine.attached(), packet, {}, out);
  });
  if (!sent.empty())
    l.last_keepalive = sent.back();
  return {{"response", sent.empty() ? json() : json(hex(sent.back()))},
          {"answered", !sent.empty()},
          {"initiator", l.outbound()},
          {"last_inbound_advanced", l.machine->last_inbound() > inbound},
          {"last_data_advanced", l.machine->last_data() > data},
          {"status_before", static_cast<int>(before)},
          {"status_after", static_cast<int>(l.state())}};
}

json last_keepalive(live_node& node, const parameters& p) {
  const auto& l = link_of(node, p);
  return {{"payload", l.last_keepalive.empty() ? json() : json(hex(l.last_keepalive))}};
}

json identify_pending(live_node& node, const parameters& p) {
  const auto& known = node.peer(destination_of(p));
  const auto as = identity_of(p, "private_key");
  link_output out;
  live_link l;
  l.machine = link::initiate(node.core().now(), {public_identity(known.key), destination_of(p), wire::mtu, {}}, {},
                             chance(), out);
  out.clear();
  (void)l.machine->identify(node.core().now(), *as, out);
  auto result = status_fields(node, l);
  result["crashed"] = false;
  result["identify_packet_sent"] = !out.packets.empty();
  result["initiator"] = l.outbound();
  return result;
}

json teardown_emission(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  const lone_link pending(node, *new_identity());
  link_output out;
  pending.machine->close(node.core().now(), out);
  const auto before = status_of(node, l)["status_name"];
  const auto sent = answers(node, l, packet_context::link_close,
                            [](link& machine, instant now, link_output& o) { machine.close(now, o); });
  return {{"pending_linkclose_emitted", out.packets.size()},
          {"active_linkclose_emitted", sent.size()},
          {"active_status_before", before}};
}

}  // namespace

void add_link_injection_commands(live_commands& commands) {
  commands.add("wire_inject_crafted_link_identify", identify);
  commands.add("wire_inject_tampered_link_data", tampered_data);
  commands.add("wire_inject_closed_link_data", closed_data);
  commands.add("wire_send_forged_link_close", forged_close);
  commands.add("wire_link_set_rtt", set_rtt);
  commands.add("wire_link_request_payload", request_payload);
  commands.add("wire_capture_lrproof_frame", capture_proof);
  commands.add("wire_inject_crafted_lrproof", inject_proof);
  commands.add("wire_inject_crafted_link_request", inject_request);
  commands.add("wire_link_accept_gate", accept_gate);
  commands.add("wire_channel_inject", inject_messages);
  commands.add("wire_send_keepalive_probe", probe_keepalive);
  commands.add("wire_last_keepalive", last_keepalive);
  commands.add("wire_link_identify_pending", identify_pending);
  commands.add("wire_link_teardown_emission", teardown_emission);
}

}  // namespace plexus::bridge
