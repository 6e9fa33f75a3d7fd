// `plexus probe`: rnprobe. Sends packets that their destination proves, and says how long that took.
// Source: Utilities/rnprobe.py: program_setup; rns-1.5.7 section 10.
#include "apps/plexus/format.hpp"
#include "apps/plexus/json_text.hpp"
#include "apps/plexus/node_access.hpp"
#include "apps/plexus/system_random.hpp"
#include "apps/plexus/terminal.hpp"
#include "messages/packet.hpp"
#include "transport/destination_name.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

namespace plexus {
namespace {

using ordered_json = nlohmann::ordered_json;

constexpr int exit_no_path = 1, exit_loss = 2, exit_oversized = 3;
/// Seconds that the reference adds to the time of the first hop, and what that is with a daemon that does not tell.
constexpr double timeout_base = 12, first_hop_timeout_default = 6;

struct probe_arguments {
  std::size_t size = 16;
  unsigned count = 1;
  std::optional<double> timeout;  ///< seconds
  double wait = 0;                ///< seconds
  std::string name, hash;
};

/// `1.5 seconds`, `12.345 milliseconds`.
std::string round_trip_text(double seconds) {
  return seconds >= 1 ? text_of(rounded(seconds, 3)) + " seconds"
                      : text_of(rounded(seconds * 1000, 3)) + " milliseconds";
}

class probe_run {
public:
  probe_run(const probe_arguments& wanted, const destination_hash& destination, const common_options& common)
      : wanted_(wanted), destination_(destination), common_(common), node_(common), client_(random_) {}

  int run() {
    if (!node_.config().reticulum.share_instance || !client_.connect(node_.packets()))
      return failed(std::string(no_shared_instance), exit_no_path);
    const auto peer = find();
    if (!peer)
      return failed(
          peer.error() == shared_failure::timed_out ? "Path request timed out" : std::string(to_string(peer.error())),
          exit_no_path);
    if (hash_destination(wanted_.name, peer->owner.hash()) != destination_)
      return failed("The destination " + destination_.pretty() + " is not named " + wanted_.name, exit_no_path);
    if (const auto size = shared_client::packet_size(wanted_.size); size > wire::mtu)
      return failed("Error: Probe packet size of " + std::to_string(size) + " bytes exceed MTU of " +
                        std::to_string(wire::mtu) + " bytes",
                    exit_oversized);
    for (unsigned number = 1; number <= wanted_.count; ++number) {
      if (number > 1)
        std::this_thread::sleep_for(std::chrono::duration<double>(wanted_.wait));
      probe(number, *peer);
    }
    return summary();
  }

private:
  int failed(const std::string& text, int code) const {
    if (common_.json)
      std::cout << ordered_json{{"error", text}} << '\n';
    else
      std::cout << text << '\n';
    return code;
  }

  shared_client::time deadline() {
    const auto seconds = wanted_.timeout
                             ? *wanted_.timeout
                             : std::max(timeout_base + node_.number_or(rpc::get_first_hop_timeout{destination_},
                                                                       first_hop_timeout_default),
                                        node_.medium_path_timeout());
    return shared_client::clock::now() +
           std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
  }

  expected<known_peer, shared_failure> find() {
    spinner turning("Path to " + destination_.pretty() + " requested", !common_.json);
    const auto until = deadline();
    if (const auto sent = client_.request_path(destination_); !sent)
      return unexpected(sent.error());
    for (;;) {
      auto heard = client_.await_announce(destination_.bytes(), until, [&] { turning.turn(); });
      if (!heard || heard->destination == destination_)
        return heard;
    }
  }

  void probe(unsigned number, const known_peer& peer) {
    octet_string payload(wanted_.size);
    random_.fill(payload);
    const auto until = deadline();
    if (!common_.json)
      std::cout << "Sent probe " << number << " (" << wanted_.size << " bytes) to " << destination_.pretty() << way()
                << '\n'
                << std::flush;
    const auto heard = exchange(peer, payload, until);
    if (!heard) {
      probes_.push_back({{"received", false}});
      if (!common_.json)
        std::cout << "Probe timed out\n";
      return;
    }
    ++received_;
    report(*heard, peer.hops);
  }

  expected<heard_proof, shared_failure> exchange(const known_peer& peer, octets payload, shared_client::time until) {
    spinner turning("", !common_.json);
    const auto sent = client_.send_data(peer, payload);
    ++sent_;
    if (!sent)
      return unexpected(sent.error());
    return client_.await_proof(*sent, peer.owner, until, [&] { turning.turn(); });
  }

  /// With -v: where the packet goes next.
  std::string way() {
    if (common_.verbose <= common_.quiet)
      return {};
    const auto via = node_.next_hop(destination_);
    const auto interface = node_.next_hop_interface(destination_);
    return (via ? " via " + via->pretty() : "") + (interface != "None" ? " on " + interface : "");
  }

  void report(const heard_proof& proof, int hops) {
    const auto seconds = std::chrono::duration<double>(proof.round_trip).count();
    ordered_json fields{{"received", true}, {"round_trip", seconds}, {"hops", hops}};
    std::string reception;
    const auto add = [&](rpc::reception which, const char* key, const std::string& label, const std::string& unit) {
      const auto answer = node_.call(rpc::get_packet_reception{which, proof.hash});
      const auto level = answer ? number::from(*answer) : std::nullopt;
      if (!level)
        return;
      fields[key] = to_json(*answer);
      reception += " [" + label + " " + text_of(*level) + unit + "]";
    };
    add(rpc::reception::rssi, "rssi", "RSSI", " dBm");
    add(rpc::reception::snr, "snr", "SNR", " dB");
    add(rpc::reception::q, "q", "Link Quality", "%");
    probes_.push_back(fields);
    if (!common_.json)
      std::cout << "Valid reply from " << destination_.pretty() << "\nRound-trip time is " << round_trip_text(seconds)
                << " over " << hops << " hop" << (hops != 1 ? "s" : "") << reception << "\n\n";
  }

  int summary() const {
    const auto loss =
        sent_ == 0 ? 0.0 : rounded((1 - static_cast<double>(received_) / static_cast<double>(sent_)) * 100, 2);
    if (common_.json)
      std::cout << ordered_json{{"destination", destination_.hex()},
                                {"probes", probes_},
                                {"sent", sent_},
                                {"received", received_},
                                {"loss", loss}}
                << '\n';
    else
      std::cout << "Sent " << sent_ << ", received " << received_ << ", packet loss " << text_of(loss) << "%\n";
    return loss > 0 ? exit_loss : 0;
  }

  const probe_arguments& wanted_;
  const destination_hash destination_;
  const common_options& common_;
  node_access node_;
  system_random random_;
  shared_client client_;
  unsigned sent_ = 0, received_ = 0;
  ordered_json probes_ = ordered_json::array();
};

/// Arguments that make no sense end with 1 here; the reference says 0 as if it had probed.
int run_probe(const probe_arguments& wanted, const CLI::App& command, const common_options& common) {
  if (wanted.hash.empty() && wanted.name.empty()) {
    std::cout << '\n' << command.help() << '\n';
    return 0;
  }
  if (wanted.hash.empty()) {
    std::cout << "The destination's hash must be specified after its full name\n";
    return exit_no_path;
  }
  const auto destination = destination_hash::from_hex(wanted.hash);
  if (!destination) {
    std::cout << (wanted.hash.size() == 32
                      ? "Invalid destination entered. Check your input.\n"
                      : "Destination length is invalid, must be 32 hexadecimal characters (16 bytes).\n");
    return exit_no_path;
  }
  return probe_run(wanted, *destination, common).run();
}

}  // namespace

void add_probe_command(CLI::App& app, command_line& line) {
  const auto wanted = std::make_shared<probe_arguments>();
  auto* command = app.add_subcommand("probe", "Round-trip time to a destination that proves its packets");
  add_common_options(*command, line);
  command->add_option("-s,--size", wanted->size, "size of probe packet payload in bytes")
      ->type_name("BYTES")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command->add_option("-n,--probes", wanted->count, "number of probes to send")
      ->type_name("COUNT")
      ->capture_default_str();
  command->add_option("-t,--timeout", wanted->timeout, "timeout before giving up")->type_name("SECONDS");
  command->add_option("-w,--wait", wanted->wait, "time between each probe")
      ->type_name("SECONDS")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("full_name", wanted->name, "full destination name in dotted notation");
  command->add_option("destination_hash", wanted->hash, "hexadecimal hash of the destination");
  command->callback([wanted, command, &line] {
    line.run = [wanted, command, &line] { return run_probe(*wanted, *command, line.common); };
  });
}

}  // namespace plexus
