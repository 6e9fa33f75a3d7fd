// Making and checking the packets that set up tunnels.
// Source: Transport.py: synthesize_tunnel, tunnel_synthesize_handler.
#pragma once

#include "messages/tunnel_synthesis.hpp"
#include "transport/identity.hpp"

namespace plexus {

/// SHA-256 over public key and interface hash.
tunnel_id name_tunnel(const public_key& key, const interface_hash& sender_interface);

tunnel_synthesis synthesize_tunnel(const identity& transport, const interface_hash& sender_interface,
                                   random_source& random);

/// The tunnel that the data asks for, once its signature was found right. Errors: truncated, oversized, bad_signature,
/// all of which the reference ignores in silence.
expected<tunnel_id> verify_tunnel_synthesis(octets data);

}  // namespace plexus
