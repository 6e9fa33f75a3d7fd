#include "storage/config/interface_publication.hpp"

#include "transport/discovery/reachable_address.hpp"

#include <charconv>

namespace plexus {
namespace {

std::optional<double> degrees(std::string_view text, double least, double most) {
  if (!text.empty() && text.front() == '+')
    text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number >= least && number <= most ? std::optional(number) : std::nullopt;
}

template <class T>
value value_of(const std::optional<T>& setting) {
  return setting ? value(*setting) : value();
}

/// The part that depends on the type; a sentence where something is missing.
struct type_part {
  const discovery_settings& discovery;
  published_interface& out;

  std::string operator()(const backbone_server_settings& s) const {
    return listener(published_type::backbone, s.listen);
  }
  std::string operator()(const tcp_server_settings& s) const { return listener(published_type::tcp_server, s.listen); }
  std::string operator()(const tcp_client_settings& s) const {
    if (!s.kiss_framing)
      return "of TCP clients only those with kiss_framing can be discovered";
    out.type = published_type::kiss;
    out.radio.frequency = value_of(discovery.frequency);
    out.radio.bandwidth = value_of(discovery.bandwidth);
    out.radio.modulation = value_of(discovery.modulation);
    return {};
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return "interfaces of its type cannot be discovered";
  }

private:
  std::string listener(published_type type, const listen_settings& listen) const {
    if (!discovery.reachable_on)
      return "reachable_on is not set";
    out.type = type;
    out.port = listen.port;
    out.reachable_on = trimmed_text(*discovery.reachable_on);
    if (!is_reachable_address(*out.reachable_on))
      return "reachable_on is neither an IP address nor a host name: " + *out.reachable_on;
    return {};
  }
};

std::optional<std::string> trimmed(const std::optional<std::string>& text) {
  return text ? std::optional(trimmed_text(*text)) : std::nullopt;
}

}  // namespace

expected<location, std::string> parse_location(std::string_view text) {
  std::string plain = trimmed_text(text);
  std::erase(plain, ' ');
  const auto first = plain.find(','), second = plain.find(',', first + 1);
  if (first == std::string::npos || second == std::string::npos)
    return unexpected("not latitude, longitude and height: " + plain);
  const std::string_view rest = plain;
  const auto latitude = degrees(rest.substr(0, first), -90, 90),
             longitude = degrees(rest.substr(first + 1, second - first - 1), -180, 180),
             height = degrees(rest.substr(second + 1), -4000, 1e6);
  if (!latitude || !longitude || !height)
    return unexpected("no latitude, longitude and height on Earth: " + plain);
  return location{*latitude, *longitude, *height};
}

bool can_be_published(const interface_config& config) {
  const auto* client = std::get_if<tcp_client_settings>(&config.settings);
  return std::holds_alternative<backbone_server_settings>(config.settings) ||
         std::holds_alternative<tcp_server_settings>(config.settings) || (client && client->kiss_framing);
}

expected<published_interface, std::string> publication_of(const interface_config& config, const publishing_node& node) {
  const auto& discovery = *config.discovery;
  published_interface out;
  const auto problem = std::visit(type_part{discovery, out}, config.settings);
  if (!problem.empty())
    return unexpected(problem);
  out.transport = node.transport;
  out.node = node.identity;
  out.implementation = node.implementation;
  out.version = node.version;
  out.name = trimmed(discovery.name);
  out.latitude = discovery.latitude;
  out.longitude = discovery.longitude;
  out.height = discovery.height;
  out.operator_address = discovery.lxmf_address;
  if (discovery.publish_ifac) {
    out.network_name = trimmed(config.network_name);
    out.passphrase = trimmed(config.passphrase);
  }
  return out;
}

}  // namespace plexus
