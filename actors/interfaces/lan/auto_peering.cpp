#include "actors/interfaces/lan/auto_peering.hpp"

#include <algorithm>

namespace plexus {

void auto_peering::on_devices(instant now, const std::vector<network_device>& usable, auto_actions& out) {
  for (auto known = devices_.begin(); known != devices_.end();) {
    const auto same = [&](const network_device& d) { return d.name == known->first; };
    if (std::any_of(usable.begin(), usable.end(), same)) {
      ++known;
      continue;
    }
    out.abandoned.push_back(known->second.device);
    known = devices_.erase(known);
  }
  for (const auto& device : usable) {
    const auto known = devices_.find(device.name);
    if (known != devices_.end() && std::find(usable.begin(), usable.end(), known->second.device) != usable.end())
      continue;  // has the address that it had, or got one of several a moment ago
    if (known != devices_.end())
      out.abandoned.push_back(known->second.device);
    devices_[device.name] = {device, now, now, false, false, std::nullopt};
    out.adopted.push_back(device);
  }
}

const auto_peering::device_state* auto_peering::device_of(unsigned index) const {
  const auto found = std::find_if(devices_.begin(), devices_.end(),
                                  [&](const auto& entry) { return entry.second.device.index == index; });
  return found == devices_.end() ? nullptr : &found->second;
}

void auto_peering::on_token(instant now, const ip6_octets& source, unsigned device_index, auto_actions& out) {
  if (now < started_ + start_wait)
    return;
  const auto own = std::find_if(devices_.begin(), devices_.end(),
                                [&](const auto& entry) { return entry.second.device.address == source; });
  if (own != devices_.end()) {
    own->second.echo_at = now;
    own->second.echoed = true;
    return;
  }
  if (const auto known = peers_.find(source); known != peers_.end()) {
    known->second.heard_at = now;
    return;
  }
  const auto* device = device_of(device_index);
  if (!device || peers_.size() >= peers_max)
    return;
  peers_[source] = {device->device.name, now, now};
  out.found.push_back({source, device->device});
}

void auto_peering::on_heard(const ip6_octets& peer, instant at) {
  const auto known = peers_.find(peer);
  if (known != peers_.end())
    known->second.heard_at = std::max(known->second.heard_at, at);
}

void auto_peering::check_echo(instant now, device_state& of, auto_actions& out) {
  const bool silent = now - of.echo_at > echo_timeout;
  if (of.timed_out && *of.timed_out != silent)
    out.carriers.emplace_back(of.device.name, silent ? carrier_change::lost : carrier_change::recovered);
  of.timed_out = silent;
  if (!of.echoed && silent && !std::exchange(of.told_missing, true))
    out.carriers.emplace_back(of.device.name, carrier_change::echo_missing);
}

void auto_peering::drop_silent(instant now, auto_actions& out) {
  std::erase_if(peers_, [&](const auto& entry) {
    const auto& [ip, peer] = entry;
    if (now <= peer.heard_at + peer_timeout)
      return false;
    const auto device = devices_.find(peer.device);
    out.lost.push_back({ip, device != devices_.end() ? device->second.device : network_device{peer.device, 0, {}}});
    return true;
  });
}

void auto_peering::on_time(instant now, auto_actions& out) {
  if (is_job_due(now)) {
    job_at_ = now + job_interval;
    drop_silent(now, out);
    for (auto& [name, device] : devices_)
      check_echo(now, device, out);
  }
  for (auto& [name, device] : devices_) {
    if (now < device.announce_at)
      continue;
    device.announce_at = now + announce_interval;
    out.announce.push_back(device.device);
  }
  for (auto& [ip, peer] : peers_) {
    if (now < peer.greeted_at + greet_interval)
      continue;
    peer.greeted_at = now;
    if (const auto device = devices_.find(peer.device); device != devices_.end())
      out.greet.push_back({ip, device->second.device});
  }
}

instant auto_peering::next_deadline() const {
  auto next = job_at_;
  for (const auto& [name, device] : devices_)
    next = std::min(next, device.announce_at);
  for (const auto& [ip, peer] : peers_)
    next = std::min(next, peer.greeted_at + greet_interval);
  return next;
}

}  // namespace plexus
