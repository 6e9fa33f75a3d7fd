// Chapter 15, first half: identities, group and plain destinations, and what is sealed for whom.
#include "tests/bridge/live/nodes.hpp"
#include "transport/destination_name.hpp"

namespace plexus::bridge {
namespace {

json identity_keypair(const parameters&) {
  const auto made = new_identity();
  return {{"private_key", hex(made->secret())}, {"public_key", hex(made->key())}, {"hash", hex(made->hash())}};
}

json ratchet_keypair(const parameters&) {
  const auto made = chance().draw<x25519_secret>();
  return {{"private_key", hex(made)}, {"public_key", hex(public_ratchet(made))}};
}

json identity_encrypt(const parameters& p) {
  const public_identity to(p.fixed<public_key>("public_key"));
  const auto ratchet = p.fixed_if<ratchet_key>("ratchet_pub");
  const auto sealed = to.encrypt(p.octets_or("plaintext", {}), chance(), ratchet ? &*ratchet : nullptr);
  return {{"ciphertext", hex(must(sealed, "public_key"))}};
}

json opened(const expected<decrypted>& result) {
  return {{"plaintext", result ? json(hex(result->plaintext)) : json()}, {"decrypted", result.has_value()}};
}

json identity_decrypt(const parameters& p) {
  const auto policy = p.flag_or("enforce_ratchets", false) ? ratchet_policy::enforced : ratchet_policy::optional;
  return opened(
      identity_of(p, "private_key")->decrypt(p.octets_of("ciphertext"), p.list_of<x25519_secret>("ratchets"), policy));
}

/// A group's key is kept where the destination is.
json group_create(live_node& node, const parameters& p) {
  const auto key = p.octets_if("key") ? p.fixed<group_key>("key") : chance().draw<group_key>();
  const auto owner = new_identity();
  auto aspects = p.aspects();
  aspects.push_back(owner->hash().hex());
  const auto hash = node.add(local_destination::group(owner, dotted_name(p.text("app_name"), aspects), key));
  node.keep_group_key(hash, key);
  return {{"destination_hash", hex(hash)}, {"key", hex(key)}};
}

json group_encrypt(live_node& node, const parameters& p) {
  const auto hash = destination_of(p);
  const auto packet =
      must(make_group_packet(node.group_key_of(hash), hash, p.octets_or("plaintext", {}), chance()), "plaintext");
  return {{"ciphertext", hex(must(parse_packet(packet), "packet").data)}};
}

json group_decrypt(live_node& node, const parameters& p) {
  node.group_key_of(destination_of(p));
  return opened(node.destination(destination_of(p)).open(p.octets_or("ciphertext", {})));
}

json plain_encrypt(live_node&, const parameters& p) {
  const auto plaintext = p.octets_or("plaintext", {});
  const auto packet = must(make_plain_packet(hash_destination(dotted_name(p)), plaintext), "plaintext");
  const octets sent = octets(packet).subspan(wire::header_1_size);
  return {{"ciphertext", hex(sent)},
          {"passthrough", std::equal(sent.begin(), sent.end(), plaintext.begin(), plaintext.end())}};
}

json plain_decrypt(live_node&, const parameters& p) {
  const auto ciphertext = p.octets_or("ciphertext", {});
  const auto result = must(local_destination::plain(dotted_name(p)).open(ciphertext), "ciphertext");
  return {{"plaintext", hex(result.plaintext)}, {"passthrough", result.plaintext == ciphertext}};
}

/// Of any node of the bridge: the command names none.
const known_peer& peer_of(live_nodes& nodes, const destination_hash& wanted) {
  for (const auto& [handle, node] : nodes.all())
    if (const auto* known = node->find_peer(wanted))
      return *known;
  throw command_error("destination_hash: no announce was heard of " + wanted.hex());
}

json adopted_ratchet(live_nodes& nodes, const parameters& p) {
  const auto wanted = destination_of(p);
  for (const auto& [handle, node] : nodes.all())
    if (const auto* known = node->find_peer(wanted); known && known->ratchet)
      return {{"found", true},
              {"ratchet_public", hex(*known->ratchet)},
              {"ratchet_id", hex(hash_ratchet(*known->ratchet))}};
  return {{"found", false}, {"ratchet_public", nullptr}, {"ratchet_id", nullptr}};
}

json encrypt_to_remote(live_nodes& nodes, const parameters& p) {
  const auto& known = peer_of(nodes, destination_of(p));
  const bool used = p.flag_or("use_ratchet", true) && known.ratchet;
  const auto sealed =
      public_identity(known.key).encrypt(p.octets_or("plaintext", {}), chance(), used ? &*known.ratchet : nullptr);
  return {{"ciphertext", hex(must(sealed, "destination_hash"))},
          {"used_ratchet", used},
          {"ratchet_id", used ? json(hex(hash_ratchet(*known.ratchet))) : json()},
          {"ratchet_public", used ? json(hex(*known.ratchet)) : json()}};
}

}  // namespace

void add_sealing_commands(live_commands& commands) {
  auto& table = commands.table();
  const auto nodes = commands.nodes();
  table.add("wire_identity_keypair", identity_keypair);
  table.add("wire_ratchet_keypair", ratchet_keypair);
  table.add("wire_identity_encrypt", identity_encrypt);
  table.add("wire_identity_decrypt", identity_decrypt);
  table.add("wire_get_adopted_ratchet", [nodes](const parameters& p) { return adopted_ratchet(*nodes, p); });
  table.add("wire_encrypt_to_remote", [nodes](const parameters& p) { return encrypt_to_remote(*nodes, p); });
  commands.add("wire_group_create", group_create);
  commands.add("wire_group_encrypt", group_encrypt);
  commands.add("wire_group_decrypt", group_decrypt);
  commands.add("wire_plain_encrypt", plain_encrypt);
  commands.add("wire_plain_decrypt", plain_decrypt);
}

}  // namespace plexus::bridge
