#include "apps/plexus/editor.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace plexus {
namespace {

/// The exit status, or -1 when there is no such program.
int run_editor(std::string program, std::string path) {
  char* arguments[] = {program.data(), path.data(), nullptr};
  pid_t child = 0;
  if (::posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments, environ) != 0)
    return -1;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

std::vector<std::string> editors() {
  const char* chosen = std::getenv("EDITOR");
  if (chosen && *chosen)
    return {chosen};
  return {"nano", "vim", "vi"};
}

expected<std::string, std::string> edit(const std::string& path) {
  for (const auto& editor : editors()) {
    const int status = run_editor(editor, path);
    if (status > 0)
      return unexpected("the editor ended with " + std::to_string(status));
    if (status == 0) {
      std::ifstream file(path, std::ios::binary);
      return std::string(std::istreambuf_iterator<char>(file), {});
    }
  }
  return unexpected(std::string("there is none; set EDITOR"));
}

}  // namespace

expected<std::string, std::string> edited_text() {
  std::error_code error;
  auto path = (std::filesystem::temp_directory_path(error) / "plexus-XXXXXX").string();
  const int file = ::mkstemp(path.data());
  if (file < 0)
    return unexpected(std::string(std::strerror(errno)));
  ::close(file);
  auto text = edit(path);
  std::filesystem::remove(path, error);
  return text;
}

}  // namespace plexus
