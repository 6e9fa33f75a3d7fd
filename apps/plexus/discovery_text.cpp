#include "apps/plexus/discovery_text.hpp"

#include "apps/plexus/format.hpp"
#include "apps/plexus/json_text.hpp"

#include <algorithm>
#include <cctype>

namespace plexus {
namespace {

constexpr std::size_t name_width = 25, type_width = 10, status_width = 12, age_width = 12, value_width = 7,
                      running_width = 16, location_width = 15;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// The first `size` code points.
std::string first_of(const std::string& utf8, std::size_t size) {
  std::size_t at = 0;
  for (; at < utf8.size(); ++at)
    if ((static_cast<unsigned char>(utf8[at]) & 0xc0) != 0x80 && size-- == 0)
      break;
  return utf8.substr(0, at);
}

bool names_implementation(const published_interface& offer) {
  return offer.implementation && !offer.implementation->empty() && offer.version && !offer.version->empty();
}

std::string implementation_of(const published_interface& offer) {
  return names_implementation(offer) ? *offer.implementation + " " + *offer.version : "Unknown";
}

/// Whether it is left out of tables and details, though it counts as one of them.
bool is_hidden(const discovered_interface& record, const discovery_text_options& options, unix_time now) {
  return (record.status(now) == discovery_status::stale && !options.show_stale) ||
         (!names_implementation(record.offer) && !options.show_unknown);
}

std::string place_of(const published_interface& offer) {
  return text_of(rounded(*offer.latitude, 4)) + ", " + text_of(rounded(*offer.longitude, 4));
}

// The table

std::string_view mark_of(discovery_status status) {
  switch (status) {
    case discovery_status::available:
      return "✓ Available";
    case discovery_status::unknown:
      return "? Unknown";
    case discovery_status::stale:
      return "× Stale";
  }
  return "";
}

std::string age_text(double seconds) {
  if (seconds < 60)
    return "Just now";
  if (seconds < 3600)
    return std::to_string(static_cast<std::int64_t>(seconds / 60)) + "m ago";
  if (seconds < 86400)
    return std::to_string(static_cast<std::int64_t>(seconds / 3600)) + "h ago";
  return std::to_string(static_cast<std::int64_t>(seconds / 86400)) + "d ago";
}

std::string row(const discovered_interface& record, unix_time now) {
  const auto& offer = record.offer;
  auto name = offer.name.value_or(std::string{});
  if (length_of(name) > 24)
    name = first_of(name, 24) + "…";
  auto running = implementation_of(offer);
  if (length_of(running) > 16)
    running = first_of(running, 15) + "…";
  std::string type(to_string(offer.type));
  type.erase(type.find("Interface"));
  const auto where = offer.latitude && offer.longitude ? place_of(offer) : std::string("N/A");
  return padded(name, name_width) + " " + padded(type, type_width) + " " +
         padded(std::string(mark_of(record.status(now))), status_width) + " " +
         padded(age_text(now.seconds - record.last_heard.real()), age_width) + " " +
         padded(std::to_string(record.value), value_width) + " " + padded(running, running_width) + " " +
         padded(where, location_width) + "\n";
}

std::string table_head() {
  return padded("Name", name_width) + " " + padded("Type", type_width) + "   " + padded("Status", 10) + " " +
         padded("Last Heard", age_width) + " " + padded("Value", value_width) + " " + padded("Running", running_width) +
         " " + padded("Location", location_width) + "\n" + std::string(110, '-') + "\n";
}

// Details

std::string line(std::string_view label, const std::string& content) {
  return padded(std::string(label), 12) + " : " + content + "\n";
}

/// Thousands set apart, as Python's format does.
std::string grouped(const value& number) {
  auto text = number.is_integer() ? std::to_string(number.as_int().value_or(0)) : text_of(*number.as_double());
  const auto whole = std::min(text.find_first_of(".en"), text.size());
  const std::size_t sign = text.front() == '-';
  for (auto at = static_cast<std::ptrdiff_t>(whole) - 3; at > static_cast<std::ptrdiff_t>(sign); at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string shown(const value& v) {
  if (const auto* text = v.as_text())
    return *text;
  if (v.is_nil())
    return "None";
  return v.is_integer() ? std::to_string(v.as_int().value_or(0)) : text_of(v.as_double().value_or(0));
}

std::string status_name(discovery_status status) {
  std::string name(to_string(status));
  name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
  return name;
}

std::string location_of(const published_interface& offer) {
  if (!offer.latitude || !offer.longitude)
    return "Unknown";
  return place_of(offer) + (offer.height ? ", " + text_of(*offer.height) + "m h" : "");
}

std::string radio_lines(const published_interface& offer) {
  const auto& radio = offer.radio;
  const bool rnode = offer.type == published_type::rnode,
             modulated = offer.type == published_type::weave || offer.type == published_type::kiss;
  std::string out;
  if (radio.frequency.is_number())
    out += line("Frequency", grouped(radio.frequency) + " Hz");
  if (radio.bandwidth.is_number())
    out += line("Bandwidth", grouped(radio.bandwidth) + " Hz");
  if (rnode)
    out += line("Sprd. Factor", shown(radio.spreading_factor)) + line("Coding Rate", shown(radio.coding_rate));
  if (modulated)
    out += line("Modulation", shown(radio.modulation));
  return out;
}

std::string entry_lines(const std::string& entry) {
  std::string out = "\nConfiguration Entry:\n";
  for (std::size_t at = 0; at <= entry.size();) {
    const auto end = std::min(entry.find('\n', at), entry.size());
    out += "  " + entry.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return out;
}

std::string details(const discovered_interface& record, unix_time now) {
  const auto& offer = record.offer;
  const auto ago = [now](const number& then) {
    return pretty_time(now.seconds - then.real(), time_style::compact) + " ago";
  };
  std::string out;
  if (offer.node.hex() != record.network.hex())
    out += line("Network   ID", record.network.hex());
  out += line("Transport ID", offer.node.hex());
  if (offer.operator_address)
    out += line("LXMF address", offer.operator_address->hex());
  out += line("Name", offer.name.value_or(std::string{})) + line("Type", std::string(to_string(offer.type)));
  out += line("Stack", implementation_of(offer)) + line("Status", status_name(record.status(now)));
  out += line("Transport", offer.transport ? "Enabled" : "Disabled");
  out += line("Distance", std::to_string(record.hops) + (record.hops == 1 ? " hop" : " hops"));
  out += line("Discovered", ago(record.discovered)) + line("Last Heard", ago(record.last_heard));
  out += line("Location", location_of(offer)) + radio_lines(offer);
  if (offer.reachable_on)
    out += line("Address", *offer.reachable_on);
  if (offer.port)
    out += line("Port", std::to_string(*offer.port));
  return out + line("Stamp Value", std::to_string(record.value)) + entry_lines(record.config_entry);
}

}  // namespace

std::string discovered_text(const std::vector<discovered_interface>& records, const discovery_text_options& options,
                            unix_time now) {
  std::string out = options.details ? std::string{} : table_head();
  std::size_t index = 0;  // counts what is hidden, too: so does the reference
  for (const auto& record : records) {
    if (lower(record.offer.name.value_or(std::string{})).find(lower(options.filter)) == std::string::npos)
      continue;
    const bool first = index++ == 0;
    if (is_hidden(record, options, now))
      continue;
    if (options.details && !first)
      out += "\n" + std::string(47, '=') + "\n\n";
    out += options.details ? details(record, now) : row(record, now);
  }
  return out;
}

std::string discovered_json(const std::vector<discovered_interface>& records, unix_time now) {
  value::list all;
  for (const auto& record : records) {
    auto members = *encode_record(record).as_map();
    members.push_back({value("status"), value(to_string(record.status(now)))});
    members.push_back({value("status_code"), value(static_cast<int>(record.status(now)))});
    all.emplace_back(std::move(members));
  }
  return json_text(all) + "\n";
}

}  // namespace plexus
