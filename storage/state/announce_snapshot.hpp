// storage/plexus/announces: all cached announces in one file, since a million small ones cannot be read in the time
// that a start may take. The reference does not know it; it reads cache/announces, which holds the same.
//
//   magic(8) "PlxAnn\1\n"   count(8), ffffffffffffffff: as many as there are
//   count times:  size(4) of what follows   packet_hash(32)   name_size(2), ffff: none   name   packet
//   checksum(8): XXH3 of everything before
//
// All integers little-endian. The checksum tells a file that was cut short or rotted; it protects against nobody.
#pragma once

#include "messages/addresses.hpp"
#include "messages/expected.hpp"
#include "storage/state/file_access.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace plexus {

/// One announce. Views last as long as the snapshot.
struct announce_view {
  packet_hash hash{};
  std::optional<std::string_view> interface;  ///< textual name, at most 65534 octets
  octets packet;                              ///< as received
};

/// Writes a snapshot piece by piece: `append` takes octets in turn, and gets a few large pieces rather than many small.
class announce_snapshot_writer {
public:
  using sink = std::function<void(octets)>;

  static constexpr auto count_unknown = ~std::uint64_t{0};

  announce_snapshot_writer(std::uint64_t count, sink append);
  ~announce_snapshot_writer();
  announce_snapshot_writer(announce_snapshot_writer&& other) noexcept;

  /// To be called `count` times.
  void add(const announce_view& announce);
  void finish();

private:
  void flush();

  struct checksum;
  sink append_;
  octet_string buffer_;
  std::unique_ptr<checksum> sum_;
};

/// Octets of a snapshot that was checked as a whole. For one thread at a time.
class announce_snapshot {
public:
  /// Errors: bad_value (no snapshot, or of another version), truncated, hash_mismatch (the checksum).
  static expected<announce_snapshot> parse(file_contents file);

  std::size_t size() const { return offsets_.size(); }
  announce_view at(std::size_t index) const;
  /// Quick when announces are asked for in the order in which they were written; else a binary search.
  std::optional<announce_view> find(const packet_hash& hash) const;

private:
  explicit announce_snapshot(file_contents file) : file_(std::move(file)) {}
  packet_hash hash_at(std::size_t index) const;

  file_contents file_;
  std::vector<std::uint64_t> offsets_;          ///< of the hashes
  mutable std::vector<std::uint32_t> by_hash_;  ///< indices, sorted by hash at the first search
  mutable std::size_t expected_ = 0;            ///< the index that is likely asked for next
};

}  // namespace plexus
