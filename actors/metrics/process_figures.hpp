// What the kernel says of this process, and what was compiled into it.
#pragma once

#include <cstdint>

namespace plexus {

struct process_figures {
  double cpu_seconds = 0;
  double start_time = 0;  ///< Unix time
  std::uint64_t resident_bytes = 0, virtual_bytes = 0;
  std::uint64_t open_fds = 0, max_fds = 0;
};

/// Zero for what cannot be read.
process_figures read_process_figures();

struct build_facts {
  const char* version;
  const char* compiler;
  const char* revision;  ///< of the sources, or "unknown"
};
build_facts this_build();

}  // namespace plexus
