#include "messages/link_upkeep.hpp"

#include "messages/cursor.hpp"

#include <bit>

namespace plexus {
namespace {

namespace msgpack_tag {
constexpr octet positive_end = 0x80, float_32 = 0xca, float_64 = 0xcb, uint_8 = 0xcc, uint_64 = 0xcf, int_8 = 0xd0,
                int_64 = 0xd3, negative_begin = 0xe0;
}  // namespace msgpack_tag

/// Octets after the tag, or 0 when the tag is its own value.
std::size_t width_of(octet tag) {
  using namespace msgpack_tag;
  if (tag == float_32)
    return 4;
  if (tag == float_64)
    return 8;
  if (tag >= uint_8 && tag <= uint_64)
    return std::size_t{1} << (tag - uint_8);
  if (tag >= int_8 && tag <= int_64)
    return std::size_t{1} << (tag - int_8);
  return 0;
}

}  // namespace

expected<link_identify> link_identify::parse(octets plaintext) {
  if (plaintext.size() != size)
    return unexpected(plaintext.size() < size ? parse_error::truncated : parse_error::oversized);
  field_reader fields(plaintext);
  link_identify i;
  i.key = fields.take<public_key>();
  i.proof = fields.take<signature>();
  return i;
}

octet_string link_identify::encode() const {
  octet_string plaintext;
  append(plaintext, key.bytes());
  append(plaintext, proof.bytes());
  return plaintext;
}

octet_string link_identify::signed_data(const link_id& link) const {
  octet_string data;
  append(data, link.bytes());
  append(data, key.bytes());
  return data;
}

std::array<octet, 9> encode_round_trip(double seconds) {
  std::array<octet, 9> plaintext{msgpack_tag::float_64};
  write_big_endian(std::bit_cast<std::uint64_t>(seconds), mutable_octets(plaintext).subspan(1));
  return plaintext;
}

expected<double> parse_round_trip(octets plaintext) {
  using namespace msgpack_tag;
  if (plaintext.empty())
    return unexpected(parse_error::truncated);
  const auto tag = plaintext[0];
  if (tag < positive_end)
    return tag;
  if (tag >= negative_begin)
    return static_cast<std::int8_t>(tag);
  const auto width = width_of(tag);
  if (width == 0)
    return unexpected(parse_error::bad_value);
  if (plaintext.size() < 1 + width)
    return unexpected(parse_error::truncated);
  const auto bits = read_big_endian(plaintext.subspan(1, width));
  if (tag == float_32)
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  if (tag == float_64)
    return std::bit_cast<double>(bits);
  if (tag <= uint_64)
    return static_cast<double>(bits);
  const auto unused_bits = 64 - 8 * width;
  return static_cast<double>(static_cast<std::int64_t>(bits << unused_bits) >> unused_bits);
}

}  // namespace plexus
