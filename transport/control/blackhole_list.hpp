// The identities that a node shuts out, each with who said so, until when and why.
//
// Entries of the node itself stand above those that it took over from others: a list of another source never replaces
// one of them. Source: rns-1.5.7 section 1.14; Transport.py: blackhole_identity, reload_blackhole, jobs.
#pragma once

#include "messages/instant.hpp"
#include "transport/control/tables.hpp"

#include <cstddef>
#include <unordered_map>
#include <unordered_set>

namespace plexus {

class blackhole_list {
public:
  /// In all lists together; further entries are refused.
  static constexpr std::size_t entries_max = 1u << 18;

  enum class change : octet { done, already_so, full };

  /// `self`: the source of the node's own entries.
  explicit blackhole_list(const identity_hash& self = {}) : self_(self) {}

  change add(const identity_hash& identity, std::optional<number> until, std::optional<std::string> reason);
  change lift(const identity_hash& identity);
  /// Entries of one source, as read from its list; those that are over are left out. How many were taken.
  std::size_t take_over(const identity_hash& source, const blackhole_entries& entries, unix_time now);
  /// What a source publishes, which may be of others: identities that are not known yet are added under the source that
  /// the entry names. How many there were. The reference even takes the word of a source for what is the node's own, so
  /// that an entry which was lifted comes back as if it had not been; here that one is the source's.
  std::size_t add_published(const identity_hash& source, const blackhole_entries& entries, unix_time now);
  /// Forgets what came from sources that are not among these; the node itself always is.
  void keep_sources(const std::vector<identity_hash>& sources);
  /// Removes what is over. How many there were.
  std::size_t expire(unix_time now);

  bool contains(const identity_hash& identity) const { return entries_.contains(identity); }
  std::size_t size() const { return entries_.size(); }
  blackhole_entries all() const;
  /// The node's own, as they are saved.
  blackhole_entries own() const;
  std::unordered_set<identity_hash> identities() const;

private:
  identity_hash self_;
  std::unordered_map<identity_hash, blackhole_entry> entries_;
};

}  // namespace plexus
