// Octets as text that people copy: base64 and base32 as RFC 4648 has them (base64 with the URL-safe alphabet), and
// Reticulum's base256, one letter an octet.
// Source: Python, base64: urlsafe_b64encode, b32encode; RNS/__init__.py: b256.
#pragma once

#include "messages/octets.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace plexus {

enum class text_encoding : octet { hex, base32, base64, base256 };

/// With padding, where the encoding has any.
std::string encode_text(text_encoding encoding, octets value);
/// Nothing unless it is all of that encoding, padding included.
std::optional<octet_string> decode_text(text_encoding encoding, std::string_view text);

}  // namespace plexus
