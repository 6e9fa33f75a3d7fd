// Memory that a reader reads into and that packets are views of.
//
// A reader lends a slab out, one lease a reading round; batches hold the lease, and when the last of a slab's leases is
// gone its octets may be written over. The number of slabs that a reader may have out is what holds a fast sender back:
// while all are out the reader does not read, and TCP tells the sender.
#pragma once

#include "messages/octets.hpp"
#include "messages/traffic.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace plexus {

/// Octets of a slab unless frames can be larger than half of it.
inline constexpr std::size_t slab_size = 256 * 1024;

class slab : public std::enable_shared_from_this<slab> {
public:
  explicit slab(std::size_t size) : octets_(std::make_unique_for_overwrite<octet[]>(size)), size_(size) {}

  octet* data() { return octets_.get(); }
  std::size_t size() const { return size_; }

  /// A reference for batches. When the last one of the slab is gone, on whichever thread, `returned` is called there.
  /// Only the reader calls this, with the same `returned` while any lease is out.
  slab_ref lend(const std::shared_ptr<const std::function<void()>>& returned);
  /// No lease is out. What the holders of the leases did happened before this returns true.
  bool is_free() const { return leases_.load() == 0; }

private:
  std::unique_ptr<octet[]> octets_;
  std::size_t size_;
  std::atomic<unsigned> leases_{0};
};

using slab_ptr = std::shared_ptr<slab>;

/// Free slabs of the usual size, kept for the next reader of the same thread. One thread.
class slab_pool {
public:
  /// A free slab of at least `size` octets.
  slab_ptr take(std::size_t size);
  void give_back(slab_ptr free);

private:
  static constexpr std::size_t kept_max = 16;
  std::vector<slab_ptr> free_;
};

}  // namespace plexus
