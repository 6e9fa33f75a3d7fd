// Whether an announce is what it says. Nothing downstream takes an announce that has not been through here.
// Source: Identity.py: validate_announce; Transport.py: preprocess_inbound (the size limit).
#pragma once

#include "messages/announce.hpp"
#include "messages/packet.hpp"

namespace plexus {

/// An announce whose address is the hash of its keys and name, and whose signature is right. Only verify_announce
/// makes one. Its views look into the packet that was verified.
class verified_announce {
public:
  const announce& content() const { return content_; }
  const destination_hash& destination() const { return destination_; }
  const identity_hash& owner() const { return owner_; }

private:
  verified_announce(const announce& content, const destination_hash& destination, const identity_hash& owner)
      : content_(content), destination_(destination), owner_(owner) {}
  friend expected<verified_announce> verify_announce(const packet_view& packet, octets known_good);

  announce content_;
  destination_hash destination_;
  identity_hash owner_;
};

/// Checks in order of cost: packet type, size, fields, address, signature. Errors: bad_value (not an announce),
/// oversized (over 500 octets), truncated, hash_mismatch, bad_signature. Does not allocate.
/// The reference checks the signature before the address; both lead to the same end.
///
/// `known_good`, if given, is a whole announce packet for the same destination that was verified before: one with the
/// same data needs no second signature check, over whatever way it came.
expected<verified_announce> verify_announce(const packet_view& packet, octets known_good = {});

}  // namespace plexus
