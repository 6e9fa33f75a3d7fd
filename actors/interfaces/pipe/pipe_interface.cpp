#include "actors/interfaces/pipe/pipe_interface.hpp"

#include "actors/interfaces/pipe/child_process.hpp"
#include "actors/interfaces/pipe/command_line.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <csignal>
#include <sys/socket.h>
#include <system_error>

namespace plexus {
namespace {

/// A socket object over a pipe's end: nothing is asked of it but to wait and to close.
connection::socket_type watched(io_thread& home, int pipe_end) {
  return {home.context(), boost::asio::generic::stream_protocol(AF_UNIX, 0), pipe_end};
}

void run(io_thread& home, const std::vector<std::string>& words, const stream_actor& owner) {
  try {
    child_process::pipes ends;
    const auto child = child_process::start(home, words, ends);
    home.send(owner, std::make_shared<connection>(home, watched(home, ends.output), watched(home, ends.input),
                                                  [child] { child->end(); }));
  } catch (const std::system_error& error) {
    home.send(owner, connect_failed{error.what()});
  }
  home.drain();
}

}  // namespace

interface_actor start_pipe(caf::actor_system& system, const interface_settings& common, const pipe_settings& settings,
                           const interface_registry& registry, io_pool& pool) {
  auto words = split_command(settings.command);
  words[0] = find_program(words[0]);
  std::signal(SIGPIPE, SIG_IGN);  // writing to a program that has ended is an error, not our end
  stream_settings stream;
  stream.common = common;
  constexpr double longest = 365.0 * 86400;
  stream.common.streams.reconnect_wait = from_seconds(std::min(settings.respawn_delay, longest));
  stream.connect = [words, &home = pool.next()](stream_actor owner) {
    boost::asio::post(home.context(), [words, &home, owner = std::move(owner)] { run(home, words, owner); });
  };
  return spawn_stream_interface(system, stream, registry);
}

}  // namespace plexus
