// The I/O threads of a node. A connection lives on one of them from accept to close.
#pragma once

#include "actors/io/io_thread.hpp"

#include <atomic>
#include <memory>
#include <vector>

namespace plexus {

class io_pool {
public:
  /// `count` 0: one for each core.
  io_pool(caf::actor_system& system, unsigned count);

  /// In turn. Any thread.
  io_thread& next();
  std::size_t size() const { return threads_.size(); }
  void stop();

private:
  std::vector<std::unique_ptr<io_thread>> threads_;
  std::atomic<unsigned> turn_{0};
};

}  // namespace plexus
