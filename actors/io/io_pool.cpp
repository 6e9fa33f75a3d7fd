#include "actors/io/io_pool.hpp"

#include <algorithm>

namespace plexus {

io_pool::io_pool(caf::actor_system& system, unsigned count) {
  if (count == 0)
    count = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i)
    threads_.push_back(std::make_unique<io_thread>(system, "plexus.io." + std::to_string(i)));
}

io_thread& io_pool::next() {
  return *threads_[turn_.fetch_add(1, std::memory_order_relaxed) % threads_.size()];
}

void io_pool::stop() {
  for (auto& thread : threads_)
    thread->stop();
}

}  // namespace plexus
