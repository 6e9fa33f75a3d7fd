#include "transport/control/message_framing.hpp"

#include "transport/control/octet_cursor.hpp"

namespace plexus {
namespace {

constexpr std::uint64_t size_32_max = 0x7fffffff;
constexpr std::uint32_t size_64_follows = 0xffffffff;  // -1

}  // namespace

void append_framed(octet_string& to, octets message) {
  if (message.size() <= size_32_max) {
    append_big_endian(to, message.size(), 4);
  } else {
    append_big_endian(to, size_64_follows, 4);
    append_big_endian(to, message.size(), 8);
  }
  append(to, message);
}

void message_splitter::feed(octets more) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_));
  consumed_ = 0;
  append(buffer_, more);
}

expected<std::optional<octet_string>> message_splitter::next() {
  octet_cursor cursor(octets(buffer_).subspan(consumed_));
  auto size = cursor.big_endian(4);
  if (size && *size == size_64_follows)
    size = cursor.big_endian(8);
  else if (size && *size > size_32_max)
    return unexpected(parse_error::bad_value);
  if (!size)
    return std::nullopt;
  if (*size > size_max_)
    return unexpected(parse_error::oversized);
  const auto message = cursor.take(*size);
  if (!message)
    return std::nullopt;
  octet_string taken(message->begin(), message->end());
  consumed_ = buffer_.size() - cursor.left();
  return taken;
}

}  // namespace plexus
