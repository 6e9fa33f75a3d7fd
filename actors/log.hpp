// Log lines as the reference writes them: `[2026-01-31 12:00:00] [Notice]   text`, with its nine levels.
// Source: rns-1.5.7 section 11; RNS/__init__.py: log, loglevelname.
#pragma once

#include <spdlog/logger.h>

#include <filesystem>
#include <optional>
#include <utility>

namespace plexus {

enum class log_level { critical, error, warning, notice, info, verbose, debug, pathing, extreme };

struct log_settings {
  log_level level = log_level::notice;
  bool timestamps = true;
  std::optional<std::filesystem::path> file;  ///< rotated at 5 MiB, one generation kept; none: standard output
  bool to_stderr = false;                     ///< instead of standard output
};

/// Before anything logs; lines logged without it go to standard output at the default level.
void start_logging(const log_settings& settings);
void set_log_level(log_level level);

/// What writes lines of one level.
spdlog::logger& logger_of(log_level level);

template <class... Args>
void log(log_level level, spdlog::format_string_t<Args...> text, Args&&... args) {
  logger_of(level).info(text, std::forward<Args>(args)...);
}

}  // namespace plexus
