// What the examples share: a node on a configuration directory, and whether to serve a name or to call a hash.
#pragma once

#include "actors/api/node.hpp"

#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <unistd.h>

namespace example {

using namespace plexus;
using namespace plexus::api;

struct arguments {
  std::optional<destination_hash> to;  ///< call this destination
  std::string name;                    ///< or serve one of this dotted name
  std::vector<std::string> rest;
};

inline std::string text_of(const bytes& octets) {
  return {octets.begin(), octets.end()};
}
inline bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

template <class... Parts>
void say(const char* format, const Parts&... parts) {
  std::printf(format, parts...);
  std::printf("\n");
  std::fflush(stdout);
}

/// Blocks until the process is told to end, or `ended` was called.
class ending {
public:
  ending() {
    sigemptyset(&signals_);
    for (const int one : {SIGINT, SIGTERM, SIGUSR1})
      sigaddset(&signals_, one);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  void wait() const {
    int signal = 0;
    sigwait(&signals_, &signal);
  }
  static void now() { ::kill(::getpid(), SIGUSR1); }

private:
  sigset_t signals_{};
};

inline int run(int argc, char** argv, const char* usage, const std::function<int(api::node&, const arguments&)>& body) {
  const ending before_threads_begin;
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s CONFIG_DIRECTORY NAME|HASH %s\n", argv[0], usage);
    return 2;
  }
  std::string problem;
  node_options options;
  options.directory = argv[1];
  options.problem = &problem;
  const auto started = api::node::start(options);
  if (!started) {
    std::fprintf(stderr, "%s\n", problem.c_str());
    return 1;
  }
  arguments given{destination_hash::from_hex(argv[2]), argv[2], {argv + 3, argv + argc}};
  return body(**started, given);
}

inline int failed(const char* what, api::error e) {
  std::fprintf(stderr, "%s: %s\n", what, std::string(to_string(e)).c_str());
  return 1;
}

}  // namespace example
