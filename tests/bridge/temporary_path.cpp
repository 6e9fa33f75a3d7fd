#include "tests/bridge/temporary_path.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace plexus::bridge {
namespace {

struct directory {
  std::filesystem::path path;

  directory() {
    auto name = (std::filesystem::temp_directory_path() / "conformance_bridge.XXXXXX").string();
    if (!::mkdtemp(name.data()))
      throw std::system_error(errno, std::generic_category(), name);
    path = name;
  }
  ~directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

}  // namespace

std::filesystem::path temporary_path(const std::string& what) {
  static const directory own;
  static unsigned number = 0;
  return own.path / (what + "." + std::to_string(++number));
}

}  // namespace plexus::bridge
