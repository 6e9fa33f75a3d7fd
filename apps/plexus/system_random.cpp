#include "apps/plexus/system_random.hpp"

#include <cerrno>
#include <sys/random.h>
#include <system_error>

namespace plexus {

void system_random::fill(mutable_octets out) {
  while (!out.empty()) {
    const auto got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "getrandom");
    if (got > 0)
      out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace plexus
