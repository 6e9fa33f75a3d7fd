#include "actors/discovery/program_output.hpp"

#include "actors/io/program.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace plexus {
namespace {

using steady = std::chrono::steady_clock;

std::string complaint(const char* what, int error) {
  return std::string(what) + ": " + std::strerror(error);
}

/// Until the end of the output; false when the time is over before.
bool read_all(int from, steady::time_point until, std::string& to) {
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady::now()).count();
    pollfd waiting{from, POLLIN, 0};
    const int ready = left > 0 ? ::poll(&waiting, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready <= 0)
      return false;
    const auto size = ::read(from, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR)
      continue;
    if (size <= 0)
      return true;
    to.append(buffer.data(), std::min(static_cast<std::size_t>(size), program_output_max - to.size()));
  }
}

/// A program that closed its output gets no more time than the limit either.
int end_of(pid_t pid, steady::time_point until) {
  int status = 0;
  while (::waitpid(pid, &status, WNOHANG) == 0) {
    if (steady::now() >= until) {
      ::kill(-pid, SIGKILL);
      while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
      }
      return status;
    }
    ::poll(nullptr, 0, 5);
  }
  return status;
}

}  // namespace

bool is_executable_file(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

expected<std::string, std::string> output_of_program(const std::filesystem::path& path,
                                                     std::chrono::milliseconds within) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return unexpected(complaint("cannot make a pipe", errno));
  pid_t pid = -1;
  const int error = start_program({std::filesystem::absolute(path).string()}, -1, ends[1], pid);
  ::close(ends[1]);
  const auto until = steady::now() + within;
  std::string output;
  const bool complete = error == 0 && read_all(ends[0], until, output);
  ::close(ends[0]);
  if (error != 0)
    return unexpected(complaint("cannot be run", error));
  if (!complete)
    ::kill(-pid, SIGKILL);
  const int status = end_of(pid, until);
  if (!complete)
    return unexpected(std::string("took too long"));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return unexpected(std::string("ended with ") +
                      (WIFEXITED(status) ? "status " + std::to_string(WEXITSTATUS(status)) : "a signal"));
  return output;
}

}  // namespace plexus
