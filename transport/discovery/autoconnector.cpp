#include "transport/discovery/autoconnector.hpp"

#include "transport/discovery/reachable_address.hpp"

#include <algorithm>

namespace plexus {
namespace {

std::vector<std::uint64_t> numbers_of(std::string_view version) {
  std::vector<std::uint64_t> numbers;
  while (!version.empty() && version.front() == ' ')
    version.remove_prefix(1);
  for (;;) {
    const auto end = version.find('.');
    const auto part = version.substr(0, end);
    std::uint64_t number = 0;
    std::size_t digits = 0;
    for (; digits < part.size() && part[digits] >= '0' && part[digits] <= '9'; ++digits)
      number = std::min<std::uint64_t>(number * 10 + static_cast<unsigned>(part[digits] - '0'), 1u << 30);
    if (digits == 0)
      return numbers;
    numbers.push_back(number);
    if (end == std::string_view::npos)
      return numbers;
    version.remove_prefix(end + 1);
  }
}

bool is_trusted(const published_interface& offer) {
  return offer.implementation && offer.version &&
         std::any_of(std::begin(trusted_implementations), std::end(trusted_implementations), [&](const auto& one) {
           return one.name == *offer.implementation && is_at_least(*offer.version, one.version_least);
         });
}

bool has_name(present_interfaces present, std::string_view name) {
  return std::any_of(present.begin(), present.end(), [&](const auto& one) { return one.name == name; });
}

}  // namespace

bool is_at_least(std::string_view version, std::string_view least) {
  const auto numbers = numbers_of(version);
  return !numbers.empty() && numbers >= numbers_of(least);
}

std::string_view to_string(autoconnect_refusal refusal) {
  switch (refusal) {
    case autoconnect_refusal::wrong_type:
      return "interfaces of its type are not connected to";
    case autoconnect_refusal::full:
      return "there are as many connections as configured";
    case autoconnect_refusal::no_transport:
      return "the node does not relay";
    case autoconnect_refusal::not_trusted:
      return "its implementation is not one that is trusted";
    case autoconnect_refusal::already_there:
      return "there is an interface to the same place";
    case autoconnect_refusal::out_of_reach:
      return "its address is out of reach";
    case autoconnect_refusal::missing_address:
      return "it has no address or no port";
  }
  return "refused";
}

/// Those that were asked for before this object was made.
void autoconnector::adopt(instant now, present_interfaces present) {
  for (const auto& one : present)
    if (one.discovered)
      connections_.try_emplace(one.name, connection{{}, now, true, std::nullopt});
}

expected<autoconnection, autoconnect_refusal> autoconnector::consider(instant now, const discovered_interface& record,
                                                                      present_interfaces present) {
  adopt(now, present);
  const auto& offer = record.offer;
  if (offer.type != published_type::backbone)
    return unexpected(autoconnect_refusal::wrong_type);
  if (connections_.size() >= settings_.connections_max)
    return unexpected(autoconnect_refusal::full);
  if (!offer.transport)
    return unexpected(autoconnect_refusal::no_transport);
  if (settings_.trust == implementation_trust::known && !is_trusted(offer))
    return unexpected(autoconnect_refusal::not_trusted);
  if (!offer.reachable_on || !offer.port)
    return unexpected(autoconnect_refusal::missing_address);
  if (leads_there(record, present))
    return unexpected(autoconnect_refusal::already_there);
  if (is_out_of_reach(*offer.reachable_on))
    return unexpected(autoconnect_refusal::out_of_reach);
  const auto published = offer.name.value_or(std::string{});
  auto name = published;
  for (int n = 2; has_name(present, name) || connections_.contains(name); ++n)
    name = published + " (" + std::to_string(n) + ")";
  connections_[name] = {record.endpoint(), now, false, std::nullopt};
  return autoconnection{name, *offer.reachable_on, *offer.port, offer.network_name, offer.passphrase, record.network};
}

bool autoconnector::leads_there(const discovered_interface& record, present_interfaces present) const {
  const auto place = record.endpoint();
  return std::any_of(connections_.begin(), connections_.end(),
                     [&](const auto& one) { return one.second.endpoint == place; }) ||
         std::any_of(present.begin(), present.end(), [&](const auto& one) {
           return one.host && one.host == record.offer.reachable_on && one.port == record.offer.port;
         });
}

/// Answers with how many are online.
std::size_t autoconnector::look_at(instant now, present_interfaces present, orders& out) {
  std::size_t online = 0;
  for (auto at = connections_.begin(); at != connections_.end();) {
    auto& [name, one] = *at;
    const auto found = std::find_if(present.begin(), present.end(), [&](const auto& p) { return p.name == at->first; });
    if (found == present.end()) {
      const bool on_its_way = !one.seen && now - one.since < appears_within;
      at = on_its_way ? std::next(at) : connections_.erase(at);
      continue;
    }
    one.seen = true;
    online += found->online;
    if (found->online && one.down_since) {
      one.down_since.reset();
      out.came_back.push_back(name);
    } else if (!found->online && !one.down_since) {
      one.down_since = now;
      out.went_down.push_back(name);
    } else if (!found->online && now - *one.down_since >= down_max) {
      out.detach.push_back(name);
    }
    ++at;
  }
  return online;
}

autoconnector::orders autoconnector::monitor(instant now, present_interfaces present) {
  orders out;
  if (settings_.connections_max == 0)
    return out;
  adopt(now, present);
  const auto online = look_at(now, present, out);
  const auto free = settings_.connections_max - std::min<std::size_t>(connections_.size(), settings_.connections_max);
  std::size_t bootstraps = 0;
  for (const auto& one : present) {
    bootstraps += one.bootstrap_only;
    if (one.bootstrap_only && online >= settings_.connections_max)
      out.detach.push_back(one.name);
  }
  out.bootstrap = online == 0 && bootstraps == 0;
  out.connect_another = free > settings_.connections_max / 4;
  for (const auto& name : out.detach)
    connections_.erase(name);
  return out;
}

}  // namespace plexus
