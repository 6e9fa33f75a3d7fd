#include "apps/plexus/format.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace plexus {
namespace {

std::string fixed(double v, int decimals) {
  std::array<char, 400> text;  // 309 digits of the greatest double, point, decimals
  const int size = std::snprintf(text.data(), text.size(), "%.*f", decimals, v);
  return {text.data(), static_cast<std::size_t>(size)};
}

constexpr std::array<const char*, 8> steps{"", "K", "M", "G", "T", "P", "E", "Z"};

std::string counted(std::int64_t n, char unit) {
  return std::to_string(n) + unit;
}

/// Seconds east of UTC in the local zone at that time.
std::int64_t zone_offset(std::time_t when) {
  std::tm local{};
  localtime_r(&when, &local);
  return local.tm_gmtoff;
}

}  // namespace

std::string text_of(double v) {
  if (std::isnan(v))
    return "nan";
  if (std::isinf(v))
    return v > 0 ? "inf" : "-inf";
  std::array<char, 40> digits;
  const auto magnitude = std::fabs(v);
  if (magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), v, std::chars_format::scientific).ptr;
    return {digits.data(), end};
  }
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), v, std::chars_format::fixed).ptr;
  std::string text(digits.data(), end);
  if (text.find('.') == std::string::npos)
    text += ".0";
  return text;
}

std::string text_of(const number& v) {
  return v.is_whole() ? std::to_string(v.whole()) : text_of(v.real());
}

double rounded(double v, int digits) {
  return std::strtod(fixed(v, digits).c_str(), nullptr);
}

std::size_t length_of(std::string_view utf8) {
  std::size_t length = 0;
  for (const char c : utf8)
    length += (static_cast<octet>(c) & 0xc0) != 0x80;
  return length;
}

std::string padded(std::string text, std::size_t width) {
  const auto length = length_of(text);
  if (length < width)
    text.append(width - length, ' ');
  return text;
}

std::string pretty_size(double n, std::string_view suffix) {
  for (const auto* step : steps) {
    if (std::fabs(n) < 1000.0)
      return fixed(n, *step == 0 ? 0 : 2) + " " + step + std::string(suffix);
    n /= 1000.0;
  }
  return fixed(n, 2) + "Y" + std::string(suffix);
}

std::string pretty_speed(double bits_per_second) {
  return pretty_size(bits_per_second / 8 * 8, "b") + "ps";
}

std::string pretty_bitrate(double n) {
  for (const auto* step : steps) {
    if (std::fabs(n) < 1000.0)
      return fixed(n, 2) + " " + (*step == 'K' ? "k" : step) + "bps";
    n /= 1000.0;
  }
  return fixed(n, 2) + " Ybps";
}

std::string pretty_frequency(double hertz) {
  if (hertz == 0)
    return "0 Hz";
  double n = hertz * 1e6;
  for (const auto* step : {"µ", "m", "", "K", "M", "G", "T", "P", "E", "Z"}) {
    if (std::fabs(n) < 1000.0)
      return fixed(n, 2) + " " + step + "Hz";
    n /= 1000.0;
  }
  return fixed(n, 2) + "YHz";
}

std::string pretty_rate(const number& hertz) {
  if (!hertz)
    return "0 Hz";
  double n = hertz.real();
  for (const auto* step : steps) {
    if (std::fabs(n) < 1000.0)
      return (hertz.is_whole() && *step == 0 ? text_of(hertz) : text_of(rounded(n, 1))) + " " + step + "Hz";
    n /= 1000.0;
  }
  return fixed(n, 2) + "YHz";
}

std::string pretty_time(const number& seconds, time_style style) {
  double left = std::fabs(seconds.real());
  const auto take = [&left](double unit) {
    const double whole = std::floor(left / unit);
    left = std::fmod(left, unit);
    return static_cast<std::int64_t>(whole);
  };
  const auto days = take(86400), hours = take(3600), minutes = take(60);
  const bool compact = style == time_style::compact;

  std::vector<std::string> parts;
  const auto room = [&] { return !compact || parts.size() < 2; };
  if (days > 0)
    parts.push_back(counted(days, 'd'));
  if (hours > 0)
    parts.push_back(counted(hours, 'h'));
  if (minutes > 0 && room())
    parts.push_back(counted(minutes, 'm'));
  if (compact || seconds.is_whole()) {
    if (left >= 1 && room())
      parts.push_back(counted(static_cast<std::int64_t>(left), 's'));
  } else if (const auto shown = rounded(left, 2); shown > 0) {
    parts.push_back(text_of(shown) + "s");
  }
  if (parts.empty())
    return "0s";
  std::string text = seconds.real() < 0 ? "-" + parts.front() : parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i)
    text += (i + 1 < parts.size() ? ", " : " and ") + parts[i];
  return text;
}

std::string pretty_age(std::int64_t then, double now) {
  // The reference subtracts local wall clock times, so a change of daylight saving time counts.
  const auto wall_now = now + static_cast<double>(zone_offset(static_cast<std::time_t>(now)));
  const auto difference = wall_now - static_cast<double>(then + zone_offset(static_cast<std::time_t>(then)));
  if (difference < 0)
    return {};
  const auto days = static_cast<std::int64_t>(difference / 86400);
  const auto seconds = static_cast<std::int64_t>(difference) - days * 86400;
  if (days == 0) {
    if (seconds < 60)
      return std::to_string(seconds) + " seconds";
    if (seconds < 70)
      return "1 minute";
    if (seconds < 7200)
      return std::to_string(seconds / 60) + " minutes";
    return std::to_string(seconds / 3600) + " hours";
  }
  if (days == 1)
    return "1 day";
  if (days < 7)
    return std::to_string(days) + " days";
  if (days < 31)
    return std::to_string(days / 7) + " weeks";
  if (days < 365)
    return std::to_string(days / 30) + " months";
  return std::to_string(days / 365) + " years";
}

std::string pretty_timestamp(double when) {
  const auto seconds = static_cast<std::time_t>(std::floor(when));
  std::tm local{};
  localtime_r(&seconds, &local);
  std::array<char, 32> text;
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local);
  return {text.data(), size};
}

std::string pretty_hash(octets hash) {
  return "<" + to_hex(hash) + ">";
}

}  // namespace plexus
