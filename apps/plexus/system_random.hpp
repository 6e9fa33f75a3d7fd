// Unpredictable octets from the kernel.
#pragma once

#include "transport/crypto/random_source.hpp"

namespace plexus {

class system_random final : public random_source {
public:
  /// Throws std::system_error if the kernel has none to give.
  void fill(mutable_octets out) override;
};

}  // namespace plexus
