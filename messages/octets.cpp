#include "messages/octets.hpp"

namespace plexus {
namespace {

int digit_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(octets value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(value.size() * 2);
  for (const auto o : value) {
    text.push_back(digits[o >> 4]);
    text.push_back(digits[o & 15]);
  }
  return text;
}

octet_string from_hex(std::string_view text) {
  if (text.size() % 2 != 0)
    return {};
  octet_string value;
  value.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit_value(text[i]), low = digit_value(text[i + 1]);
    if (high < 0 || low < 0)
      return {};
    value.push_back(static_cast<octet>(high << 4 | low));
  }
  return value;
}

}  // namespace plexus
