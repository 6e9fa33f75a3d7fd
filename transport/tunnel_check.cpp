#include "transport/tunnel_check.hpp"

#include "transport/crypto/sha256.hpp"

namespace plexus {

tunnel_id name_tunnel(const public_key& key, const interface_hash& sender_interface) {
  return tunnel_id(sha256_of({key.bytes(), sender_interface.bytes()}));
}

tunnel_synthesis synthesize_tunnel(const identity& transport, const interface_hash& sender_interface,
                                   random_source& random) {
  tunnel_synthesis t{transport.key(), sender_interface, random.draw<tunnel_nonce>(), {}};
  t.proof = transport.sign(octets(t.encode()).first(tunnel_synthesis::signed_size));
  return t;
}

expected<tunnel_id> verify_tunnel_synthesis(octets data) {
  const auto t = tunnel_synthesis::parse(data);
  if (!t)
    return unexpected(t.error());
  if (!verify(data.first(tunnel_synthesis::signed_size), t->proof, signing_key_of(t->key)))
    return unexpected(parse_error::bad_signature);
  return name_tunnel(t->key, t->sender_interface);
}

}  // namespace plexus
