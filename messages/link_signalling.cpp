#include "messages/link_signalling.hpp"

#include "messages/cursor.hpp"

namespace plexus {

link_signalling link_signalling::from(octets value) {
  const auto bits = static_cast<std::uint32_t>(read_big_endian(value.first(size)));
  return {bits % mtu_end, static_cast<link_mode>(bits / mtu_end)};
}

expected<std::array<octet, link_signalling::size>> link_signalling::encode() const {
  if (!is_enabled(mode))
    return unexpected(parse_error::bad_value);
  std::array<octet, size> value;
  write_big_endian(static_cast<std::uint32_t>(mode) * mtu_end | mtu % mtu_end, value);
  return value;
}

expected<std::array<octet, link_signalling::size>> signal_mtu_again(octets present, std::uint32_t mtu) {
  return link_signalling{mtu, link_signalling::from(present).mode}.encode();
}

}  // namespace plexus
