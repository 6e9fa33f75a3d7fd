// One thread for everything: nodes with their sockets, and the commands. A command that waits lets the nodes go on.
#pragma once

#include <chrono>
#include <functional>
#include <poll.h>
#include <vector>

namespace plexus::bridge {

/// Something with file descriptors and deadlines.
class loop_member {
public:
  virtual ~loop_member() = default;
  /// Adds what it waits for.
  virtual void add_waits(std::vector<pollfd>& waits) = 0;
  /// Reads and writes what can be, and does what is due.
  virtual void step() = 0;
  /// How long it can be left alone.
  virtual std::chrono::milliseconds idle_for() = 0;
};

class event_loop {
public:
  void add(loop_member& member) { members_.push_back(&member); }
  void remove(loop_member& member) { std::erase(members_, &member); }

  /// Waits for any descriptor or deadline, at most so long, and steps every member. Whether `also` can be read.
  bool turn(std::chrono::milliseconds most, int also = -1);
  /// Turns until it is done, or the time is over; whether it is done.
  bool until(const std::function<bool()>& done, std::chrono::milliseconds most);

private:
  std::vector<loop_member*> members_;
};

}  // namespace plexus::bridge
