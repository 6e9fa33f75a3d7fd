#include "actors/interfaces/pipe/child_process.hpp"
#include "interface_bench.hpp"

#include <csignal>
#include <future>
#include <poll.h>
#include <unistd.h>

using namespace plexus;

namespace {

interface_config pipe_config(const std::string& command) {
  pipe_settings settings;
  settings.command = command;
  settings.respawn_delay = 0;
  return config_of("PipeInterface", settings);
}

bool is_online(const interface_facts& facts) {
  return facts.online;
}

}  // namespace

TEST_CASE("packets go through a program's standard streams") {
  interface_bench bench;
  const auto pipe = bench.start(pipe_config("cat"));
  const auto facts = bench.interfaces.next().facts;
  CHECK(facts.name == "PipeInterface[Test]");
  CHECK(facts.hw_mtu == 1064);
  CHECK(facts.bitrate == 1'000'000);
  bench.changes.next(is_online);
  for (const std::size_t size : {20u, 500u, 1064u}) {
    bench.transmit(pipe, some_packet(0x7e, size));
    CHECK(bench.packets.next() == some_packet(0x7e, size));
  }
}

TEST_CASE("a program that ends is run again") {
  interface_bench bench;
  const auto pipe = bench.run(pipe_config("head -c 42"));  // a frame of 40 octets and its flags
  for (octet i = 1; i <= 3; ++i) {
    bench.changes.next(is_online);
    bench.transmit(pipe, some_packet(i));
    CHECK(bench.packets.next() == some_packet(i));
  }
  CHECK(bench.status(pipe)->reconnects >= 2);
}

TEST_CASE("a program that never reads costs its own packets, and ends with the interface") {
  interface_bench bench;
  const auto pipe = bench.run(pipe_config("sleep 1000"));
  bench.changes.next(is_online);
  for (int i = 0; i < 20; ++i)
    bench.transmit(pipe, some_packet(1, 64 * 1024));
  CHECK(bench.status(pipe)->transmit_waiting > 0);
  bench.detach(pipe);
}

TEST_CASE("a program and what it started are ended together") {
  caf::actor_system_config config;
  caf::actor_system system{config};
  io_thread thread{system, "test"};
  child_process::pipes ends;
  // Both hold the pipe's writing end; it closes when the last of them is gone.
  const auto child =
      child_process::start(thread, {"sh", "-c", "trap '' TERM; sleep 1000 & echo; wait; sleep 1000"}, ends);
  pollfd ready{ends.output, POLLIN, 0};
  REQUIRE(::poll(&ready, 1, 10'000) == 1);
  char line;
  REQUIRE(::read(ends.output, &line, 1) == 1);
  child->end();
  REQUIRE(::poll(&ready, 1, 10'000) == 1);
  CHECK(::read(ends.output, &line, 1) == 0);
  ::close(ends.output);
  ::close(ends.input);
}

TEST_CASE("a pipe without a program that can be run is refused") {
  interface_bench bench;
  CHECK_THROWS_WITH(bench.start(pipe_config("no-such-program-anywhere -x")),
                    Catch::Contains("no-such-program-anywhere"));
  CHECK_THROWS_WITH(bench.start(pipe_config("cat 'x")), Catch::Contains("quotation"));
}
