// Values as MessagePack, octet for octet as the reference's umsgpack packs them: the smallest form of every integer and
// length, 64-bit floating point, texts as str and octets as bin. Source: msgpack specification; umsgpack.py.
#pragma once

#include "messages/expected.hpp"
#include "transport/control/value.hpp"

namespace plexus {

octet_string to_msgpack(const value& v);

/// Reads exactly one value; octets after it are `bad_value`, as are extension types and text that is not UTF-8.
/// `oversized`: beyond the limits.
expected<value> from_msgpack(octets from, const value_limits& limits = {});

}  // namespace plexus
