#include "transport/router/tunnel_table.hpp"

namespace plexus {

tunnel_table::tunnel* tunnel_table::open(const tunnel_id& id, interface_id interface, instant now) {
  leave(interface, id);
  if (!tunnels_.contains(id) && tunnels_.size() >= tunnels_max_)
    return nullptr;
  auto& t = tunnels_[id];
  if (t.interface)
    by_interface_.erase(t.interface.value);
  t.interface = interface;
  t.expires_at = now + tunnel_lifetime;
  by_interface_[interface.value] = id;
  return &t;
}

tunnel_table::tunnel* tunnel_table::restore(const tunnel_id& id, instant expires_at, instant now) {
  if (tunnels_.size() >= tunnels_max_ || expires_at <= now || expires_at > now + expiry_max)
    return nullptr;
  const auto [added, is_new] = tunnels_.try_emplace(id);
  added->second.expires_at = is_new ? expires_at : added->second.expires_at;
  return is_new ? &added->second : nullptr;
}

// An interface carries one tunnel at a time. One that has nothing to restore is not worth its place.
void tunnel_table::leave(interface_id interface, const tunnel_id& next) {
  const auto known = by_interface_.find(interface.value);
  if (known == by_interface_.end() || known->second == next)
    return;
  const auto left = tunnels_.find(known->second);
  left->second.interface = {};
  if (left->second.paths.empty())
    tunnels_.erase(left);
  by_interface_.erase(known);
}

tunnel_table::tunnel* tunnel_table::over(interface_id interface) {
  const auto known = by_interface_.find(interface.value);
  return known == by_interface_.end() ? nullptr : &tunnels_.at(known->second);
}

void tunnel_table::learn(tunnel& t, const destination_hash& destination, tunnel_path path) {
  const auto known = t.paths.find(destination);
  if (known != t.paths.end()) {
    known->second = std::move(path);
  } else if (paths_ < paths_max_) {
    t.paths.emplace(destination, std::move(path));
    ++paths_;
  }
}

void tunnel_table::on_interface_gone(interface_id interface) {
  if (auto* t = over(interface)) {
    t->interface = {};
    by_interface_.erase(interface.value);
  }
}

void tunnel_table::cull(instant now, const is_outdated& outdated) {
  for (auto t = tunnels_.begin(); t != tunnels_.end();) {
    paths_ -= std::erase_if(t->second.paths, [&](const auto& p) {
      return now - p.second.learned_at > path_lifetime || outdated(p.first, p.second);
    });
    if (now < t->second.expires_at) {
      ++t;
      continue;
    }
    paths_ -= t->second.paths.size();
    if (t->second.interface)
      by_interface_.erase(t->second.interface.value);
    t = tunnels_.erase(t);
  }
}

}  // namespace plexus
