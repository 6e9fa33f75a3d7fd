// HMAC (RFC 2104) with the hash functions that multiprocessing's handshake may name.
#pragma once

#include "messages/octets.hpp"

#include <optional>
#include <string_view>

namespace plexus {

enum class mac_digest : octet { md5, sha256, sha384, sha3_256, sha3_384 };

/// The digest of that name as Python spells it, or nothing when the handshake does not allow it.
std::optional<mac_digest> mac_digest_named(std::string_view name);
std::string_view to_string(mac_digest digest);
/// 16 (md5), 32 or 48 octets.
std::size_t size_of(mac_digest digest);

/// The authentication code of `text`, size_of(digest) octets. Empty when the crypto library refuses the digest (MD5 in
/// a FIPS provider).
octet_string mac(mac_digest digest, octets key, octets text);

/// The key that the management protocol uses unless `rpc_key` is configured: SHA-256 over the 64 octets of the private
/// key in storage/transport_identity (Reticulum.py: __init__).
octet_string rpc_key_of_identity(octets private_key);

}  // namespace plexus
