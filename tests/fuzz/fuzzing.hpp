// What the fuzz targets share. A broken promise stops the process, so that the fuzzer reports the input.
#pragma once

#include "messages/octets.hpp"

#include <algorithm>
#include <cstdlib>

namespace plexus::fuzz {

inline void promise(bool kept) {
  if (!kept)
    std::abort();
}

inline bool same(octets a, octets b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace plexus::fuzz
