// A program that we run, with pipes at its standard input and output.
//
// It leads a process group of its own, which is told to end and, if that does not help, killed, so that nothing that it
// started stays behind.
#pragma once

#include "actors/io/io_thread.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace plexus {

class child_process : public std::enable_shared_from_this<child_process> {
public:
  /// How long a program may take to end when told to.
  static constexpr std::chrono::seconds grace{2};

  /// What the program writes, and what it reads. The caller closes them.
  struct pipes {
    int output = -1, input = -1;  ///< non-blocking
  };

  /// Throws std::system_error when the program cannot be started.
  static std::shared_ptr<child_process> start(io_thread& home, const std::vector<std::string>& words, pipes& ends);
  ~child_process();

  /// Ends the program. Any thread, any number of times.
  void end();
  pid_t pid() const { return pid_; }

private:
  child_process(io_thread& home, pid_t pid);
  void watch();
  void reap();

  io_thread& home_;
  pid_t pid_;
  // The home thread's:
  bool gone_ = false;
  boost::asio::posix::stream_descriptor exit_;  ///< readable when the program has ended
  boost::asio::steady_timer patience_;
};

}  // namespace plexus
