// Paths that were stored for interfaces which are not there yet: they are given to the shards when their interface
// comes, and forgotten when it does not come in time. Bounded by what one reading of the path table hands out.
#pragma once

#include "actors/storage/state_saver.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace plexus {

class waiting_paths {
public:
  /// In the reference such a path is lost at once; but there, interfaces of the configuration are all there at once.
  static constexpr std::chrono::minutes patience{10};

  void add(waiting_chunk_ptr chunk, instant now) {
    paths_ += chunk->paths.size();
    chunks_.push_back(std::move(chunk));
    until_ = now + patience;
  }
  /// Takes out what waits for this interface.
  std::vector<waiting_chunk_ptr> take(const interface_hash& interface) {
    std::vector<waiting_chunk_ptr> taken;
    std::erase_if(chunks_, [&](const auto& chunk) {
      if (chunk->interface != interface)
        return false;
      paths_ -= chunk->paths.size();
      taken.push_back(chunk);
      return true;
    });
    return taken;
  }
  /// How many paths were forgotten.
  std::size_t expire(instant now) {
    if (chunks_.empty() || now < until_)
      return 0;
    chunks_.clear();
    return std::exchange(paths_, 0);
  }
  const std::vector<waiting_chunk_ptr>& all() const { return chunks_; }
  std::size_t paths() const { return paths_; }

private:
  std::vector<waiting_chunk_ptr> chunks_;
  std::size_t paths_ = 0;
  instant until_{};
};

}  // namespace plexus
