// Starting other programs.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace plexus {

/// Starts a program, looked for in PATH unless its name has a slash, as the leader of a process group of its own, with
/// default signals and no descriptors but these and our standard error. `input` below 0: it reads nothing. Returns 0
/// and sets `pid`, or an error of errno.h. Any thread.
int start_program(const std::vector<std::string>& words, int input, int output, pid_t& pid);

}  // namespace plexus
