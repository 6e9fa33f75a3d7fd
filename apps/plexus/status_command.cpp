// `plexus status`: rnstatus. Source: Utilities/rnstatus.py: main, program_setup; rns-1.5.7 section 10.1.
#include "apps/plexus/discovery_text.hpp"
#include "apps/plexus/interface_changes.hpp"
#include "apps/plexus/json_text.hpp"
#include "apps/plexus/remote_node.hpp"
#include "apps/plexus/status_text.hpp"
#include "apps/plexus/system_random.hpp"
#include "storage/state/state_directory.hpp"
#include "transport/control/tables.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

namespace plexus {
namespace {

constexpr int exit_no_instance = 1, exit_no_data = 2;
/// Seconds between two pictures of the monitor, whatever the daemon takes to answer.
constexpr double monitor_pause_min = 0.2;

struct status_arguments {
  status_options shown;
  std::string attach, detach, reload;
  bool discovered = false;
  discovery_text_options discovery;
  std::string remote;  ///< hash of another node's transport identity; empty: our own node
  std::optional<std::string> identity;
  double remote_wait = 15;  ///< seconds; Transport.PATH_REQUEST_TIMEOUT
  bool monitor = false;
  double interval = 1;
};

std::optional<std::int64_t> count(node_access& node, rpc::figure which) {
  const auto answer = node.call(rpc::get_figure{which});
  return answer ? answer->as_int() : std::nullopt;
}

double unix_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

int no_instance() {
  std::cout << no_shared_instance << " to get status from\n";
  return exit_no_instance;
}

/// Reads the records that the daemon keeps, and leaves out what it will remove; unlike rnstatus it removes nothing.
int show_discovered(node_access& node, const status_arguments& wanted, const common_options& common) {
  const auto blackholed = node.call(rpc::get_blackholed_identities{});
  if (!blackholed && blackholed.error() == rpc_failure::unreachable)
    return no_instance();
  const auto entries = blackholed ? parse_blackhole_entries(*blackholed) : unexpected(parse_error::bad_value);
  if (!entries)
    complain(common, "The daemon does not say who is blackholed");
  discovery_sources sources;
  sources.allowed = node.config().reticulum.interface_discovery_sources;
  sources.is_blackholed = [&](const identity_hash& who) {
    return entries && std::any_of(entries->begin(), entries->end(), [&](const auto& e) { return e.identity == who; });
  };
  const unix_time now{unix_now()};
  const auto files = state_directory(node.directory()).load_discovered();
  for (const auto& fault : files.faults)
    complain(common, fault.shown());
  std::vector<discovered_interface> records;
  for (const auto& [name, record] : files.records)
    if (!is_to_be_removed(record, sources, now))
      records.push_back(record);
  sort_discovered(records, now);
  auto options = wanted.discovery;
  options.filter = wanted.shown.filter;
  std::cout << "\n" << (common.json ? discovered_json(records, now) : discovered_text(records, options, now));
  return 0;
}

int show(node_access& node, const status_arguments& wanted, const common_options& common) {
  const auto answer = node.call(rpc::get_interface_stats{});
  if (!answer && answer.error() == rpc_failure::unreachable)
    return no_instance();
  const auto status = answer ? parse_node_status(*answer) : unexpected(parse_error::bad_value);
  if (!status) {
    std::cout << "Could not get RNS status\n";
    complain(common, std::string(to_string(answer ? rpc_failure::unreadable : answer.error())));
    return exit_no_data;
  }
  if (common.json) {
    std::cout << json_text(*answer) << '\n';
    return 0;
  }
  link_counts links;
  if (wanted.shown.links)
    links = {count(node, rpc::figure::link_count), count(node, rpc::figure::active_link_count)};
  std::cout << status_text(*status, wanted.shown, links, unix_now());
  return 0;
}

int failed(const common_options& common, const remote_failure& why) {
  if (common.json)
    std::cout << nlohmann::ordered_json{{"error", why.text}} << '\n';
  else
    std::cout << why.text << '\n';
  return why.exit_code;
}

/// The answer is [status] or [status, link count].
int show_remote(node_access& node, const status_arguments& wanted, const common_options& common) {
  const auto access = read_management_access(wanted.remote, wanted.identity);
  if (!access)
    return failed(common, access.error());
  system_random random;
  const auto wait =
      std::chrono::duration_cast<shared_client::clock::duration>(std::chrono::duration<double>(wanted.remote_wait));
  const auto answer = remote_node(node, common, random)
                          .ask(access->whom, management_destination, &access->as, wait, "/status",
                               value::list{wanted.shown.links, false});
  if (!answer) {
    if (!answer.error().refused)
      return failed(common, answer.error());
    return failed(common, {answer.error().text + "\nCould not get RNS status from remote transport instance " +
                               access->whom.pretty(),
                           exit_no_data, true});
  }
  const auto* parts = answer->as_list();
  const auto status = parts && !parts->empty() ? parse_node_status(parts->front()) : unexpected(parse_error::bad_value);
  if (!status)
    return failed(common, {"Could not get RNS status from remote transport instance " + access->whom.pretty(),
                           exit_no_data, true});
  if (common.json) {
    std::cout << json_text(parts->front()) << '\n';
    return 0;
  }
  link_counts links;
  if (parts->size() > 1)
    links.all = (*parts)[1].as_int();
  auto shown = wanted.shown;
  shown.own_connections = 1;  // as the reference counts, whoever asks
  std::cout << status_text(*status, shown, links, unix_now());
  return 0;
}

int show_wanted(node_access& node, const status_arguments& wanted, const common_options& common) {
  if (wanted.discovered || wanted.discovery.details)
    return show_discovered(node, wanted, common);
  return wanted.remote.empty() ? show(node, wanted, common) : show_remote(node, wanted, common);
}

/// Until it is interrupted, or there is no node any more.
int monitor(node_access& node, const status_arguments& wanted, const common_options& common) {
  for (;;) {
    const auto begun = std::chrono::steady_clock::now();
    std::cout << "\033[H\033[2J";
    const auto code = show_wanted(node, wanted, common);
    if (code != 0 && code != exit_no_data)
      return code;
    std::cout << std::flush;
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
    const auto pause = std::max(wanted.interval - taken.count(), monitor_pause_min);
    std::this_thread::sleep_for(std::chrono::duration<double>(pause));
  }
}

int run_status(const status_arguments& wanted, const common_options& common) {
  node_access node(common);
  if (wanted.monitor)
    return monitor(node, wanted, common);
  if (!wanted.attach.empty())
    return change_interface(node, rpc::interface_change::attach, wanted.attach, common);
  if (!wanted.detach.empty())
    return change_interface(node, rpc::interface_change::detach, wanted.detach, common);
  if (!wanted.reload.empty())
    return change_interface(node, rpc::interface_change::reload, wanted.reload, common);
  return show_wanted(node, wanted, common);
}

}  // namespace

void add_status_command(CLI::App& app, command_line& line) {
  const auto wanted = std::make_shared<status_arguments>();
  auto& shown = wanted->shown;
  shown.own_connections = 0;  // it only calls, and is no program on the packet socket
  auto* command = app.add_subcommand("status", "Status of the node and its interfaces");
  add_common_options(*command, line, "--quiet");
  command->add_option("--attach", wanted->attach, "attach interface by name")->type_name("NAME");
  command->add_option("--detach", wanted->detach, "detach interface by name")->type_name("NAME");
  command->add_option("--reload", wanted->reload, "reload interface by name")->type_name("NAME");
  command->add_option("-R", wanted->remote, "transport identity hash of another node to get status from")
      ->type_name("HASH");
  command->add_option("-i", wanted->identity, "path to the identity that may manage it")->type_name("PATH");
  command->add_option("-w", wanted->remote_wait, "timeout before giving up on the path to another node")
      ->type_name("SECONDS")
      ->capture_default_str();
  command->add_flag("-a,--all", shown.all, "show all interfaces");
  command->add_flag("-A,--announce-stats", shown.announces, "show announce stats");
  command->add_flag("-P,--pr-stats", shown.path_requests, "show path request stats");
  command->add_flag("-l,--link-stats", shown.links, "show link stats");
  command->add_flag("-B,--burst", shown.bursts_only, "only show interfaces with active bursts");
  command->add_flag("-b,--blocked-ips", shown.blocked_ips, "show blocked IPs per interface");
  command->add_flag("-t,--totals", shown.totals, "display traffic totals");
  command->add_flag("-p,--pps", shown.pps, "display packets per second in totals");
  command->add_flag("-q,--queues", shown.queues, "display queue stats");
  command
      ->add_option("-s,--sort", shown.sort_key,
                   "sort interfaces by rate, traffic, rx, tx, rxs, txs, anns, arx, atx, arxc, atxc, held, prx, ptx, "
                   "prxc, ptxc, pvs, ivs, flt, gravity, txdrp, txdrb or txbuf")
      ->type_name("KEY");
  command->add_flag("-r,--reverse", shown.ascending, "reverse sorting");
  command->add_flag("-d,--discovered", wanted->discovered, "list discovered interfaces");
  command->add_flag("-D", wanted->discovery.details, "show details and config entries for discovered interfaces");
  command->add_flag("--show-stale", wanted->discovery.show_stale, "also list discovered interfaces that are stale");
  command->add_flag("--show-unknown", wanted->discovery.show_unknown,
                    "also list discovered interfaces of unknown implementations");
  command->add_flag("-m,--monitor", wanted->monitor, "continuously monitor status");
  command->add_option("-I,--monitor-interval", wanted->interval, "refresh interval for monitor mode")
      ->type_name("SECONDS")
      ->capture_default_str();
  command->add_option("filter", shown.filter, "only display interfaces with names including filter");
  command->callback([wanted, &line] { line.run = [wanted, &line] { return run_status(*wanted, line.common); }; });
}

}  // namespace plexus
