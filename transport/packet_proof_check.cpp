#include "transport/packet_proof_check.hpp"

#include "transport/crypto/keys.hpp"

namespace plexus {

bool proves(const packet_proof& proof, const packet_hash& packet, const ed25519_public& receiver) {
  if (proof.proved && *proof.proved != packet)
    return false;
  return verify(packet.bytes(), proof.proof, receiver);
}

}  // namespace plexus
