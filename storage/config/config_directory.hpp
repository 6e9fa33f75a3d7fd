// Where a node's configuration lies, and the file in it. Source: Reticulum.py: __init__; rns-1.5.7 section 6.
#pragma once

#include "storage/config/node_config.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace plexus {

/// `given` if there is one; else the first of /etc/reticulum and ~/.config/reticulum that holds a `config`; else
/// ~/.reticulum. `home` and `etc` are parameters for the sake of tests; `given` may start with `~`.
std::filesystem::path find_config_directory(const std::optional<std::string>& given, const std::filesystem::path& home,
                                            const std::filesystem::path& etc = "/etc/reticulum");

/// $HOME, else the home directory that the system knows for this user.
std::filesystem::path home_directory();

/// A leading `~` or `~/` replaced by `home`.
std::filesystem::path expand_home(const std::string& path, const std::filesystem::path& home);

struct loaded_config {
  std::unique_ptr<config_section> file;
  node_config node;
  bool created = false;  ///< there was none, and the default was written
};

/// Reads `directory`/config, which is written with the default text if it is missing. Throws config_error.
loaded_config load_or_create_config(const std::filesystem::path& directory);

}  // namespace plexus
