#include "actors/interfaces/pipe/child_process.hpp"

#include "actors/io/program.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace plexus {
namespace {

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

/// Two ends of a pipe, closed unless released.
class pipe_ends {
public:
  pipe_ends() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0)
      fail(errno, "cannot make a pipe");
  }
  ~pipe_ends() {
    for (const int end : ends_)
      if (end >= 0)
        ::close(end);
  }
  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  int release(int end) {
    ::fcntl(end, F_SETFL, ::fcntl(end, F_GETFL) | O_NONBLOCK);
    (end == ends_[0] ? ends_[0] : ends_[1]) = -1;
    return end;
  }

private:
  std::array<int, 2> ends_{-1, -1};
};

pid_t spawn(const std::vector<std::string>& words, int input, int output) {
  pid_t pid = -1;
  if (const int error = start_program(words, input, output, pid))
    fail(error, "cannot run " + words[0]);
  return pid;
}

}  // namespace

std::shared_ptr<child_process> child_process::start(io_thread& home, const std::vector<std::string>& words,
                                                    pipes& ends) {
  pipe_ends to_child, from_child;
  std::shared_ptr<child_process> child(
      new child_process(home, spawn(words, to_child.read_end(), from_child.write_end())));
  ends.output = from_child.release(from_child.read_end());
  ends.input = to_child.release(to_child.write_end());
  boost::asio::post(home.context(), [child] { child->watch(); });
  return child;
}

child_process::child_process(io_thread& home, pid_t pid)
    : home_(home), pid_(pid), exit_(home.context()), patience_(home.context()) {}

child_process::~child_process() {
  if (!gone_)  // the I/O thread has stopped
    ::kill(-pid_, SIGKILL);
}

/// Keeps itself alive until the program has ended.
void child_process::watch() {
  const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (descriptor < 0)
    throw std::system_error(errno, std::generic_category(), "pidfd_open");
  exit_.assign(descriptor);
  exit_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                   [self = shared_from_this()](const boost::system::error_code& error) {
                     if (!error)
                       self->reap();
                   });
}

void child_process::reap() {
  ::kill(-pid_, SIGKILL);  // what is left of its group; its id is ours until the program is waited for
  ::waitpid(pid_, nullptr, 0);
  gone_ = true;
  patience_.cancel();
}

void child_process::end() {
  boost::asio::post(home_.context(), [self = shared_from_this()] {
    if (self->gone_)
      return;
    ::kill(-self->pid_, SIGTERM);
    self->patience_.expires_after(grace);
    self->patience_.async_wait([self](const boost::system::error_code& cancelled) {
      if (!cancelled && !self->gone_)
        ::kill(-self->pid_, SIGKILL);
    });
  });
}

}  // namespace plexus
