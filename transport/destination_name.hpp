// From dotted names to addresses.
// Source: Destination.py: hash, expand_name, app_and_aspects_from_name.
#pragma once

#include "messages/addresses.hpp"
#include "messages/expected.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plexus {

/// "app.aspect.aspect". Error: bad_value when the app's name or an aspect holds a dot.
expected<std::string> expand_name(std::string_view app, std::span<const std::string_view> aspects);

/// The same, and at its end the owner's hash in hexadecimal: how a destination of somebody is called in full.
expected<std::string> expand_name(std::string_view app, std::span<const std::string_view> aspects,
                                  const identity_hash& owner);
/// What expand_name put together: the app's name first, then the aspects. Views into `dotted`.
std::vector<std::string_view> split_name(std::string_view dotted);

/// First 10 octets of SHA-256 over the dotted name.
name_hash hash_name(std::string_view dotted);

/// Address of a SINGLE or GROUP destination: first 16 octets of SHA-256 over name hash and identity hash.
destination_hash hash_destination(const name_hash& name, const identity_hash& owner);
destination_hash hash_destination(std::string_view dotted, const identity_hash& owner);

/// Address of a PLAIN destination, which belongs to nobody.
destination_hash hash_destination(std::string_view dotted);

/// Identity hash: first 16 octets of SHA-256 over the public key.
identity_hash hash_identity(const public_key& key);

/// First 10 octets of SHA-256 over a ratchet's public key.
ratchet_id hash_ratchet(const ratchet_key& key);

/// PLAIN destinations that every node listens to. Source: Transport.py: start.
namespace control {

inline constexpr std::string_view path_request_name = "rnstransport.path.request";
inline constexpr std::string_view tunnel_synthesis_name = "rnstransport.tunnel.synthesize";

/// Hash of path_request_name.
inline constexpr destination_hash path_request{
    {0x6b, 0x9f, 0x66, 0x01, 0x4d, 0x98, 0x53, 0xfa, 0xab, 0x22, 0x0f, 0xba, 0x47, 0xd0, 0x27, 0x61}};
/// Hash of tunnel_synthesis_name.
inline constexpr destination_hash tunnel_synthesis{
    {0x91, 0xbf, 0x09, 0x10, 0x26, 0x7b, 0x59, 0xb0, 0xe8, 0x64, 0xe0, 0xd4, 0xc9, 0x16, 0x02, 0xca}};

}  // namespace control

}  // namespace plexus
