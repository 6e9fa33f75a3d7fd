// What names a link, and whether the proof of one is the destination's.
// Source: Link.py: link_id_from_lr_packet, validate_proof; Transport.py: _inbound, link request proofs.
#pragma once

#include "messages/link_proof.hpp"
#include "messages/packet.hpp"

namespace plexus {

/// First 16 octets of SHA-256 over the link request's hashable part with its data cut to 64 octets, so that a relay may
/// change the signalling. Data of any length is taken: relays pass on what they do not understand.
link_id name_link(const packet_view& link_request);

/// A link proof whose signature is the destination's. Only verify_link_proof makes one.
class verified_link_proof {
public:
  const link_proof& content() const { return content_; }

private:
  explicit verified_link_proof(const link_proof& content) : content_(content) {}
  friend expected<verified_link_proof> verify_link_proof(octets data, const link_id& link,
                                                         const ed25519_public& destination_key);
  link_proof content_;
};

/// Errors: those of link_proof::parse, bad_value (a mode that is not enabled), bad_signature.
expected<verified_link_proof> verify_link_proof(octets data, const link_id& link,
                                                const ed25519_public& destination_key);

}  // namespace plexus
