// A destination of ours: what it is called, what it opens, how it proves and announces itself.
//
//   single   keys of an identity, perhaps ratchets; announced; takes links
//   group    a key that all members share (64 random octets); packets travel one hop at most
//   plain    no key
//
// Source: Destination.py; rns-1.5.7 section 5.1.
#pragma once

#include "messages/packet_proof.hpp"
#include "transport/endpoint/link.hpp"
#include "transport/endpoint/ratchet_ring.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace plexus {

/// The key of a GROUP destination: the first half signs, the second encrypts.
using group_key = secret_bytes<struct group_key_tag, 64>;

/// How a proof of a packet to a SINGLE destination is written; implicit is the reference's default.
enum class proof_form : octet { implicit_form, explicit_form };

class local_destination {
public:
  /// Announce data for a path request's tag is made once in so long.
  static constexpr std::chrono::seconds tag_window{30};
  static constexpr std::size_t tags_max = 256;

  /// `owner` is shared with whoever else uses the identity. `dotted` is the whole name, "app.aspect.aspect".
  static local_destination single(std::shared_ptr<const identity> owner, std::string dotted);
  static local_destination group(std::shared_ptr<const identity> owner, std::string dotted, const group_key& key);
  static local_destination plain(std::string dotted);

  const destination_hash& hash() const { return hash_; }
  destination_type type() const { return type_; }
  const std::string& name() const { return name_; }
  /// Null for PLAIN.
  const identity* owner() const { return owner_.get(); }

  link_settings links;        ///< for links to it
  bool accepts_links = true;  ///< SINGLE only
  proof_strategy proofs = proof_strategy::none;
  octet_string default_app_data;  ///< of announces that bring none; empty: none
  /// Opened with ratchets alone, once there are any.
  ratchet_policy ratchets_enforced = ratchet_policy::optional;

  void enable_ratchets(ratchet_ring ring) { ratchets_ = std::move(ring); }
  const std::optional<ratchet_ring>& ratchets() const { return ratchets_; }
  ratchet_ring* ratchets() { return ratchets_ ? &*ratchets_ : nullptr; }

  /// What a data packet to it says. Errors: truncated, bad_authentication, bad_value.
  expected<decrypted> open(octets data) const;
  /// A proof that the packet arrived, for the interface that it arrived on. Null for PLAIN and GROUP, which cannot
  /// sign.
  std::optional<octet_string> prove(const packet_hash& packet, proof_form form) const;

  struct announcement {
    octet_string packet;            ///< whole, HEADER_1, hop octet 0
    bool ratchets_rotated = false;  ///< the ratchets' file should be written
  };
  /// An announce, or the same as an answer to a path request. `tag` is that of the path request; the same one within
  /// tag_window gets the same data. Requires a SINGLE destination.
  announcement announce(instant now, std::uint64_t unix_seconds, random_source& random, octets app_data = {},
                        packet_context context = packet_context::none, octets tag = {});

private:
  struct remembered {
    instant made_at{};
    octet_string data;
    bool has_ratchet = false;
  };

  local_destination(destination_type type, std::shared_ptr<const identity> owner, std::string dotted);
  remembered make_announce(instant now, std::uint64_t unix_seconds, random_source& random, octets app_data,
                           bool& rotated);
  void forget_old(instant now);

  destination_type type_;
  std::shared_ptr<const identity> owner_;
  std::string name_;
  destination_hash hash_;
  std::shared_ptr<token_key> group_;
  std::optional<ratchet_ring> ratchets_;
  std::map<octet_string, remembered> answers_;  // by tag
};

/// A data packet for somebody's SINGLE destination, encrypted for it, with the ratchet of its last announce if it had
/// one. Errors: bad_value (a key that nobody can share a secret with), oversized (more than 383 octets).
expected<octet_string> make_single_packet(const public_identity& owner, const destination_hash& destination,
                                          octets plaintext, random_source& random, const ratchet_key* ratchet = nullptr,
                                          packet_context context = packet_context::none);
/// Error: oversized.
expected<octet_string> make_plain_packet(const destination_hash& destination, octets data,
                                         packet_context context = packet_context::none);
expected<octet_string> make_group_packet(const group_key& key, const destination_hash& destination, octets plaintext,
                                         random_source& random, packet_context context = packet_context::none);

}  // namespace plexus
