// `plexus path`: rnpath. Source: Utilities/rnpath.py: program_setup; rns-1.5.7 section 10.
#include "apps/plexus/format.hpp"
#include "apps/plexus/json_text.hpp"
#include "apps/plexus/path_text.hpp"
#include "apps/plexus/remote_node.hpp"
#include "apps/plexus/system_random.hpp"
#include "apps/plexus/terminal.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>

namespace plexus {
namespace {

using ordered_json = nlohmann::ordered_json;

constexpr int exit_not_found = 1, exit_bad_blackhole = 20, exit_remote_unavailable = 255;
constexpr std::string_view hash_length_invalid =
    "Destination length is invalid, must be 32 hexadecimal characters (16 bytes).";
constexpr std::string_view hash_invalid = "Invalid destination entered. Check your input.";

struct path_arguments {
  bool table = false, rates = false, drop = false, drop_announces = false, drop_via = false;
  bool list_blackholes = false, blackhole = false, unblackhole = false, published = false;
  std::string remote;  ///< hash of another node's transport identity; empty: our own node
  std::optional<std::string> identity;
  double remote_wait = 15;  ///< seconds; Transport.PATH_REQUEST_TIMEOUT
  std::string list_filter;
  std::optional<std::int64_t> hops_max;
  double wait = 15;  ///< seconds; Transport.PATH_REQUEST_TIMEOUT
  std::optional<double> duration;
  std::optional<std::string> reason;
  std::string destination;
};

double unix_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

int print(const tool_text& what) {
  std::cout << what.text;
  return what.exit_code;
}

/// One run of the command: what is asked for, and the node that is asked.
class path_run {
public:
  path_run(const path_arguments& wanted, const common_options& common)
      : wanted_(wanted), common_(common), node_(common) {}

  /// In the order of the reference: the first thing asked for is done.
  int run() {
    if (!wanted_.remote.empty())
      return run_remote();
    if (wanted_.published)
      return list_published();
    if (wanted_.list_blackholes)
      return list_blackholes();
    if (wanted_.blackhole || wanted_.unblackhole)
      return change_blackhole();
    if (wanted_.drop_announces && !wanted_.table && !wanted_.rates)
      return drop_announces();
    if (!wanted_.destination.empty() || !(wanted_.table || wanted_.rates)) {
      destination_ = destination_hash::from_hex(wanted_.destination);
      if (!destination_)
        return failed(wanted_.destination.size() == 32 ? hash_invalid : hash_length_invalid, exit_not_found);
    }
    if (wanted_.table)
      return show_table();
    if (wanted_.rates)
      return show_rates();
    if (wanted_.drop)
      return drop();
    if (wanted_.drop_via)
      return drop_via();
    return find_path();
  }

private:
  /// Only tables are asked of others, as in the reference.
  int run_remote() {
    if (wanted_.list_blackholes || wanted_.blackhole || wanted_.unblackhole || !(wanted_.table || wanted_.rates))
      return failed("Of another node only -t and -r can be asked", exit_remote_unavailable);
    const auto access = read_management_access(wanted_.remote, wanted_.identity);
    if (!access)
      return failed(access.error().text, access.error().exit_code);
    if (!wanted_.destination.empty() && !(destination_ = destination_hash::from_hex(wanted_.destination)))
      return failed(wanted_.destination.size() == 32 ? hash_invalid : hash_length_invalid, exit_not_found);
    const auto only = destination_ ? value(octets(destination_->bytes())) : value();
    const auto asked = wanted_.table ? value::list{"table", only, value(wanted_.hops_max)} : value::list{"rates", only};
    const auto answer = ask_remote(access->whom, management_destination, &access->as, "/path", asked);
    if (!answer)
      return failed(answer.error().text, answer.error().exit_code);
    return wanted_.table ? print_table(*answer) : print_rates(*answer);
  }

  int list_published() {
    const auto whom = read_node_hash(wanted_.destination);
    if (!whom)
      return failed(whom.error().text, whom.error().exit_code);
    const auto answer = ask_remote(*whom, blackhole_destination, nullptr, "/list", {});
    if (!answer)
      return failed(answer.error().text, answer.error().exit_code);
    const auto table = parse_blackhole_entries(*answer);
    if (!table)
      return failed("The list could not be read", remote_exit::lost);
    if (!common_.json)
      return print(blackhole_text(*table, own_identity(), wanted_.list_filter, unix_now()));
    std::cout << json_text(*answer) << '\n';
    return table->empty() ? exit_bad_blackhole : 0;
  }

  expected<value, remote_failure> ask_remote(const identity_hash& whom, std::string_view name, const identity* as,
                                             std::string_view path, value content) {
    system_random random;
    const std::chrono::duration<double> wait(std::max(wanted_.remote_wait, node_.medium_path_timeout()));
    return remote_node(node_, common_, random)
        .ask(whom, name, as, std::chrono::duration_cast<shared_client::clock::duration>(wait), path,
             std::move(content));
  }

  int failed(std::string_view text, int code) const {
    if (common_.json)
      std::cout << ordered_json{{"error", text}} << '\n';
    else
      std::cout << text << '\n';
    return code;
  }
  int failed(rpc_failure failure, int code) const {
    if (failure == rpc_failure::unreachable)
      return failed(no_shared_instance, code);
    return failed("The request failed: " + std::string(to_string(failure)), code);
  }
  int told(std::string_view text, ordered_json fields, int code = 0) const {
    if (common_.json)
      std::cout << fields << '\n';
    else
      std::cout << text << '\n';
    return code;
  }

  int show_table() {
    const auto answer = node_.call(rpc::get_path_table{wanted_.hops_max});
    if (!answer)
      return failed(answer.error(), exit_not_found);
    return print_table(*answer);
  }

  int print_table(const value& answer) {
    const auto table = parse_path_entries(answer);
    if (!table)
      return failed(rpc_failure::unreadable, exit_not_found);
    if (!common_.json)
      return print(path_table_text(*table, destination_));
    std::cout << path_table_json(*table);
    return 0;
  }

  int show_rates() {
    const auto answer = node_.call(rpc::get_rate_table{});
    if (!answer)
      return failed(answer.error(), exit_not_found);
    return print_rates(*answer);
  }

  int print_rates(const value& answer) {
    const auto table = parse_rate_entries(answer);
    if (!table)
      return failed(rpc_failure::unreadable, exit_not_found);
    if (!common_.json)
      return print(rate_table_text(*table, destination_, unix_now()));
    std::cout << rate_table_json(*table);
    return 0;
  }

  int drop_announces() {
    if (!common_.json)
      std::cout << "Dropping announce queues on all interfaces...\n";
    const auto answer = node_.call(rpc::drop_announce_queues{});
    if (!answer)
      return failed(answer.error(), exit_not_found);
    if (common_.json)
      std::cout << ordered_json{{"dropped", true}} << '\n';
    return 0;
  }

  int drop() {
    const auto answer = node_.call(rpc::drop_path{*destination_});
    if (!answer)
      return failed(answer.error(), exit_not_found);
    const bool done = answer->truthy();
    return told(done ? "Dropped path to " + destination_->pretty()
                     : "Unable to drop path to " + destination_->pretty() + ". Does it exist?",
                {{"destination", destination_->hex()}, {"dropped", done}}, done ? 0 : exit_not_found);
  }

  int drop_via() {
    const auto answer = node_.call(rpc::drop_all_via{rename<transport_id>(*destination_)});
    if (!answer)
      return failed(answer.error(), exit_not_found);
    const auto dropped = answer->as_int().value_or(0);
    return told(dropped > 0
                    ? "Dropped all paths via " + destination_->pretty()
                    : "Unable to drop paths via " + destination_->pretty() + ". Does the transport instance exist?",
                {{"via", destination_->hex()}, {"dropped", dropped}}, dropped > 0 ? 0 : exit_not_found);
  }

  int list_blackholes() {
    const auto answer = node_.call(rpc::get_blackholed_identities{});
    if (!answer && answer.error() == rpc_failure::unreachable)
      return failed(no_shared_instance, exit_bad_blackhole);
    const auto table = answer ? parse_blackhole_entries(*answer) : unexpected(parse_error::bad_value);
    if (!table)
      return failed("Could not get blackholed identities from RNS instance: " +
                        std::string(to_string(answer ? rpc_failure::unreadable : answer.error())),
                    exit_bad_blackhole);
    if (!common_.json)
      return print(blackhole_text(*table, own_identity(), wanted_.destination, unix_now()));
    std::cout << json_text(*answer) << '\n';
    return table->empty() ? exit_bad_blackhole : 0;
  }

  /// Whose entries need no source: rnpath's own identity, which is a fresh one at each start unless it is static.
  std::optional<identity_hash> own_identity() const {
    return node_.config().reticulum.static_transport_identity ? node_.identity() : std::nullopt;
  }

  /// The reference ends with 0 where the daemon refuses; a script could not tell.
  int change_blackhole() {
    const std::string verb = wanted_.blackhole ? "blackhole" : "unblackhole";
    const auto identity = identity_hash::from_hex(wanted_.destination);
    if (!identity)
      return failed("Could not " + verb + " identity: " +
                        (wanted_.destination.size() == 32
                             ? "Invalid hash entered. Check your input."
                             : "Hash length is invalid, must be 32 hexadecimal characters (16 bytes)."),
                    exit_bad_blackhole);
    const auto answer = wanted_.blackhole ? node_.call(rpc::blackhole{*identity, until(), wanted_.reason})
                                          : node_.call(rpc::unblackhole{*identity});
    if (!answer && answer.error() == rpc_failure::unreachable)
      return failed(no_shared_instance, exit_bad_blackhole);
    const ordered_json fields{{"identity", identity->hex()}, {"changed", answer && answer->truthy()}};
    const auto& name = wanted_.destination;
    if (!answer || (!answer->is_nil() && !answer->truthy()))
      return told("Could not " + verb + " identity " + name, fields, exit_bad_blackhole);
    if (wanted_.blackhole)
      return told(answer->is_nil() ? "Identity " + name + " already blackholed" : "Blackholed identity " + name,
                  fields);
    return told(answer->is_nil() ? "Identity " + name + " not blackholed" : "Lifted blackhole for identity " + name,
                fields);
  }

  std::optional<number> until() const {
    if (!wanted_.duration || *wanted_.duration == 0)
      return std::nullopt;
    return number(unix_now() + *wanted_.duration * 3600);
  }

  int find_path() {
    system_random random;
    shared_client client(random);
    if (!node_.config().reticulum.share_instance || !client.connect(node_.packets()))
      return failed(no_shared_instance, exit_not_found);
    const std::chrono::duration<double> wait(std::max(wanted_.wait, node_.medium_path_timeout()));
    note(common_, "waiting up to " + pretty_time(number(wait.count())));
    const auto deadline = shared_client::clock::now() + std::chrono::duration_cast<std::chrono::nanoseconds>(wait);
    const auto heard = ask(client, deadline);
    if (!heard)
      return failed(heard.error() == shared_failure::timed_out ? "Path not found" : to_string(heard.error()),
                    exit_not_found);
    const auto next_hop = node_.next_hop(*destination_);
    if (!next_hop)
      return failed("Error: Invalid path data returned", exit_not_found);
    const auto interface = node_.next_hop_interface(*destination_);
    return told(
        "Path found, destination " + destination_->pretty() + " is " + std::to_string(heard->hops) + " hop" +
            (heard->hops != 1 ? "s" : "") + " away via " + next_hop->pretty() + " on " + interface,
        {{"hash", destination_->hex()}, {"hops", heard->hops}, {"via", next_hop->hex()}, {"interface", interface}});
  }

  expected<known_peer, shared_failure> ask(shared_client& client, shared_client::time deadline) {
    spinner turning("Path to " + destination_->pretty() + " requested", !common_.json);
    if (const auto sent = client.request_path(*destination_); !sent)
      return unexpected(sent.error());
    for (;;) {
      auto heard = client.await_announce(destination_->bytes(), deadline, [&] { turning.turn(); });
      if (!heard || heard->destination == *destination_)
        return heard;
    }
  }

  const path_arguments& wanted_;
  const common_options& common_;
  node_access node_;
  std::optional<destination_hash> destination_;
};

bool nothing_asked(const path_arguments& wanted) {
  return !wanted.drop_announces && !wanted.table && !wanted.rates && !wanted.drop_via && !wanted.list_blackholes &&
         wanted.destination.empty();
}

}  // namespace

void add_path_command(CLI::App& app, command_line& line) {
  const auto wanted = std::make_shared<path_arguments>();
  auto* command = app.add_subcommand("path", "Paths, announce rates and blackholed identities");
  add_common_options(*command, line);
  command->add_flag("-t,--table", wanted->table, "show all known paths");
  command->add_option("-m,--max", wanted->hops_max, "maximum hops to filter path table by")->type_name("HOPS");
  command->add_flag("-r,--rates", wanted->rates, "show announce rate info");
  command->add_flag("-d,--drop", wanted->drop, "remove the path to a destination");
  command->add_flag("-D,--drop-announces", wanted->drop_announces, "drop all queued announces");
  command->add_flag("-x,--drop-via", wanted->drop_via, "drop all paths via specified transport instance");
  command->add_option("-w", wanted->wait, "timeout before giving up")->type_name("SECONDS")->capture_default_str();
  command->add_option("-R", wanted->remote, "transport identity hash of another node to ask")->type_name("HASH");
  command->add_option("-i", wanted->identity, "path to the identity that may manage it")->type_name("PATH");
  command->add_option("-W", wanted->remote_wait, "timeout before giving up on the path to another node")
      ->type_name("SECONDS")
      ->capture_default_str();
  command->add_flag("-b,--blackholed", wanted->list_blackholes, "list blackholed identities");
  command->add_flag("-B,--blackhole", wanted->blackhole, "blackhole identity");
  command->add_flag("-U,--unblackhole", wanted->unblackhole, "unblackhole identity");
  command->add_flag("-p,--blackholed-list", wanted->published, "show the blackhole list that another node publishes");
  command->add_option("--duration", wanted->duration, "duration of blackhole enforcement in hours")->type_name("HOURS");
  command->add_option("--reason", wanted->reason, "reason for blackholing identity")->type_name("TEXT");
  command->add_option("destination", wanted->destination,
                      "hexadecimal hash of the destination, the identity or, with -x and -p, the transport instance; "
                      "with -b text that must occur in a line");
  command->add_option("list_filter", wanted->list_filter, "with -p text that must occur in a line");
  command->callback([wanted, command, &line] {
    line.run = [wanted, command, &line] {
      if (nothing_asked(*wanted)) {
        std::cout << '\n' << command->help() << '\n';
        return 0;
      }
      return path_run(*wanted, line.common).run();
    };
  });
}

}  // namespace plexus
