// Serves the commands of the conformance protocol on standard input and output, one JSON object a line.
#include "tests/bridge/chapters.hpp"
#include "tests/bridge/live/event_loop.hpp"

#include <csignal>
#include <iostream>
#include <unistd.h>

namespace {

using namespace plexus::bridge;

/// Answers whole lines and keeps the rest.
void answer_lines(const command_table& table, std::string& waiting) {
  for (auto end = waiting.find('\n'); end != std::string::npos; end = waiting.find('\n')) {
    const auto line = waiting.substr(0, end);
    waiting.erase(0, end + 1);
    if (line.find_first_not_of(" \t\r") != std::string::npos)
      std::cout << table.answer(line).dump(-1, ' ', true, json::error_handler_t::replace) << std::endl;
  }
}

void serve(const command_table& table, event_loop& loop) {
  std::string waiting;
  for (;;) {
    if (!loop.turn(std::chrono::hours{1}, STDIN_FILENO))
      continue;
    char piece[65536];
    const auto size = ::read(STDIN_FILENO, piece, sizeof piece);
    if (size <= 0)
      return;
    waiting.append(piece, static_cast<std::size_t>(size));
    answer_lines(table, waiting);
  }
}

}  // namespace

int main() {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    event_loop loop;
    command_table table;
    add_all_commands(table, loop, profile_from_environment());
    std::cout << "READY" << std::endl;
    serve(table, loop);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "conformance_bridge: " << error.what() << "\n";
    return 1;
  }
}
