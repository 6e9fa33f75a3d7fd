// GCC 12 takes the sizes of compared vectors for endless (its bug 105562).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wstringop-overread"
#endif
#include "transport/endpoint/local_destination.hpp"

#include "messages/announce.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"

namespace plexus {
namespace {

packet_header header_for(packet_type packet, destination_type type, const address& to, packet_context context,
                         bool context_flag = false) {
  packet_header header;
  header.flags = make_flags(packet, type, header_type::one, transport_type::broadcast, context_flag);
  header.destination = to;
  header.context = context;
  return header;
}

expected<octet_string> data_packet(destination_type type, const destination_hash& to, octets data,
                                   packet_context context) {
  if (data.size() + wire::header_2_size + 1 > wire::mtu)
    return unexpected(parse_error::oversized);
  return encode_packet(header_for(packet_type::data, type, rename<address>(to), context), data);
}

}  // namespace

local_destination::local_destination(destination_type type, std::shared_ptr<const identity> owner, std::string dotted)
    : type_(type),
      owner_(std::move(owner)),
      name_(std::move(dotted)),
      hash_(owner_ ? hash_destination(name_, owner_->hash()) : hash_destination(name_)) {}

local_destination local_destination::single(std::shared_ptr<const identity> owner, std::string dotted) {
  return {destination_type::single, std::move(owner), std::move(dotted)};
}

local_destination local_destination::group(std::shared_ptr<const identity> owner, std::string dotted,
                                           const group_key& key) {
  local_destination made(destination_type::group, std::move(owner), std::move(dotted));
  made.group_ = std::make_shared<token_key>(key.bytes());
  made.accepts_links = false;
  return made;
}

local_destination local_destination::plain(std::string dotted) {
  local_destination made(destination_type::plain, nullptr, std::move(dotted));
  made.accepts_links = false;
  return made;
}

expected<decrypted> local_destination::open(octets data) const {
  switch (type_) {
    case destination_type::single:
      return ratchets_ ? owner_->decrypt(data, ratchets_->keys(), ratchets_enforced) : owner_->decrypt(data);
    case destination_type::group: {
      auto plaintext = group_->decrypt(data);
      if (!plaintext)
        return unexpected(plaintext.error());
      return decrypted{std::move(*plaintext), std::nullopt};
    }
    case destination_type::plain:
      return decrypted{{data.begin(), data.end()}, std::nullopt};
    case destination_type::link:
      break;
  }
  return unexpected(parse_error::bad_value);
}

std::optional<octet_string> local_destination::prove(const packet_hash& packet, proof_form form) const {
  if (type_ != destination_type::single)
    return std::nullopt;
  packet_proof proof;
  if (form == proof_form::explicit_form)
    proof.proved = packet;
  proof.proof = owner_->sign(packet.bytes());
  return encode_packet(
      header_for(packet_type::proof, destination_type::single, proof_address(packet), packet_context::none),
      proof.encode());
}

local_destination::announcement local_destination::announce(instant now, std::uint64_t unix_seconds,
                                                            random_source& random, octets app_data,
                                                            packet_context context, octets tag) {
  forget_old(now);
  const bool answers_tag = context == packet_context::path_response && !tag.empty();
  const octet_string key(tag.begin(), tag.end());
  const auto known = answers_tag ? answers_.find(key) : answers_.end();
  bool rotated = false;
  remembered made;
  if (known != answers_.end()) {
    made = known->second;
  } else {
    made = make_announce(now, unix_seconds, random, app_data, rotated);
    if (answers_tag && answers_.size() < tags_max)
      answers_.emplace(key, made);
  }
  const auto header =
      header_for(packet_type::announce, destination_type::single, rename<address>(hash_), context, made.has_ratchet);
  return {encode_packet(header, made.data), rotated};
}

local_destination::remembered local_destination::make_announce(instant now, std::uint64_t unix_seconds,
                                                               random_source& random, octets app_data, bool& rotated) {
  plexus::announce content;
  content.key = owner_->key();
  content.name = hash_name(name_);
  std::array<octet, 5> unique{};
  random.fill(unique);
  content.blob = make_random_blob(unique, unix_seconds);
  if (ratchets_) {
    rotated = ratchets_->rotate(now, random);
    content.ratchet = ratchets_->newest();
  }
  content.app_data = app_data.empty() ? octets(default_app_data) : app_data;
  content.proof = owner_->sign(content.signed_data(hash_));
  return {now, content.encode(), content.ratchet.has_value()};
}

void local_destination::forget_old(instant now) {
  std::erase_if(answers_, [now](const auto& entry) { return now > entry.second.made_at + tag_window; });
}

expected<octet_string> make_single_packet(const public_identity& owner, const destination_hash& destination,
                                          octets plaintext, random_source& random, const ratchet_key* ratchet,
                                          packet_context context) {
  const auto sealed = owner.encrypt(plaintext, random, ratchet);
  if (!sealed)
    return unexpected(sealed.error());
  return data_packet(destination_type::single, destination, *sealed, context);
}

expected<octet_string> make_plain_packet(const destination_hash& destination, octets data, packet_context context) {
  return data_packet(destination_type::plain, destination, data, context);
}

expected<octet_string> make_group_packet(const group_key& key, const destination_hash& destination, octets plaintext,
                                         random_source& random, packet_context context) {
  return data_packet(destination_type::group, destination,
                     token_key(key.bytes()).encrypt(plaintext, random.draw<cbc_iv>()), context);
}

}  // namespace plexus
