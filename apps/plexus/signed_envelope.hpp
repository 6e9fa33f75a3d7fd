// Signature files (.rsg) and signed messages (.rsm): a signature and the MessagePack map that it covers.
//
//   signature(64) {"hashtype": "sha256", "hash": SHA-256 of the content(32),
//                  "meta": {"signer": identity(16), "pubkey": public key(64), ...}, ["message": content]}
//
// Source: Utilities/rnid.py: create_rsg, validate_rsg, wrap_rsg; rns-1.5.7 section 10.2.
#pragma once

#include "apps/plexus/text_encoding.hpp"
#include "messages/expected.hpp"
#include "transport/control/value.hpp"
#include "transport/identity.hpp"

#include <optional>
#include <string>

namespace plexus {

struct signing_options {
  bool embed = false;  ///< carry the content as "message"
  value::map meta;     ///< added behind signer and public key, unless a key is there already
};

/// A file for `content`, signed by `signer`.
octet_string sign_envelope(const identity& signer, octets content, const signing_options& options = {});

/// True for the older format, which is the bare signature of the content.
inline bool is_bare_signature(octets file) {
  return file.size() == signature::size;
}

struct checked_envelope {
  bool valid = false;
  public_identity signer;  ///< who is named by the file, whether or not the rest is right
  value content;           ///< the map
};

/// Checks a file against the content it should be for, and its signer against `required` if there is one. Nothing when
/// it is no such file at all.
std::optional<checked_envelope> check_envelope(octets file, octets content,
                                               const std::optional<identity_hash>& required = {});

/// The embedded message, or nothing.
std::optional<octet_string> embedded_message(octets file);

/// The file as text between two lines of hashes, 64 letters a line, the last one filled up with `=`.
std::string armoured(octets file, text_encoding encoding);

}  // namespace plexus
