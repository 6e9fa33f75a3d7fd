#include "transport/router/path_records.hpp"

#include <algorithm>

namespace plexus {

std::uint32_t path_records::add() {
  if (!free_.empty()) {
    const auto index = free_.back();
    free_.pop_back();
    return index;
  }
  records_.emplace_back();
  return static_cast<std::uint32_t>(records_.size() - 1);
}

void path_records::remove(std::uint32_t index) {
  records_[index] = record{};
  free_.push_back(index);
}

void path_records::learn(std::uint32_t index, octets announce, const random_blob& blob) {
  auto& r = records_[index];
  octet_string blobs(r.blobs().begin(), r.blobs().end());
  if (!contains_blob(blobs, blob))
    append(blobs, blob.bytes());
  if (blobs.size() > blobs_max * random_blob::size)
    blobs.erase(blobs.begin(), blobs.begin() + random_blob::size);
  r.block = std::make_unique_for_overwrite<octet[]>(blobs.size() + announce.size());
  std::copy(announce.begin(), announce.end(), std::copy(blobs.begin(), blobs.end(), r.block.get()));
  r.blob_count = static_cast<std::uint8_t>(blobs.size() / random_blob::size);
  r.announce_size = static_cast<std::uint16_t>(announce.size());
}

void path_records::set(std::uint32_t index, octets announce, std::span<const random_blob> blobs) {
  auto& r = records_[index];
  if (blobs.size() > blobs_max)
    blobs = blobs.last(blobs_max);
  r.block = std::make_unique_for_overwrite<octet[]>(blobs.size() * random_blob::size + announce.size());
  auto* p = r.block.get();
  for (const auto& b : blobs)
    p = std::copy(b.data(), b.data() + random_blob::size, p);
  std::copy(announce.begin(), announce.end(), p);
  r.blob_count = static_cast<std::uint8_t>(blobs.size());
  r.announce_size = static_cast<std::uint16_t>(announce.size());
}

bool contains_blob(octets blobs, const random_blob& blob) {
  for (; blobs.size() >= random_blob::size; blobs = blobs.subspan(random_blob::size))
    if (std::equal(blob.data(), blob.data() + random_blob::size, blobs.begin()))
      return true;
  return false;
}

std::uint64_t emitted_at(octets blob) {
  std::uint64_t seconds = 0;
  for (std::size_t i = 5; i < random_blob::size; ++i)
    seconds = seconds << 8 | blob[i];
  return seconds;
}

std::uint64_t timebase_of(octets blobs) {
  std::uint64_t newest = 0;
  for (; blobs.size() >= random_blob::size; blobs = blobs.subspan(random_blob::size))
    newest = std::max(newest, emitted_at(blobs));
  return newest;
}

}  // namespace plexus
