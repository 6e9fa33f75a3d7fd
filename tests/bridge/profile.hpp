// Where releases of the reference differ, which of them the bridge speaks for: the present one, or with
// PLEXUS_BRIDGE_COMPAT=1.3.1 the one that the published checks were made for.
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace plexus::bridge {

enum class profile { present, rns_1_3_1 };

/// Throws std::invalid_argument for a profile that does not exist.
inline profile profile_from_environment() {
  const auto* given = std::getenv("PLEXUS_BRIDGE_COMPAT");
  const std::string_view name = given ? given : "";
  if (name.empty())
    return profile::present;
  if (name == "1.3.1")
    return profile::rns_1_3_1;
  throw std::invalid_argument("PLEXUS_BRIDGE_COMPAT: expected 1.3.1 or nothing, found " + std::string(name));
}

}  // namespace plexus::bridge
