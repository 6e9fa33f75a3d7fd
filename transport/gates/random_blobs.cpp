#include "transport/gates/random_blobs.hpp"

#include <algorithm>

namespace plexus {

std::uint64_t emitted_of(const random_blob& blob) {
  std::uint64_t emitted = 0;
  for (const octet o : blob.bytes().subspan(5))
    emitted = emitted << 8 | o;
  return emitted;
}

random_blobs::random_blobs(std::span<const random_blob> blobs) {
  for (const auto& blob : blobs.last(std::min(blobs.size(), blobs_max)))
    add(blob);
}

void random_blobs::add(const random_blob& blob) {
  if (contains(blob))
    return;
  if (size_ == blobs_max) {
    std::move(blobs_.get() + 1, blobs_.get() + size_, blobs_.get());
    blobs_[size_ - 1] = blob;
    return;
  }
  if (size_ == capacity_)
    grow();
  blobs_[size_++] = blob;
}

bool random_blobs::contains(const random_blob& blob) const {
  const auto known = all();
  return std::find(known.begin(), known.end(), blob) != known.end();
}

std::uint64_t random_blobs::timebase() const {
  std::uint64_t latest = 0;
  for (const auto& blob : all())
    latest = std::max(latest, emitted_of(blob));
  return latest;
}

std::span<const random_blob> random_blobs::newest(std::size_t most) const {
  return all().last(std::min<std::size_t>(most, size_));
}

void random_blobs::grow() {
  // 2, 5, 11, 23, 47, 64: the first two sizes fill the smallest blocks that allocators give.
  const auto capacity = std::min<std::size_t>(capacity_ == 0 ? 2 : std::size_t{capacity_} * 2 + 1, blobs_max);
  auto larger = std::make_unique<random_blob[]>(capacity);
  std::copy_n(blobs_.get(), size_, larger.get());
  blobs_ = std::move(larger);
  capacity_ = static_cast<std::uint8_t>(capacity);
}

}  // namespace plexus
