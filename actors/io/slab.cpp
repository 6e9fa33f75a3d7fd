#include "actors/io/slab.hpp"

#include <algorithm>

namespace plexus {

slab_ref slab::lend(const std::shared_ptr<const std::function<void()>>& returned) {
  leases_.fetch_add(1, std::memory_order_relaxed);
  return {octets_.get(), [self = shared_from_this(), returned](const void*) {
            if (self->leases_.fetch_sub(1) == 1)
              (*returned)();
          }};
}

slab_ptr slab_pool::take(std::size_t size) {
  if (size <= slab_size && !free_.empty()) {
    auto taken = std::move(free_.back());
    free_.pop_back();
    return taken;
  }
  return std::make_shared<slab>(std::max(size, slab_size));
}

void slab_pool::give_back(slab_ptr free) {
  if (free->size() == slab_size && free_.size() < kept_max)
    free_.push_back(std::move(free));
}

}  // namespace plexus
