#include "apps/plexus/command_line.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace plexus {

void add_common_options(CLI::App& command, command_line& line, const char* quiet_flags) {
  command.add_option("--config", line.common.config, "path to alternative Reticulum config directory")
      ->type_name("DIR");
  command.add_flag("-v,--verbose", line.common.verbose, "tell more; may be given several times");
  command.add_flag(quiet_flags, line.common.quiet, "tell less; may be given several times");
  command.add_flag("-j,--json", line.common.json, "output in JSON format");
}

void note(const common_options& common, const std::string& text) {
  if (common.verbose > common.quiet)
    std::cerr << "plexus: " << text << '\n';
}

void complain(const common_options& common, const std::string& text) {
  if (common.quiet <= common.verbose)
    std::cerr << "plexus: " << text << '\n';
}

}  // namespace plexus
