// Catch2 as the unit tests use it, version 2 (Debian 12) or 3 (Debian 13, Ubuntu 24.04): version 3 has other headers,
// another name for Contains, and keeps Approx in its namespace.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>

#include <string>

namespace Catch {
inline auto Contains(const std::string& part) {
  return Matchers::ContainsSubstring(part);
}
}  // namespace Catch
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
