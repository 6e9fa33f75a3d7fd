// Errors are values: a parser answers with what it read or with why it could not.
#pragma once

#include <tl/expected.hpp>

#include <string_view>

namespace plexus {

/// Why octets are not what they should be. Bad input is ordinary; nothing throws for it.
enum class parse_error : unsigned char {
  truncated,          ///< ends before a field that must be there
  oversized,          ///< longer than the format allows
  bad_hops,           ///< hop octet of 128 or more
  no_data,            ///< nothing after the header (rns-1.5.7 section 5.4)
  bad_value,          ///< a field holds what it must not
  bad_signature,      ///< the signature does not match
  hash_mismatch,      ///< the address is not the hash of what it should name
  bad_authentication  ///< an HMAC or interface access code does not match
};

std::string_view to_string(parse_error error);

template <class T, class E = parse_error>
using expected = tl::expected<T, E>;
using tl::unexpected;

}  // namespace plexus
