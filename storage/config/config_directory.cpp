#include "storage/config/config_directory.hpp"

#include "storage/config/default_config.hpp"

#include <cstdlib>
#include <fstream>
#include <pwd.h>
#include <system_error>
#include <unistd.h>

namespace plexus {

namespace fs = std::filesystem;

fs::path find_config_directory(const std::optional<std::string>& given, const fs::path& home, const fs::path& etc) {
  if (given)
    return expand_home(*given, home);
  std::error_code ignored;
  for (const auto& candidate : {etc, home / ".config" / "reticulum"})
    if (fs::is_regular_file(candidate / "config", ignored))
      return candidate;
  return home / ".reticulum";
}

fs::path home_directory() {
  if (const char* home = std::getenv("HOME"); home && *home)
    return home;
  const auto* user = ::getpwuid(::getuid());
  return user ? fs::path{user->pw_dir} : fs::path{"/"};
}

fs::path expand_home(const std::string& path, const fs::path& home) {
  if (path == "~")
    return home;
  if (path.rfind("~/", 0) == 0)
    return home / path.substr(2);
  return path;
}

loaded_config load_or_create_config(const fs::path& directory) {
  const auto path = directory / "config";
  loaded_config out;
  std::error_code error;
  if (!fs::exists(path, error)) {
    fs::create_directories(directory, error);
    std::ofstream file{path, std::ios::binary};
    file << default_config_text();
    file.close();
    if (!file)
      throw config_error(path.string(), 0, {}, "expected to be able to write a default configuration here");
    out.created = true;
  }
  out.file = load_config(path.string());
  out.node = read_node_config(*out.file);
  return out;
}

}  // namespace plexus
