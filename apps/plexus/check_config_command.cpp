// `plexus check-config`: reads a configuration as a node would, and says what would come of it.
#include "apps/plexus/config_report.hpp"
#include "apps/plexus/node_access.hpp"
#include "storage/config/config_directory.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace plexus {
namespace {

using ordered_json = nlohmann::ordered_json;

constexpr int exit_config_error = 1;

struct check_arguments {
  std::optional<std::string> directory;
  std::optional<std::string> against;
};

/// A file, or a directory that holds a `config`.
node_config read(const std::filesystem::path& where) {
  std::error_code error;
  const auto file = std::filesystem::is_directory(where, error) ? where / "config" : where;
  return read_node_config(*load_config(file.string()));
}

int failed(const config_error& error, const common_options& common) {
  if (common.json)
    std::cout << ordered_json{{"error",
                               {{"file", error.file()},
                                {"line", error.line()},
                                {"key", error.key()},
                                {"problem", error.problem()}}}}
              << '\n';
  else
    std::cerr << error.what() << '\n';
  return exit_config_error;
}

/// The running node's interfaces, if there is a node.
std::optional<node_status> running_node(const common_options& common) {
  node_access node(common);
  const auto answer = node.call(rpc::get_interface_stats{});
  if (!answer) {
    note(common, std::string(to_string(answer.error())));
    return std::nullopt;
  }
  auto status = parse_node_status(*answer);
  return status ? std::optional(std::move(*status)) : std::nullopt;
}

ordered_json warnings_json(const node_config& node) {
  auto all = ordered_json::array();
  for (const auto& one : node.warnings)
    all.push_back({{"file", one.file}, {"line", one.line}, {"key", one.key}, {"text", one.text}});
  return all;
}

int check(const check_arguments& wanted, common_options common) {
  if (wanted.directory)
    common.config = wanted.directory;
  const auto directory = find_config_directory(common.config, home_directory());
  const auto node = read(directory);
  std::optional<reload_plan> plan;
  std::optional<running_difference> difference;
  if (wanted.against)
    plan = plan_reload(read(expand_home(*wanted.against, home_directory())), node);
  else if (const auto running = running_node(common))
    difference = compare_with_running(node, *running);

  if (common.json) {
    ordered_json all{{"file", (directory / "config").string()},
                     {"warnings", warnings_json(node)},
                     {"interfaces", interfaces_json(node)}};
    if (plan)
      all["plan"] = plan_json(*plan);
    if (difference)
      all["running"] = difference_json(*difference);
    std::cout << all << '\n';
    return 0;
  }
  for (const auto& warning : node.warnings)
    std::cout << warning.shown() << '\n';
  if (const auto sentence = node.unavailable_interfaces(); !sentence.empty())
    std::cout << sentence << '\n';
  std::cout << interfaces_report(node);
  if (plan)
    std::cout << '\n' << plan_report(*plan);
  if (difference)
    std::cout << '\n' << difference_report(*difference);
  return 0;
}

}  // namespace

void add_check_config_command(CLI::App& app, command_line& line) {
  const auto wanted = std::make_shared<check_arguments>();
  auto* command = app.add_subcommand("check-config", "Check a configuration before a node runs it");
  add_common_options(*command, line);
  command
      ->add_option("--against", wanted->against,
                   "the configuration that a node runs now; shows what a reload would change")
      ->type_name("FILE");
  command->add_option("directory", wanted->directory, "configuration directory, as with --config");
  command->callback([wanted, &line] {
    line.run = [wanted, &line] {
      try {
        return check(*wanted, line.common);
      } catch (const config_error& error) {
        return failed(error, line.common);
      }
    };
  });
}

}  // namespace plexus
