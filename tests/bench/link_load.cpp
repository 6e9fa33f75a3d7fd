// How many links a node sets up in a second, and what an idle one costs: two nodes, joined by a TCP connection, each in
// a process of its own. `link_load 10000` prints both for the responder.
//
//   link_load COUNT [WINDOW]   opens COUNT links, WINDOW (500) at a time, and keeps them
#include "actors/clock.hpp"
#include "actors/endpoints/endpoints_supervisor.hpp"
#include "actors/node.hpp"
#include "actors/system_random.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <netinet/in.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace plexus {
namespace {

using namespace std::chrono_literals;

std::uint16_t free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    std::abort();
  ::close(descriptor);
  return ntohs(address.sin_port);
}

double resident_mib(::pid_t process) {
  std::ifstream statm("/proc/" + std::to_string(process) + "/statm");
  long pages = 0, resident = 0;
  statm >> pages >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// User and system, in seconds.
double cpu_of(::pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string word;
  double ticks = 0;
  for (int field = 1; field <= 15 && stat >> word; ++field)
    if (field >= 14)
      ticks += std::stod(word);
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

node_setup setup_with(const std::string& type, const std::string& keys) {
  system_random random;
  node_setup setup;
  setup.config = read_node_config("[reticulum]\nshare_instance = No\n[interfaces]\n[[Line]]\ntype = " + type +
                                      "\nenabled = Yes\ningress_control = No\n" + keys,
                                  "link_load");
  setup.config.metrics.enabled = false;
  setup.keys = std::make_shared<const identity>(identity::generate(random));
  setup.identity = rename<transport_id>(setup.keys->hash());
  setup.hash_secret = random.number();
  setup.jitter_seed = random.number();
  return setup;
}

std::shared_ptr<const identity> owner() {
  seeded_random chance(1);
  return std::make_shared<const identity>(identity::generate(chance));
}

[[noreturn]] void respond(std::uint16_t port) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  node running(setup_with("TCPServerInterface", "listen_ip = 127.0.0.1\nlisten_port = " + std::to_string(port) + "\n"));
  running.start_interfaces();
  caf::scoped_actor self{running.system()};
  destination_spec spec;
  spec.owner = owner();
  spec.name = "link.load";
  self->request(running.endpoints(), caf::infinite, std::make_shared<const destination_spec>(spec))
      .receive([](const registered&) {}, [](const caf::error&) { std::abort(); });
  for (;;)
    ::pause();
}

int initiate(std::uint16_t port, ::pid_t responder, int count, int window) {
  node running(
      setup_with("TCPClientInterface", "target_host = 127.0.0.1\ntarget_port = " + std::to_string(port) + "\n"));
  running.start_interfaces();
  caf::scoped_actor self{running.system()};
  destination_spec spec;
  spec.owner = owner();
  spec.name = "link.load";
  for (known_path_ptr path; !path;) {
    self->request(running.endpoints(), caf::infinite, recall_atom::value, spec.hash())
        .receive([&](const known_path_ptr& got) { path = got; }, [](const caf::error&) { std::abort(); });
    if (!path)
      self->send(running.endpoints(), request_path_atom::value, spec.hash());
    std::this_thread::sleep_for(100ms);
  }
  std::atomic<int> established{0}, closed{0};
  const auto listener = running.system().spawn([&]() -> link_listener::behavior_type {
    return {[&](const link_news_ptr& news) {
      for (const auto& event : news->events) {
        established += std::holds_alternative<link_established>(event);
        closed += std::holds_alternative<link_closed>(event);
      }
    }};
  });
  const auto wish = std::make_shared<const link_wish>(link_wish{spec.owner->open(), spec.hash(), {}, listener});
  const double memory_before = resident_mib(responder), cpu_before = cpu_of(responder);
  const auto begun = std::chrono::steady_clock::now();
  for (int opened = 0; established + closed < count;) {
    while (opened < count && opened - established - closed < window) {
      caf::anon_send(running.endpoints(), wish);
      ++opened;
    }
    std::this_thread::sleep_for(200us);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  const double cpu = cpu_of(responder) - cpu_before;
  std::printf("%d links established, %d failed, in %.2f s: %.0f a second; responder: %.0f us of CPU a link, ",
              established.load(), closed.load(), took.count(), established / took.count(), cpu / count * 1e6);
  std::printf("%.1f MiB more than before, %.1f KiB a link\n", resident_mib(responder) - memory_before,
              (resident_mib(responder) - memory_before) * 1024 / count);
  const double idle_before = cpu_of(responder);
  std::this_thread::sleep_for(12s);
  std::printf("idle: %.2f %% of a core, %d closed\n", (cpu_of(responder) - idle_before) / 12 * 100, closed.load());
  caf::anon_send_exit(listener, caf::exit_reason::user_shutdown);
  running.stop(1s, {});
  return established == count ? 0 : 1;
}

}  // namespace
}  // namespace plexus

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 10000, window = argc > 2 ? std::atoi(argv[2]) : 500;
  const auto port = plexus::free_port();
  const auto responder = ::fork();
  if (responder == 0)
    plexus::respond(port);
  const int code = plexus::initiate(port, responder, count, window);
  ::kill(responder, SIGKILL);
  ::waitpid(responder, nullptr, 0);
  return code;
}
