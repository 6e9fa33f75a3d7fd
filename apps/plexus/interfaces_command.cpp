// `plexus interfaces`: what a node runs, one line an interface, and changes to it while it runs.
#include "apps/plexus/format.hpp"
#include "apps/plexus/interface_changes.hpp"
#include "apps/plexus/json_text.hpp"
#include "apps/plexus/table.hpp"
#include "transport/control/status.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace plexus {
namespace {

constexpr int exit_no_instance = 1, exit_no_data = 2;

struct interfaces_arguments {
  bool all = false;
  std::string filter, name;
};

bool contains(const std::string& text, const std::string& part) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

/// Those that were configured; with --all also each connection and peer.
bool listed(const interface_status& one, const interfaces_arguments& wanted) {
  return (wanted.all || !one.parent_interface_name) && contains(one.name, wanted.filter);
}

std::vector<std::string> row(const interface_status& one) {
  const auto known_mode = one.mode >= 0 && one.mode <= 0xff;
  return {one.short_name,
          one.type,
          one.status ? "up" : "down",
          known_mode ? std::string(to_string(static_cast<interface_mode>(one.mode))) : std::to_string(one.mode),
          one.bitrate ? pretty_bitrate((*one.bitrate).real()) : "-",
          one.mtu ? std::to_string(*one.mtu) : "-",
          one.clients ? std::to_string(*one.clients)
          : one.peers ? std::to_string(*one.peers)
                      : "-",
          pretty_size(static_cast<double>(one.rxb)),
          pretty_size(static_cast<double>(one.txb)),
          one.name};
}

value::list interfaces_of(const value& answer, const node_status& status, const interfaces_arguments& wanted) {
  value::list kept;
  const auto* all = answer.find("interfaces");
  const auto* items = all ? all->as_list() : nullptr;
  for (std::size_t i = 0; items && i < items->size() && i < status.interfaces.size(); ++i)
    if (listed(status.interfaces[i], wanted))
      kept.push_back((*items)[i]);
  return kept;
}

int list(const interfaces_arguments& wanted, const common_options& common) {
  node_access node(common);
  const auto answer = node.call(rpc::get_interface_stats{});
  if (!answer) {
    std::cout << (answer.error() == rpc_failure::unreachable ? no_shared_instance : to_string(answer.error())) << '\n';
    return answer.error() == rpc_failure::unreachable ? exit_no_instance : exit_no_data;
  }
  const auto status = parse_node_status(*answer);
  if (!status) {
    std::cout << to_string(rpc_failure::unreadable) << '\n';
    return exit_no_data;
  }
  if (common.json) {
    std::cout << json_text(value(interfaces_of(*answer, *status, wanted))) << '\n';
    return 0;
  }
  std::vector<std::vector<std::string>> rows{
      {"Name", "Type", "Status", "Mode", "Rate", "MTU", "Clients", "Received", "Sent", "Shown as"}};
  for (const auto& one : status->interfaces)
    if (listed(one, wanted))
      rows.push_back(row(one));
  std::cout << table_text(rows);
  return 0;
}

void add_change(CLI::App& group, command_line& line, rpc::interface_change change, const char* verb,
                const char* description) {
  const auto wanted = std::make_shared<interfaces_arguments>();
  auto* command = group.add_subcommand(verb, description);
  add_common_options(*command, line);
  command->add_option("name", wanted->name, "name of its section in the configuration")->required();
  command->callback([wanted, change, &line] {
    line.run = [wanted, change, &line] {
      node_access node(line.common);
      return change_interface(node, change, wanted->name, line.common);
    };
  });
}

}  // namespace

void add_interfaces_command(CLI::App& app, command_line& line) {
  const auto wanted = std::make_shared<interfaces_arguments>();
  auto* group = app.add_subcommand("interfaces", "Interfaces of the node: list, attach, detach, reload");
  add_common_options(*group, line);
  // Parents are called back after their subcommands, so the list is only there for a bare `plexus interfaces`.
  group->callback([wanted, &line] {
    if (!line.run)
      line.run = [wanted, &line] { return list(*wanted, line.common); };
  });
  auto* command = group->add_subcommand("list", "one line an interface; also what is done without a subcommand");
  add_common_options(*command, line);
  command->add_flag("-a,--all", wanted->all, "also connections and peers");
  command->add_option("filter", wanted->filter, "part of a name; case does not matter");
  command->callback([wanted, &line] { line.run = [wanted, &line] { return list(*wanted, line.common); }; });
  add_change(*group, line, rpc::interface_change::attach, "attach",
             "start an interface as the configuration file has it now");
  add_change(*group, line, rpc::interface_change::detach, "detach", "stop an interface");
  add_change(*group, line, rpc::interface_change::reload, "reload",
             "stop an interface and start it as the configuration file has it now");
}

}  // namespace plexus
