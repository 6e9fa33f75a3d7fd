#include "actors/metrics/process_figures.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace plexus {
namespace {

/// Fields of /proc/self/stat, counted from the state, which follows the name in brackets. Source: proc(5).
enum stat_field : std::size_t { user_time = 11, system_time = 12, start_time = 19, virtual_size = 20, resident = 21 };

std::vector<std::string> read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos)
    return {};
  std::istringstream rest(line.substr(name_end + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

/// When the machine started, in Unix time.
double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string key; file >> key;)
    if (double value = 0; key == "btime" && file >> value)
      return value;
  return 0;
}

std::uint64_t count_fds() {
  std::error_code error;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end; at.increment(error))
    ++count;
  return count > 0 ? count - 1 : 0;  // without the one that looked
}

}  // namespace

process_figures read_process_figures() {
  process_figures figures;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  if (const auto stat = read_stat(); stat.size() > resident) {
    figures.cpu_seconds = (std::stod(stat[user_time]) + std::stod(stat[system_time])) / ticks;
    static const double booted = boot_time();
    figures.start_time = booted + std::stod(stat[start_time]) / ticks;
    figures.virtual_bytes = std::stoull(stat[virtual_size]);
    figures.resident_bytes = std::stoull(stat[resident]) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  figures.open_fds = count_fds();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    figures.max_fds = limit.rlim_cur;
  return figures;
}

build_facts this_build() {
#ifdef __clang__
  return {PLEXUS_VERSION, "clang " __clang_version__, PLEXUS_REVISION};
#else
  return {PLEXUS_VERSION, "gcc " __VERSION__, PLEXUS_REVISION};
#endif
}

}  // namespace plexus
