// Key material from the system.
#pragma once

#include "transport/crypto/random_source.hpp"

#include <cerrno>
#include <sys/random.h>
#include <system_error>

namespace plexus {

/// Throws std::system_error where the system has none to give.
class system_random final : public random_source {
public:
  void fill(mutable_octets out) override {
    while (!out.empty()) {
      const auto got = ::getrandom(out.data(), out.size(), 0);
      if (got < 0 && errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "getrandom");
      if (got > 0)
        out = out.subspan(static_cast<std::size_t>(got));
    }
  }
  std::uint64_t number() {
    std::uint64_t value;
    fill({reinterpret_cast<octet*>(&value), sizeof value});
    return value;
  }
};

}  // namespace plexus
