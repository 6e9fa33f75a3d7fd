// Interfaces as the state files name them. Written by the storage actor, read by the disk's thread.
#pragma once

#include "messages/interface.hpp"

#include <memory>
#include <mutex>
#include <unordered_map>

namespace plexus {

struct stored_interface {
  interface_id id{};
  interface_hash hash{};
  std::string name;
  duration path_lifetime{};  ///< of paths that are heard on it
};
using stored_interface_ptr = std::shared_ptr<const stored_interface>;

/// As many as there are interfaces, whose number is bounded by their ids. For all threads.
class interface_book {
public:
  void add(const interface_facts& facts);
  void remove(interface_id id);
  /// Null if unknown.
  stored_interface_ptr find(interface_id id) const;
  stored_interface_ptr find(const interface_hash& hash) const;

private:
  mutable std::mutex mutex_;
  std::unordered_map<std::uint32_t, stored_interface_ptr> by_id_;
  std::unordered_map<interface_hash, stored_interface_ptr> by_hash_;
};

}  // namespace plexus
