// Interface access codes: only who knows an interface's network name and passphrase can take part in it.
//
//   flags(1) hops(1) code(1..64) rest     all but the code masked, bit 7 of the flags set
//
// The code is the tail of a signature over the whole packet, made with a key that everybody derives from name and
// passphrase; the mask is derived from the code. Source: Transport.py: handle_outgoing_ifac, handle_ifac;
// Reticulum.py: _add_interface; rns-1.5.7 section 0.
#pragma once

#include "messages/expected.hpp"
#include "transport/crypto/keys.hpp"
#include "transport/identity.hpp"

#include <optional>
#include <string_view>

namespace plexus {

/// 64 octets that name and passphrase give; an identity's private key to those who share them.
using access_key = secret_bytes<struct access_key_tag, 64>;

/// Either may be left out, but not both: an interface with neither has no access codes.
access_key derive_access_key(std::optional<std::string_view> network_name, std::optional<std::string_view> passphrase);

/// The access codes of one interface.
class access_codes {
public:
  static constexpr std::size_t size_max = signature::size;

  /// `code_size` in octets, 1 to 64; the reference's default is 16, or 8 on slow media. Throws std::invalid_argument.
  access_codes(const access_key& key, std::size_t code_size);

  std::size_t code_size() const { return code_size_; }

  /// The packet as it goes out. Requires a head of at least 2 octets; head and body may be cut anywhere behind them.
  octet_string apply(octets head, octets body = {}) const;

  /// The packet as it was before its sender applied the code. Errors, all of them access violations: truncated,
  /// bad_value (bit 7 not set), bad_authentication.
  expected<octet_string> remove(octets masked) const;

  /// Shown in status, so that two ends can be compared: a signature over the key's hash.
  signature status_signature() const;

private:
  /// XORs everything but the code with the mask that the code gives.
  void mask(octet_string& packet) const;
  octets code_of(octets packet) const { return packet.subspan(2, code_size_); }

  access_key key_;
  identity signer_;
  std::size_t code_size_;
};

}  // namespace plexus
