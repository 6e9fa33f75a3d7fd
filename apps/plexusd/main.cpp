// plexusd: a Reticulum node as a service, in place of rnsd and with its options.
#include "actors/interfaces/local_instance.hpp"
#include "actors/log.hpp"
#include "actors/node.hpp"
#include "actors/system_random.hpp"
#include "storage/config/config_directory.hpp"
#include "storage/config/default_config.hpp"
#include "storage/state/file_access.hpp"
#include "storage/state/state_directory.hpp"
#include "transport/control/mac.hpp"
#include "transport/identity.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <malloc.h>
#include <pthread.h>
#include <stdexcept>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace {

using namespace plexus;

/// Source: rns-1.5.7 sections 6.2 and 11.
constexpr int exit_bad_value = 1, exit_panic = 255;
/// What waits for a peer when we are told to end gets so long.
constexpr std::chrono::seconds drain_time{2};
/// Sent by the node to this process when it cannot go on.
constexpr int signal_failed = SIGUSR1;

struct options {
  std::optional<std::string> config;
  int verbose = 0, quiet = 0;
  bool service = false, interactive = false, example = false;
};

log_settings log_settings_of(const options& o, const logging_config& config, const std::filesystem::path& directory) {
  log_settings settings;
  const auto shift = o.service ? 0 : o.verbose - o.quiet;  // a service goes by its file alone
  settings.level = static_cast<log_level>(std::clamp<std::int64_t>(config.level.value_or(3) + shift, 0, 8));
  settings.timestamps = config.timestamps;
  if (o.service)
    settings.file = directory / "logfile";
  return settings;
}

/// The key in the directory, made if there is none.
private_key load_key(const state_directory& directory, random_source& random) {
  if (const auto stored = directory.load_transport_identity())
    return *stored;
  else if (stored.error().what != file_fault::kind::missing)
    log(log_level::error, "{}", stored.error().shown());
  const auto fresh = private_key::from(identity::generate(random).secret().bytes());
  if (const auto error = directory.save_transport_identity(fresh))
    throw std::system_error(error, "the transport identity could not be saved");
  return fresh;
}

/// Without transport the network sees a fresh identity each time, unless the configuration says otherwise
/// (rns-1.5.7 section 1.1).
std::shared_ptr<const identity> wire_identity(const private_key& stored, const reticulum_config& config,
                                              random_source& random) {
  if (!config.enable_transport && !config.static_transport_identity)
    return std::make_shared<const identity>(identity::generate(random));
  return std::make_shared<const identity>(identity_secret::from(stored.bytes()));
}

/// The identity of the network that the configuration names, made if its file is not there. Null: it names
/// none. Throws for a file that is no identity.
std::shared_ptr<const identity> network_identity(const reticulum_config& config, random_source& random) {
  if (!config.network_identity)
    return nullptr;
  const auto path = expand_home(*config.network_identity, home_directory());
  std::error_code error;
  const auto file = file_contents::read(path, error);
  if (error == std::errc::no_such_file_or_directory) {
    auto fresh = std::make_shared<const identity>(identity::generate(random));
    write_options options;
    options.mode = 0600;
    if (const auto failed = replace_file(path, fresh->secret().bytes(), options))
      throw std::system_error(failed, "the network identity could not be saved to " + path.string());
    log(log_level::verbose, "Made a network identity in {}", path.string());
    return fresh;
  }
  const auto secret = identity_secret::from_exactly(file.bytes());
  if (secret)
    return std::make_shared<const identity>(*secret);
  throw std::runtime_error("network_identity: " + path.string() +
                           " is no identity: " + (error ? error.message() : "it must hold 64 octets"));
}

/// All threads leave signals to main().
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGINT, SIGTERM, SIGHUP, signal_failed})
    sigaddset(&signals, one);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

int run(const options& o) {
  const auto signals = block_signals();
  const auto directory = find_config_directory(o.config, home_directory());
  const auto loaded = load_or_create_config(directory);
  start_logging(log_settings_of(o, loaded.node.logging, directory));
  for (const auto& warning : loaded.node.warnings)
    log(log_level::warning, "{}", warning.shown());

  const state_directory state(directory);
  if (const auto error = state.prepare())
    throw std::system_error(error, directory.string());
  system_random random;
  node_setup setup;
  setup.config = loaded.node;
  const auto key = load_key(state, random);
  setup.keys = wire_identity(key, loaded.node.reticulum, random);
  setup.identity = rename<transport_id>(setup.keys->hash());
  setup.network = network_identity(loaded.node.reticulum, random);
  setup.version = PLEXUS_VERSION;
  setup.rpc_key = loaded.node.reticulum.rpc_key.value_or(rpc_key_of_identity(key.bytes()));
  setup.config_directory = directory;
  setup.settings_changed = [o, directory](const node_config& config) {
    set_log_level(log_settings_of(o, config.logging, directory).level);
  };
  setup.hash_secret = random.number();
  setup.jitter_seed = random.number();
  setup.state = state;
  setup.failed = [] { ::kill(::getpid(), signal_failed); };
  node running(std::move(setup));
  running.start_interfaces();
  running.start_control_socket();
  log(log_level::notice, "Started plexusd version {}", PLEXUS_VERSION);

  for (int signal = 0;;) {
    if (sigwait(&signals, &signal) != 0)
      continue;
    if (signal == signal_failed) {
      log(log_level::critical, "A part of the node failed too often to go on");
      std::_Exit(exit_panic);
    }
    if (signal == SIGHUP) {
      running.reload();
      continue;
    }
    running.stop(drain_time);
    return 0;
  }
}

/// Each connection takes a file descriptor; the usual soft limit of 1,024 is for programs that still use select().
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  // Batches come and go with every read: their memory stays with the process instead of being mapped anew each time.
  mallopt(M_MMAP_THRESHOLD, 8 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  raise_file_limit();
  options o;
  CLI::App app{"Plexus, a Reticulum node"};
  app.add_option("--config", o.config, "path to alternative Reticulum config directory");
  app.add_flag("-v,--verbose", o.verbose, "log more; may be given several times");
  app.add_flag("-q,--quiet", o.quiet, "log less; may be given several times");
  app.add_flag("-s,--service", o.service, "running as a service: log to the file in the config directory");
  app.add_flag("-i,--interactive", o.interactive, "a Python shell; not in this program");
  app.add_flag("--exampleconfig", o.example, "print a configuration example and exit");
  app.set_version_flag("--version", "plexusd " PLEXUS_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  if (o.example) {
    std::cout << default_config_text();
    return 0;
  }
  if (o.interactive) {
    std::cerr << "plexusd: an interactive Python shell (-i) is not available in this program\n";
    return 2;
  }
  try {
    return run(o);
  } catch (const config_error& e) {
    std::cerr << e.what() << '\n';
    return e.fault() == config_fault::panic ? exit_panic : exit_bad_value;
  } catch (const instance_taken& e) {
    log(log_level::critical, "{}; stop it, or set another instance_name", e.what());
    return exit_bad_value;
  } catch (const std::exception& e) {
    log(log_level::critical, "{}", e.what());
    return exit_panic;
  }
}
