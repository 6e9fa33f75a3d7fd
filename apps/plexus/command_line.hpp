// The subcommands of `plexus`. Each adds itself to the command line and, when it is the one that was given, leaves what
// it would do; main() then does it and ends with its exit code.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace plexus {

/// A command line that makes no sense, as the reference's argument parser ends with it.
inline constexpr int exit_bad_usage = 2;

struct common_options {
  std::optional<std::string> config;  ///< --config
  int verbose = 0, quiet = 0;
  bool json = false;
};

struct command_line {
  common_options common;
  std::function<int()> run;  ///< of the subcommand that was given
  int exit_on_interrupt = 0;
};

void add_status_command(CLI::App& app, command_line& line);
void add_path_command(CLI::App& app, command_line& line);
void add_probe_command(CLI::App& app, command_line& line);
void add_id_command(CLI::App& app, command_line& line);
void add_interfaces_command(CLI::App& app, command_line& line);
void add_check_config_command(CLI::App& app, command_line& line);
/// Hidden: what the build makes the shell's completion and the manual's lists of options from.
void add_completion_command(CLI::App& app, command_line& line);

/// --config, -v, -q and -j, which every subcommand has; `status` has another use for the short -q.
void add_common_options(CLI::App& command, command_line& line, const char* quiet_flags = "-q,--quiet");

/// For people on standard error: only with -v; unless there was a -q.
void note(const common_options& common, const std::string& text);
void complain(const common_options& common, const std::string& text);

}  // namespace plexus
