// What shells and manuals want to know of the command line, made from the command line itself.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace plexus {

/// For bash's `complete`; a file for share/bash-completion/completions.
std::string bash_completion(const CLI::App& app);
/// For zsh's completion system; a file `_plexus` for share/zsh/site-functions.
std::string zsh_completion(const CLI::App& app);
/// The options of one subcommand as roff for a manual page, a paragraph each; with its own subcommands, if any.
std::string options_roff(const CLI::App& command);

}  // namespace plexus
