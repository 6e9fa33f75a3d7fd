// Chapter 14: single packets, receipts, proofs.
#include "messages/packet_proof.hpp"
#include "tests/bridge/live/nodes.hpp"
#include "transport/crypto/sha256.hpp"

namespace plexus::bridge {
namespace {

std::string_view name_of(receipt_state state) {
  switch (state) {
    case receipt_state::failed:
      return "FAILED";
    case receipt_state::sent:
      return "SENT";
    case receipt_state::delivered:
      return "DELIVERED";
    case receipt_state::culled:
      return "CULLED";
  }
  return "";
}

json shown(const sent_receipt& receipt) {
  const bool delivered = receipt.state == receipt_state::delivered;
  return {{"status", static_cast<int>(receipt.state)},
          {"status_name", name_of(receipt.state)},
          {"delivered", delivered},
          {"proved", delivered}};
}

json send_packet(live_node& node, const parameters& p) {
  const auto to = destination_of(p);
  const auto receipt = node.send_single(to, p.octets_or("data", {}));
  return {{"sent", true},
          {"receipt_id", p.flag_or("create_receipt", true) ? json(receipt) : json()},
          {"hops", node.hops_to(to)}};
}

json send_opportunistic(live_node& node, const parameters& p) {
  auto& receipt = node.receipt(node.send_single(destination_of(p), p.octets_or("data", {})));
  const bool delivered = node.wait([&] { return receipt.state == receipt_state::delivered; }, timeout_of(p, 5000));
  return {{"sent", true}, {"delivered", delivered}, {"status", delivered ? "delivered" : "timeout"}};
}

json send_with_proof(live_node& node, const parameters& p) {
  const auto to = destination_of(p);
  const auto id = node.send_single(to, p.octets_or("data", {}));
  auto& receipt = node.receipt(id);
  node.wait([&] { return is_over(receipt); }, timeout_of(p, 10000));
  const bool delivered = receipt.state == receipt_state::delivered;
  const auto size = receipt.proof.size();
  return {{"sent", true},
          {"receipt_id", id},
          {"hops", node.hops_to(to)},
          {"delivered", delivered},
          {"proved", delivered},
          {"implicit_proof_config", node.core().proofs == proof_form::implicit_form},
          {"proof_data", delivered ? json(hex(receipt.proof)) : json()},
          {"proof_len", delivered ? json(size) : json()},
          {"proof_is_implicit", delivered ? json(size == packet_proof::implicit_size) : json()},
          {"proof_is_explicit", delivered ? json(size == packet_proof::explicit_size) : json()},
          {"impl_length", packet_proof::implicit_size},
          {"expl_length", packet_proof::explicit_size},
          {"proof_raw", delivered ? json(hex(receipt.proof_packet)) : json()},
          {"proved_packet_hash", hex(receipt.packet)}};
}

json receipt_status(live_node& node, const parameters& p) {
  auto& receipt = node.receipt(p.text("receipt_id"));
  node.wait([&] { return is_over(receipt); }, timeout_of(p, 0));
  return shown(receipt);
}

json poll_opportunistic(live_node& node, const parameters& p) {
  const auto hash = destination_of(p);
  node.listener_at(hash);
  auto& delivered = node.core().find(hash)->delivered;
  node.wait([&] { return !delivered.empty(); }, timeout_of(p, 5000));
  auto packets = json::array();
  for (const auto& one : std::exchange(delivered, {}))
    packets.push_back(hex(one));
  return {{"packets", packets}};
}

json set_strategy(live_node& node, const parameters& p) {
  const auto name = p.text("strategy");
  if (name == "app")
    throw command_error("strategy: the bridge's node asks no application whether to prove");
  if (name != "all" && name != "none")
    parameters::fail("strategy", "all, none or app, found " + name);
  auto& destination = node.destination(destination_of(p));
  destination.proofs = destination.links.proofs = name == "all" ? proof_strategy::all : proof_strategy::none;
  node.configure_links(destination.hash());
  return {{"strategy", name}, {"proof_strategy", static_cast<int>(destination.proofs)}};
}

json set_implicit(live_nodes& nodes, const parameters& p) {
  const bool enabled = p.flag_or("enabled", true);
  for (const auto& [handle, node] : nodes.all())
    node->core().proofs = enabled ? proof_form::implicit_form : proof_form::explicit_form;
  return {{"implicit_proof", enabled}};
}

/// A proof that somebody made up, into the check that a received one goes through. A proof that is good counts.
json crafted_proof(live_node& node, const parameters& p) {
  auto& receipt = node.receipt(p.text("receipt_id"));
  const auto variant = p.text("variant");
  const auto forger = new_identity();
  packet_proof proof;
  proof.proof = forger->sign(receipt.packet.bytes());
  if (variant == "forged_explicit")
    proof.proved = receipt.packet;
  else if (variant == "wrong_hash_explicit")
    proof.proved = chance().draw<packet_hash>();
  auto data = proof.encode();
  if (variant == "wrong_length_short")
    data.resize(packet_proof::implicit_size - 1);
  else if (variant == "wrong_length_mid")
    data.resize(packet_proof::explicit_size - 10);
  else if (variant == "wrong_length_long")
    data.resize(packet_proof::explicit_size + 1);
  else if (variant != "forged_implicit" && variant != "forged_explicit" && variant != "wrong_hash_explicit")
    parameters::fail("variant",
                     "forged_implicit, forged_explicit, wrong_hash_explicit or wrong_length_short, _mid, "
                     "_long, found " +
                         variant);
  packet_header header;
  header.flags = make_flags(packet_type::proof, destination_type::single);
  header.destination = proof_address(receipt.packet);
  const auto over = node.core().interfaces().begin()->second.facts.id;
  const auto before = receipt.state;
  node.core().hear(over, encode_packet(header, data));
  auto result = shown(receipt);
  result["variant"] = variant;
  result["validated"] = receipt.state != before && receipt.state == receipt_state::delivered;
  result["proof_len"] = data.size();
  return result;
}

/// A receipt of its own, and a proof in the form that the variant names.
json proof_format(live_node& node, const parameters& p) {
  const auto variant = p.text("variant");
  const auto receiver = new_identity(), forger = new_identity();
  const auto packet = chance().draw<packet_hash>();
  packet_proof proof;
  proof.proof = (variant == "forged_explicit" ? forger : receiver)->sign(packet.bytes());
  if (variant == "valid_explicit" || variant == "forged_explicit")
    proof.proved = packet;
  else if (variant == "wrong_hash_explicit")
    proof.proved = chance().draw<packet_hash>();
  else if (variant != "valid_implicit")
    parameters::fail("variant",
                     "valid_explicit, valid_implicit, forged_explicit or wrong_hash_explicit, found " + variant);
  const auto data = proof.encode();
  receipt_table receipts;
  receipts.expect(node.core().now(), packet, signing_key_of(receiver->key()), std::chrono::seconds{10});
  const bool validated =
      receipts.take_proved(must(packet_proof::parse(data), "proof"), proof_address(packet)).has_value();
  const auto state = validated ? receipt_state::delivered : receipt_state::sent;
  return {{"variant", variant},
          {"validated", validated},
          {"status", static_cast<int>(state)},
          {"status_name", name_of(state)},
          {"proof_len", data.size()},
          {"expl_length", packet_proof::explicit_size},
          {"impl_length", packet_proof::implicit_size}};
}

}  // namespace

void add_packet_commands(live_commands& commands) {
  const auto nodes = commands.nodes();
  commands.add("wire_send_packet", send_packet);
  commands.add("wire_send_opportunistic", send_opportunistic);
  commands.add("wire_opportunistic_poll", poll_opportunistic);
  commands.add("wire_send_packet_with_proof_request", send_with_proof);
  commands.add("wire_packet_receipt_status", receipt_status);
  commands.add("wire_set_proof_strategy", set_strategy);
  commands.add("wire_inject_crafted_proof", crafted_proof);
  commands.add("wire_inject_single_proof_format", proof_format);
  commands.table().add("wire_set_proof_implicit", [nodes](const parameters& p) { return set_implicit(*nodes, p); });
}

}  // namespace plexus::bridge
