#include "apps/plexus/completion.hpp"

#include <algorithm>
#include <vector>

namespace plexus {
namespace {

/// Those that --help shows: hidden ones are in the group without a name.
std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  auto all = app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); });
  return {all.begin(), all.end()};
}

std::vector<const CLI::Option*> options_of(const CLI::App& app) {
  return app.get_options([](const CLI::Option* one) { return !one->get_group().empty() && one->nonpositional(); });
}

std::vector<const CLI::Option*> positionals_of(const CLI::App& app) {
  return app.get_options([](const CLI::Option* one) { return one->get_positional(); });
}

/// `-a`, `--all`
std::vector<std::string> spellings(const CLI::Option& option) {
  std::vector<std::string> all;
  for (const auto& name : option.get_snames())
    all.push_back("-" + name);
  for (const auto& name : option.get_lnames())
    all.push_back("--" + name);
  return all;
}

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const auto& word : words)
    text += (text.empty() ? "" : between) + word;
  return text;
}

void bash_branches(const CLI::App& app, const std::string& path, std::string& walk, std::string& values,
                   std::string& words) {
  std::vector<std::string> all;
  for (const auto* option : options_of(app)) {
    const auto names = spellings(*option);
    all.insert(all.end(), names.begin(), names.end());
    // Without a fixed number of values it is not known whether the next word is one.
    if (takes_value(*option) && option->get_items_expected_min() > 0)
      for (const auto& name : names)
        values += (values.empty() ? "" : "|") + path + ":" + name;
  }
  for (const auto* command : commands_of(app)) {
    all.push_back(command->get_name());
    const auto below = path + "/" + command->get_name();
    walk += "      " + below + ") command=" + below + " ;;\n";
    bash_branches(*command, below, walk, values, words);
  }
  words += "    " + path + ") words=\"" + joined(all, " ") + "\" ;;\n";
}

std::string zsh_quoted(const std::string& text) {
  return replaced(replaced(replaced(text, "'", "'\\''"), "[", "\\["), "]", "\\]");
}

std::string zsh_option(const CLI::Option& option) {
  const auto names = spellings(option);
  const auto description = "'[" + zsh_quoted(option.get_description()) + "]";
  const auto value = takes_value(option) ? (option.get_items_expected_min() > 0 ? ":" : "::") +
                                               replaced(option.get_type_name(), ":", " ") + ":_files"
                                         : std::string();
  const auto word = names.size() > 1 ? "'(" + joined(names, " ") + ")'{" + joined(names, ",") + "}" : names.front();
  return word + description + value + "'";
}

void zsh_function(const CLI::App& app, const std::string& name, std::string& text) {
  const auto commands = commands_of(app);
  std::string body = name + "() {\n  local curcontext=\"$curcontext\" state line\n  _arguments -C";
  for (const auto* option : options_of(app))
    body += " \\\n    " + zsh_option(*option);
  if (!commands.empty()) {
    std::vector<std::string> words;
    for (const auto* command : commands)
      words.push_back(command->get_name() + "\\:\"" + zsh_quoted(replaced(command->get_description(), ":", " -")) +
                      "\"");
    body += " \\\n    '1:command:((" + joined(words, " ") + "))' \\\n    '*::argument:->rest'";
  } else {
    for (const auto* positional : positionals_of(app))
      body += " \\\n    '::" + positional->get_name(true) + ":_files'";
  }
  body += "\n";
  if (!commands.empty()) {
    body += "  if [[ $state == rest ]]; then\n    case $line[1] in\n";
    for (const auto* command : commands)
      body += "      " + command->get_name() + ") " + name + "_" + command->get_name() + " ;;\n";
    body += "    esac\n  fi\n";
  }
  text += body + "}\n\n";
  for (const auto* command : commands)
    zsh_function(*command, name + "_" + command->get_name(), text);
}

std::string roff(const std::string& text) {
  auto escaped = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
  if (!escaped.empty() && (escaped.front() == '.' || escaped.front() == '\''))
    escaped.insert(0, "\\&");
  return escaped;
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  const auto& name = app.get_name();
  std::string walk, values, words;
  bash_branches(app, name, walk, values, words);
  return "# Completion of " + name + " for bash.\n_" + name +
         "() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=" +
         name +
         " words= i\n"
         "  COMPREPLY=()\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case $command/${COMP_WORDS[i]} in\n" +
         walk +
         "    esac\n"
         "  done\n"
         "  case $command:$before in\n"
         "    " +
         values +
         ") return ;;\n"
         "  esac\n"
         "  case $command in\n" +
         words +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "}\n"
         "complete -o default -F _" +
         name + " " + name + "\n";
}

std::string zsh_completion(const CLI::App& app) {
  const auto& name = app.get_name();
  std::string text = "#compdef " + name + "\n\n";
  zsh_function(app, "_" + name, text);
  return text + "_" + name + " \"$@\"\n";
}

std::string options_roff(const CLI::App& command) {
  std::string text;
  const auto paragraph = [&](const std::string& term, const std::string& description) {
    text += ".TP\n" + term + "\n" + roff(description) + "\n";
  };
  for (const auto* positional : positionals_of(command))
    paragraph("\\fI" + roff(positional->get_name(true)) + "\\fR", positional->get_description());
  for (const auto* option : options_of(command)) {
    std::vector<std::string> names;
    for (const auto& spelling : spellings(*option))
      names.push_back("\\fB" + roff(spelling) + "\\fR");
    auto term = joined(names, ", ");
    if (takes_value(*option)) {
      const auto value = "\\fI" + roff(option->get_type_name()) + "\\fR";
      term += option->get_items_expected_min() > 0 ? " " + value : " [" + value + "]";
    }
    auto description = option->get_description();
    if (const auto& fallback = option->get_default_str(); takes_value(*option) && !fallback.empty())
      description += " (default " + fallback + ")";
    paragraph(term, description);
  }
  for (const auto* below : commands_of(command)) {
    auto term = "\\fB" + roff(below->get_name()) + "\\fR";
    for (const auto* positional : positionals_of(*below))
      term += " [\\fI" + roff(positional->get_name(true)) + "\\fR]";
    paragraph(term, below->get_description());
  }
  return text;
}

}  // namespace plexus
