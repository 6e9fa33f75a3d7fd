// The discovered interfaces that a node knows, by the names of their files.
//
// The table is bounded: the announces of strangers must not fill memory and disk. When it is full, a new interface
// takes the place of the one that would be listed last.
#pragma once

#include "transport/discovery/discovered_interface.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace plexus {

class discovery_table {
public:
  static constexpr std::size_t records_max_default = 4096;

  explicit discovery_table(std::size_t records_max = records_max_default) : records_max_(records_max) {}

  struct noted {
    discovery_hash name{};
    std::optional<discovery_hash> removed;  ///< who had to make room
  };
  /// An interface was heard of, perhaps not for the first time.
  noted note(discovered_interface heard);
  /// From storage. What was heard since stays. False: there is no room for it.
  bool restore(const discovery_hash& name, discovered_interface stored);
  /// Removes what is_to_be_removed(). Its names.
  std::vector<discovery_hash> expire(const discovery_sources& sources, unix_time now);

  const discovered_interface* find(const discovery_hash& name) const;
  std::size_t size() const { return records_.size(); }

  enum class selection { all_relays, available_relays };
  /// The interfaces of nodes that relay, best first.
  std::vector<discovery_hash> relays(selection which, unix_time now) const;

private:
  std::optional<discovery_hash> make_room(unix_time now);

  std::size_t records_max_;
  std::map<discovery_hash, discovered_interface> records_;
};

}  // namespace plexus
