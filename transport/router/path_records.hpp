// What a path needs besides its cache line: the announce that made it, which answers path requests, and the random
// blobs by which replays are known.
#pragma once

#include "messages/instant.hpp"
#include "transport/gates/random_blobs.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace plexus {

struct path_detail {
  instant expires_at{};
  random_blobs blobs;

  /// Raw, as received: hop octet not yet incremented.
  octets announce() const { return {announce_octets.get(), announce_size}; }
  void set_announce(octets raw);

  std::unique_ptr<octet[]> announce_octets;
  std::uint16_t announce_size = 0;
};

/// As many as there are paths; the flow table bounds those. An index stays valid until it is removed.
class path_records {
public:
  std::uint32_t add();
  void remove(std::uint32_t index);
  path_detail& at(std::uint32_t index) { return records_[index]; }
  const path_detail& at(std::uint32_t index) const { return records_[index]; }

private:
  std::deque<path_detail> records_;
  std::vector<std::uint32_t> free_;
};

}  // namespace plexus
