// What moves on a terminal while a tool waits. Nothing of it goes into a pipe or a file.
#pragma once

#include <string>

namespace plexus {

class spinner {
public:
  /// `active`: whether to show anything at all, and only if standard output is a terminal.
  spinner(std::string text, bool active);
  /// Wipes its line.
  ~spinner();
  spinner(const spinner&) = delete;
  spinner& operator=(const spinner&) = delete;

  void turn();

private:
  std::string text_;
  bool active_;
  unsigned step_ = 0;
};

}  // namespace plexus
