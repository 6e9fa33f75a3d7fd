// `plexus completion`, hidden: the build makes files for shells and manuals with it.
#include "apps/plexus/command_line.hpp"
#include "apps/plexus/completion.hpp"

#include <iostream>

namespace plexus {

void add_completion_command(CLI::App& app, command_line& line) {
  struct arguments {
    std::string form, command;
  };
  const auto wanted = std::make_shared<arguments>();
  auto* command = app.add_subcommand("completion", "Completion for a shell, or a subcommand's options for its manual");
  command->group("");
  command->add_option("form", wanted->form)->required()->check(CLI::IsMember({"bash", "zsh", "man"}));
  command->add_option("command", wanted->command, "for man: the subcommand");
  command->callback([wanted, &app, &line] {
    line.run = [wanted, &app] {
      if (wanted->form == "man")
        std::cout << options_roff(wanted->command.empty() ? app : *app.get_subcommand(wanted->command));
      else
        std::cout << (wanted->form == "bash" ? bash_completion(app) : zsh_completion(app));
      return 0;
    };
  });
}

}  // namespace plexus
