// simulator: networks of many routers under bad weather, in virtual time.
#include "chaos/simulator/scenario.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace plexus::chaos {
namespace {

struct options {
  std::uint64_t seed = 1;
  unsigned seeds = 1;
  std::size_t nodes = 16;
  unsigned seconds = 120, rounds = 1;
  std::size_t last = 80;
  bool replay = false;
};

/// The digest of the run, or nothing: an invariant does not hold.
std::optional<std::uint64_t> run_seed(const options& o, std::uint64_t seed, bool quiet) {
  scenario s({seed, o.nodes, std::chrono::seconds{o.seconds}, o.rounds, o.last});
  try {
    s.run();
  } catch (const violation& broken) {
    std::cerr << s.net().log().recent() << "seed " << seed << ", " << to_string(s.shape_of_it().form) << " of "
              << o.nodes << " nodes, at " << seconds_of(s.net().now().time_since_epoch()) << " s: " << broken.what()
              << "\nreplay it with --seed " << seed << " --nodes " << o.nodes << " --seconds " << o.seconds
              << " --rounds " << o.rounds << '\n';
    return std::nullopt;
  }
  if (!quiet)
    std::cout << "seed " << seed << ": " << to_string(s.shape_of_it().form) << " of " << o.nodes << " nodes"
              << (s.tight() ? " with small tables" : "") << ", " << s.net().log().events() << " events, "
              << s.net().book().announces_sent() << " announces sent, " << s.net().book().messages() << " messages, "
              << s.links_opened() << " links, digest " << std::hex << s.net().log().digest() << std::dec << std::endl;
  return s.net().log().digest();
}

int run(const options& o) {
  for (std::uint64_t seed = o.seed; seed < o.seed + o.seeds; ++seed) {
    const auto digest = run_seed(o, seed, false);
    if (!digest)
      return 1;
    if (o.replay && run_seed(o, seed, true) != digest) {
      std::cerr << "seed " << seed << " does not replay\n";
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace plexus::chaos

int main(int argc, char** argv) {
  plexus::chaos::options o;
  CLI::App app{"Simulates networks of routers from seeds and checks what must hold."};
  app.add_option("--seed", o.seed, "first seed")->capture_default_str();
  app.add_option("--seeds", o.seeds, "seeds, one after the other")->capture_default_str();
  app.add_option("--nodes", o.nodes, "nodes of each network")->check(CLI::Range(4, 2000))->capture_default_str();
  app.add_option("--seconds", o.seconds, "virtual seconds of each storm")->capture_default_str();
  app.add_option("--rounds", o.rounds, "storms of each network")->capture_default_str();
  app.add_option("--last", o.last, "events that the report of a failure shows")->check(CLI::PositiveNumber);
  app.add_flag("--replay", o.replay, "run each seed twice and compare");
  CLI11_PARSE(app, argc, argv);
  return plexus::chaos::run(o);
}
