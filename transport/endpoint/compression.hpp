// bzip2, as resources and buffer streams use it: level 9, one stream, an upper bound on what may come out.
// Source: Resource.py: __init__, assemble; Buffer.py: StreamDataMessage.
#pragma once

#include "messages/expected.hpp"
#include "messages/octets.hpp"

namespace plexus {

/// The same octets as Python's bz2.compress. Empty when the library refuses, which it does for want of memory alone.
octet_string compress(octets plain);

/// Octets after the end of the stream are ignored. Errors: oversized (more than size_max would come out), truncated (no
/// end of stream), bad_value (no such stream).
expected<octet_string> decompress(octets compressed, std::size_t size_max);

}  // namespace plexus
