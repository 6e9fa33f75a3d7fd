// Chapter 3: identities, ratchets, and the memory of whose announces were heard.
#include "storage/state/file_access.hpp"
#include "storage/state/known_destinations.hpp"
#include "storage/state/small_files.hpp"
#include "tests/bridge/chapters.hpp"
#include "tests/bridge/support.hpp"
#include "tests/bridge/temporary_path.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"
#include "transport/identity.hpp"

namespace plexus::bridge {
namespace {

json shown(const identity& of) {
  return {{"public_key", hex(of.key())}, {"hash", hex(of.hash())}, {"hexhash", of.hash().hex()}};
}

json plaintext_or_null(const expected<decrypted>& opened) {
  return opened ? json(hex(opened->plaintext)) : json();
}

public_identity public_identity_of(const parameters& p) {
  return public_identity(p.fixed<public_key>("public_key"));
}

json verify_signature(const parameters& p) {
  const auto claimed = signature::from_exactly(p.octets_of("signature"));
  const auto by = public_identity_of(p);
  return {{"valid", claimed && by.validates(p.octets_of("message"), *claimed)}};
}

json to_file(const parameters& p) {
  const auto secret = identity_of(p, "private_key")->secret();
  const auto path = temporary_path("identity");
  if (const auto error = replace_file(path, encode_private_key(private_key::from(secret.bytes()))))
    throw command_error(path.string() + ": " + error.message());
  return {{"path", path.string()}};
}

json from_file(const parameters& p) {
  std::error_code error;
  const auto content = file_contents::read(p.text("path"), error);
  const auto key = parse_private_key(content);
  if (error || !key)
    return {{"found", false}};
  auto found = shown(identity(identity_secret::from(key->bytes())));
  found["found"] = true;
  return found;
}

/// Into the file of known destinations, and out of it again.
json remember(const parameters& p) {
  const auto given = p.octets_of("public_key");
  const auto key = public_key::from_exactly(given);
  if (!key)
    return {{"ok", false}, {"error", "TypeError"}, {"public_key_len", given.size()}};
  known_destination entry;
  entry.destination = p.fixed<destination_hash>("destination_hash");
  entry.packet = p.fixed<packet_hash>("packet_hash");
  entry.key = *key;
  entry.app_data = p.octets_if("app_data");
  const auto table = must(parse_known_destinations(encode_known_destinations({entry})), "known destinations");
  const auto recalled = std::find(table.entries.begin(), table.entries.end(), entry) != table.entries.end();
  return {{"ok", true}, {"public_key_len", given.size()}, {"recalled", recalled}};
}

json truncated_hash(const parameters& p) {
  const auto whole = sha256(p.octets_of("data"));
  return {{"hash", hex(address::from(whole))}, {"full_hash", hex(whole)}};
}

json ratchet_encrypt(const parameters& p) {
  const auto ratchet = p.fixed<ratchet_key>("ratchet_public");
  const auto sealed = public_identity_of(p).encrypt(p.octets_of("plaintext"), chance(), &ratchet);
  return {{"ciphertext", hex(must(sealed, "ratchet_public"))}};
}

json ratchet_decrypt(const parameters& p) {
  auto ratchets = p.list_of<x25519_secret>("ratchet_privates");
  if (!p.has("ratchet_privates") && p.has("ratchet_private"))
    ratchets.push_back(p.fixed<x25519_secret>("ratchet_private"));
  const auto policy = p.flag_or("enforce_ratchets", false) ? ratchet_policy::enforced : ratchet_policy::optional;
  const auto opened = identity_of(p, "private_key")->decrypt(p.octets_of("ciphertext"), ratchets, policy);
  return {{"plaintext", plaintext_or_null(opened)},
          {"latest_ratchet_id", opened && opened->ratchet ? json(hex(*opened->ratchet)) : json()}};
}

void add_identities(command_table& table) {
  table.add("identity_from_private_key",
            [](const parameters& p) -> json { return shown(*identity_of(p, "private_key")); });
  table.add("identity_encrypt", [](const parameters& p) -> json {
    const auto sealed = public_identity_of(p).encrypt(p.octets_of("plaintext"), chance());
    return {{"ciphertext", hex(must(sealed, "public_key"))}};
  });
  table.add("identity_decrypt", [](const parameters& p) -> json {
    return {{"plaintext", plaintext_or_null(identity_of(p, "private_key")->decrypt(p.octets_of("ciphertext")))}};
  });
  table.add("identity_sign", [](const parameters& p) -> json {
    return {{"signature", hex(identity_of(p, "private_key")->sign(p.octets_of("message")))}};
  });
  table.add("identity_verify", verify_signature);
  table.add("identity_hash", [](const parameters& p) -> json { return {{"hash", hex(public_identity_of(p).hash())}}; });
  table.add("identity_to_file", to_file);
  table.add("identity_from_file", from_file);
  table.add("identity_remember", remember);
  table.refuse("identity_keyless_op", "an identity of the library always has its keys, so there is none without");
  table.add("identity_random_hash",
            [](const parameters&) -> json { return {{"random_hash", hex(chance().draw<address>())}}; });
  table.add("truncated_hash", truncated_hash);
}

void add_ratchets(command_table& table) {
  table.add("ratchet_id", [](const parameters& p) -> json {
    return {{"ratchet_id", hex(hash_ratchet(p.fixed<ratchet_key>("ratchet_public")))}};
  });
  table.add("ratchet_public_from_private", [](const parameters& p) -> json {
    return {{"ratchet_public", hex(public_ratchet(p.fixed<x25519_secret>("ratchet_private")))}};
  });
  table.add("ratchet_encrypt", ratchet_encrypt);
  table.add("ratchet_decrypt", ratchet_decrypt);
}

}  // namespace

void add_identity_commands(command_table& table) {
  add_identities(table);
  add_ratchets(table);
}

}  // namespace plexus::bridge
