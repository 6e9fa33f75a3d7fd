#include "actors/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <fmt/format.h>
#include <memory>
#include <string>

namespace plexus {
namespace {

constexpr std::size_t file_size_max = 5 * 1024 * 1024;
constexpr std::array labels{"[Critical]", "[Error]   ", "[Warning] ", "[Notice]  ", "[Info]    ",
                            "[Verbose] ", "[Debug]   ", "[Pathing] ", "[Extra]   "};

/// One logger for each level, all on one sink; the level's label is the logger's name.
class log_writer {
public:
  log_writer() { open({}); }

  void open(const log_settings& settings) {
    spdlog::sink_ptr sink;
    if (settings.file)
      sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(settings.file->string(), file_size_max, 1);
    else if (settings.to_stderr)
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
      sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
    for (std::size_t i = 0; i < labels.size(); ++i) {
      loggers_[i] = std::make_unique<spdlog::logger>(labels[i], sink);
      loggers_[i]->flush_on(spdlog::level::trace);
    }
    sink->set_pattern(settings.timestamps ? "[%Y-%m-%d %H:%M:%S] %n %v" : "%n %v");
    set_level(settings.level);
  }
  void set_level(log_level level) {
    for (std::size_t i = 0; i < loggers_.size(); ++i)
      loggers_[i]->set_level(i <= static_cast<std::size_t>(level) ? spdlog::level::trace : spdlog::level::off);
  }
  spdlog::logger& of(log_level level) { return *loggers_[static_cast<std::size_t>(level)]; }

private:
  std::array<std::unique_ptr<spdlog::logger>, labels.size()> loggers_;
};

log_writer& writer() {
  static log_writer the_writer;
  return the_writer;
}

}  // namespace

void start_logging(const log_settings& settings) {
  writer().open(settings);
}

void set_log_level(log_level level) {
  writer().set_level(level);
}

bool is_logged(log_level level) {
  return writer().of(level).should_log(spdlog::level::info);
}

void write_log(log_level level, fmt::string_view text, fmt::format_args args) {
  fmt::memory_buffer line;
  fmt::vformat_to(fmt::appender(line), text, args);
  writer().of(level).log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace plexus
