#include "transport/discovery/reachable_address.hpp"

#include <algorithm>
#include <vector>

namespace plexus {
namespace {

constexpr std::size_t host_name_size_max = 253, label_size_max = 63;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool may_stand_in_zone(char c) {
  return c > ' ' && c < 0x7f && c != '%';
}
int hex_digit(char c) {
  if (is_digit(c))
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<octet> ipv4_part(std::string_view text) {
  if (text.empty() || text.size() > 3 || !std::all_of(text.begin(), text.end(), is_digit) ||
      (text.size() > 1 && text.front() == '0'))
    return std::nullopt;
  int number = 0;
  for (const char c : text)
    number = number * 10 + (c - '0');
  return number <= 255 ? std::optional(static_cast<octet>(number)) : std::nullopt;
}

std::optional<std::array<octet, 4>> parse_ipv4(std::string_view text) {
  const auto parts = split(text, '.');
  std::array<octet, 4> address{};
  if (parts.size() != address.size())
    return std::nullopt;
  for (std::size_t i = 0; i < address.size(); ++i) {
    const auto part = ipv4_part(parts[i]);
    if (!part)
      return std::nullopt;
    address[i] = *part;
  }
  return address;
}

bool append_group(octet_string& to, std::string_view text) {
  if (text.empty() || text.size() > 4)
    return false;
  unsigned group = 0;
  for (const char c : text) {
    const int digit = hex_digit(c);
    if (digit < 0)
      return false;
    group = group << 4 | static_cast<unsigned>(digit);
  }
  to.push_back(static_cast<octet>(group >> 8));
  to.push_back(static_cast<octet>(group));
  return true;
}

/// Groups between colons, an IPv4 address allowed as the last one; nothing at all for an empty text.
std::optional<octet_string> parse_groups(std::string_view text, bool may_end_in_ipv4) {
  octet_string out;
  if (text.empty())
    return out;
  const auto parts = split(text, ':');
  for (std::size_t i = 0; i < parts.size() && out.size() <= 16; ++i) {
    if (i + 1 == parts.size() && may_end_in_ipv4 && parts[i].find('.') != std::string_view::npos) {
      const auto tail = parse_ipv4(parts[i]);
      if (!tail)
        return std::nullopt;
      append(out, *tail);
    } else if (!append_group(out, parts[i])) {
      return std::nullopt;
    }
  }
  return out;
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= label_size_max && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool ends_in_onion(std::string_view text) {
  constexpr std::string_view end = ".onion";
  return text.size() >= end.size() && std::equal(end.begin(), end.end(), text.end() - end.size(), [](char a, char b) {
           return a == (is_letter(b) ? static_cast<char>(b | 0x20) : b);
         });
}

}  // namespace

bool is_ipv4_address(std::string_view text) {
  return parse_ipv4(text).has_value();
}

std::optional<std::array<octet, 16>> parse_ipv6_address(std::string_view text) {
  if (const auto zone = text.find('%'); zone != std::string_view::npos) {
    const auto name = text.substr(zone + 1);
    if (name.empty() || !std::all_of(name.begin(), name.end(), may_stand_in_zone))
      return std::nullopt;
    text = text.substr(0, zone);
  }
  std::array<octet, 16> address{};
  const auto gap = text.find("::");
  const auto high = parse_groups(text.substr(0, gap), gap == std::string_view::npos);
  if (!high)
    return std::nullopt;
  if (gap == std::string_view::npos) {
    if (high->size() != address.size())
      return std::nullopt;
    std::copy(high->begin(), high->end(), address.begin());
    return address;
  }
  const auto low = parse_groups(text.substr(gap + 2), true);
  if (!low || high->size() + low->size() > address.size() - 2)
    return std::nullopt;
  std::copy(high->begin(), high->end(), address.begin());
  std::copy(low->begin(), low->end(), address.end() - static_cast<std::ptrdiff_t>(low->size()));
  return address;
}

bool is_host_name(std::string_view text) {
  if (!text.empty() && text.back() == '.')
    text.remove_suffix(1);
  if (text.empty() || text.size() > host_name_size_max)
    return false;
  const auto labels = split(text, '.');
  return !std::all_of(labels.back().begin(), labels.back().end(), is_digit) &&
         std::all_of(labels.begin(), labels.end(), is_label);
}

bool is_out_of_reach(std::string_view text) {
  if (text == "127.0.0.1" || text == "0.0.0.0" || ends_in_onion(text))
    return true;
  const auto address = parse_ipv6_address(text);
  return address && ((*address)[0] & 0xfe) == 0x02;
}

}  // namespace plexus
