// The data of a packet to `rnstransport.tunnel.synthesize`, by which a node asks the far side of a connection to keep
// its paths over reconnects.
//
//   public_key(64) interface_hash(32) random(16) signature(64)
//
// The signature is made by the sender's transport identity over all before it. The first two fields name the tunnel.
// Source: Transport.py: synthesize_tunnel, tunnel_synthesize_handler.
#pragma once

#include "messages/addresses.hpp"
#include "messages/expected.hpp"

namespace plexus {

using tunnel_nonce = tagged_bytes<struct tunnel_nonce_tag, 16>;

struct tunnel_synthesis {
  static constexpr std::size_t named_size = public_key::size + interface_hash::size;
  static constexpr std::size_t signed_size = named_size + tunnel_nonce::size;
  static constexpr std::size_t size = signed_size + signature::size;

  public_key key{};
  interface_hash sender_interface{};
  tunnel_nonce nonce{};
  signature proof{};

  /// Takes exactly 176 octets. Errors: truncated, oversized.
  static expected<tunnel_synthesis> parse(octets data);
  /// The first `signed_size` octets are what the signature covers, the first `named_size` what names the tunnel.
  octet_string encode() const;
};

}  // namespace plexus
