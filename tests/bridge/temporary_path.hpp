// Places for files that a command leaves for the next one, or for whoever asked. Removed when the bridge ends in order.
#pragma once

#include <filesystem>
#include <string>

namespace plexus::bridge {

/// A path in the bridge's own temporary directory at which there is nothing yet.
std::filesystem::path temporary_path(const std::string& what);

}  // namespace plexus::bridge
