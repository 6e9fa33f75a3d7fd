// Log lines as the reference writes them: `[2026-01-31 12:00:00] [Notice]   text`, with its nine levels.
// Source: rns-1.5.7 section 11; RNS/__init__.py: log, loglevelname.
#pragma once

#include <filesystem>
#include <fmt/core.h>
#include <optional>

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

bool is_logged(log_level level);
/// The text is put together there and nowhere else: formatting is costly to compile.
void write_log(log_level level, fmt::string_view text, fmt::format_args args);

template <class... Args>
void log(log_level level, fmt::format_string<Args...> text, Args&&... args) {
  if (is_logged(level))
    write_log(level, text, fmt::make_format_args(args...));
}

}  // namespace plexus
