// Whether a proof shows that a packet of ours was delivered.
// Source: Packet.py: PacketReceipt.validate_proof, validate_link_proof.
#pragma once

#include "messages/packet_proof.hpp"
#include "messages/public_keys.hpp"

namespace plexus {

/// Explicit proofs must name the packet; implicit ones are tried against it.
bool proves(const packet_proof& proof, const packet_hash& packet, const ed25519_public& receiver);

}  // namespace plexus
