#include "actors/interfaces/lan/network_devices.hpp"

#include <algorithm>
#include <cerrno>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <system_error>

namespace plexus {

std::vector<network_device> link_local_addresses() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0)
    throw std::system_error(errno, std::generic_category(), "addresses of network devices");
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(all, &::freeifaddrs);
  std::vector<network_device> found;
  for (const auto* a = all; a; a = a->ifa_next) {
    if (!a->ifa_addr || a->ifa_addr->sa_family != AF_INET6)
      continue;
    const auto& in6 = *reinterpret_cast<const sockaddr_in6*>(a->ifa_addr);
    network_device device{a->ifa_name, ::if_nametoindex(a->ifa_name), {}};
    std::memcpy(device.address.data(), &in6.sin6_addr, device.address.size());
    if (device.index != 0 && device.address[0] == 0xfe && device.address[1] == 0x80)
      found.push_back(std::move(device));
  }
  return found;
}

std::vector<network_device> usable_devices(std::vector<network_device> all, const std::vector<std::string>& allowed,
                                           const std::vector<std::string>& ignored) {
  const auto names = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  std::erase_if(all, [&](const auto& device) {
    return device.name == "lo0" || names(ignored, device.name) || (!allowed.empty() && !names(allowed, device.name));
  });
  return all;
}

}  // namespace plexus
