#include "actors/storage/interface_book.hpp"

namespace plexus {
namespace {

/// Source: rns-1.5.7 section 1.2; Transport.py: AP_PATH_TIME, ROAMING_PATH_TIME, PATHFINDER_E.
duration path_lifetime_over(interface_mode mode) {
  switch (mode) {
    case interface_mode::access_point:
      return std::chrono::seconds(86400);
    case interface_mode::roaming:
      return std::chrono::seconds(21600);
    default:
      return std::chrono::seconds(604800);
  }
}

}  // namespace

void interface_book::add(const interface_facts& facts) {
  auto entry = std::make_shared<stored_interface>(
      stored_interface{facts.id, facts.hash, facts.name, path_lifetime_over(facts.mode)});
  const std::scoped_lock lock(mutex_);
  by_id_[facts.id.value] = entry;
  by_hash_[facts.hash] = std::move(entry);
}

void interface_book::remove(interface_id id) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_id_.find(id.value);
  if (found == by_id_.end())
    return;
  // A successor of the same name may have come before its predecessor went.
  if (const auto named = by_hash_.find(found->second->hash); named != by_hash_.end() && named->second->id == id)
    by_hash_.erase(named);
  by_id_.erase(found);
}

stored_interface_ptr interface_book::find(interface_id id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = by_id_.find(id.value);
  return found == by_id_.end() ? nullptr : found->second;
}

stored_interface_ptr interface_book::find(const interface_hash& hash) const {
  const std::scoped_lock lock(mutex_);
  const auto found = by_hash_.find(hash);
  return found == by_hash_.end() ? nullptr : found->second;
}

}  // namespace plexus
