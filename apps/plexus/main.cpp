// plexus: looks after a Reticulum node, ours or the reference's, and after identities.
#include "apps/plexus/command_line.hpp"
#include "storage/config/config_text.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>
#include <unistd.h>

namespace {

using namespace plexus;

/// Source: rns-1.5.7 section 11.
constexpr int exit_bad_config = 1, exit_panic = 255;

volatile std::sig_atomic_t exit_on_interrupt = 0;

extern "C" void interrupted(int) {
  const char newline = '\n';
  // Where the line end cannot be written nobody misses it.
  [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, &newline, 1);
  ::_exit(exit_on_interrupt);
}

}  // namespace

int main(int argc, char** argv) {
  command_line line;
  CLI::App app{"Plexus, the tool of a Reticulum node", "plexus"};
  app.set_version_flag("--version", "plexus " PLEXUS_VERSION);
  app.require_subcommand(1);
  add_common_options(app, line);
  add_status_command(app, line);
  add_path_command(app, line);
  add_probe_command(app, line);
  add_id_command(app, line);
  add_interfaces_command(app, line);
  add_check_config_command(app, line);
  add_completion_command(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : exit_bad_usage;
  }
  exit_on_interrupt = line.exit_on_interrupt;
  std::signal(SIGINT, interrupted);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const int code = line.run();
    std::cout.flush();
    return code;
  } catch (const config_error& e) {
    std::cerr << e.what() << '\n';
    return exit_bad_config;
  } catch (const std::exception& e) {
    std::cerr << "plexus: " << e.what() << '\n';
    return exit_panic;
  }
}
