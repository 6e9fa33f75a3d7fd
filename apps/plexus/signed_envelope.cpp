#include "apps/plexus/signed_envelope.hpp"

#include "transport/control/value_msgpack.hpp"
#include "transport/crypto/sha256.hpp"

#include <algorithm>

namespace plexus {
namespace {

constexpr std::size_t row_width = 64;

/// The map behind the signature.
std::optional<value> envelope_of(octets file) {
  if (file.size() <= signature::size)
    return std::nullopt;
  auto content = from_msgpack(file.subspan(signature::size), value_limits_reply);
  if (!content || !content->as_map())
    return std::nullopt;
  return std::move(*content);
}

const octet_string* bytes_at(const value& map, std::string_view key) {
  const auto* found = map.find(key);
  return found ? found->as_bytes() : nullptr;
}

}  // namespace

octet_string sign_envelope(const identity& signer, octets content, const signing_options& options) {
  const auto digest = sha256(content);
  value::map meta{{"signer", value(signer.hash().bytes())}, {"pubkey", value(signer.key().bytes())}};
  for (const auto& member : options.meta)
    if (std::ranges::none_of(meta, [&](const auto& one) { return one.key == member.key; }))
      meta.push_back(member);
  value::map map{{"hashtype", "sha256"}, {"hash", value(octets(digest))}, {"meta", std::move(meta)}};
  if (options.embed)
    map.push_back({"message", value(content)});
  const auto envelope = to_msgpack(value(std::move(map)));
  const auto proof = signer.sign(envelope);
  octet_string file(proof.bytes().begin(), proof.bytes().end());
  append(file, envelope);
  return file;
}

std::optional<checked_envelope> check_envelope(octets file, octets content,
                                               const std::optional<identity_hash>& required) {
  auto map = envelope_of(file);
  if (!map)
    return std::nullopt;
  const auto* hash_type = map->find("hashtype");
  const auto* digest = bytes_at(*map, "hash");
  const auto* meta = map->find("meta");
  if (!hash_type || !hash_type->as_text() || *hash_type->as_text() != "sha256" || !digest || !meta)
    return std::nullopt;
  const auto* key_octets = bytes_at(*meta, "pubkey");
  const auto key = key_octets ? public_key::from_exactly(*key_octets) : std::nullopt;
  if (!key || !meta->find("signer"))
    return std::nullopt;
  const public_identity signer(*key);
  const auto envelope = file.subspan(signature::size);
  const bool valid = (!required || signer.hash() == *required) && std::ranges::equal(*digest, sha256(content)) &&
                     signer.validates(envelope, signature::from(file));
  return checked_envelope{valid, signer, std::move(*map)};
}

std::optional<octet_string> embedded_message(octets file) {
  const auto map = envelope_of(file);
  const auto* message = map ? map->find("message") : nullptr;
  if (!message)
    return std::nullopt;
  if (const auto* text = message->as_text())
    return octet_string(text->begin(), text->end());
  if (const auto* bytes = message->as_bytes())
    return *bytes;
  return std::nullopt;
}

std::string armoured(octets file, text_encoding encoding) {
  static constexpr std::string_view head = "#### Start of rsg data ", foot = " End of rsg data ####";
  std::string text = std::string(head) + std::string(row_width - head.size(), '#') + "\n";
  const auto encoded = encode_text(encoding, file);
  std::size_t letters = 0;
  for (const char one : encoded) {
    if ((static_cast<octet>(one) & 0xc0) != 0x80 && letters++ == row_width) {
      text += '\n';
      letters = 1;
    }
    text += one;
  }
  text += std::string(row_width - letters, '=') + "\n";
  return text + std::string(row_width - foot.size(), '#') + std::string(foot);
}

}  // namespace plexus
