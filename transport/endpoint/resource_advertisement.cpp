#include "transport/endpoint/resource_advertisement.hpp"

#include "messages/cursor.hpp"
#include "transport/control/value_msgpack.hpp"

namespace plexus {
namespace {

constexpr octet hashmap_exhausted = 0xff, hashmap_not_exhausted = 0x00;

octet_string join(const std::vector<map_hash>& map) {
  octet_string joined;
  joined.reserve(map.size() * map_hash::size);
  for (const auto& hash : map)
    append(joined, hash.bytes());
  return joined;
}

std::vector<map_hash> split_map(octets joined) {
  std::vector<map_hash> map;
  map.reserve(joined.size() / map_hash::size);
  for (field_reader fields(joined); fields.rest().size() >= map_hash::size;)
    map.push_back(fields.take<map_hash>());
  return map;
}

template <class Hash>
bool read(const value& from, std::string_view key, Hash& to) {
  const auto* found = from.find(key);
  const auto* bytes = found ? found->as_bytes() : nullptr;
  const auto hash = bytes ? Hash::from_exactly(*bytes) : std::nullopt;
  if (hash)
    to = *hash;
  return hash.has_value();
}

bool read(const value& from, std::string_view key, std::uint64_t& to) {
  const auto* found = from.find(key);
  const auto number = found ? found->as_unsigned() : std::nullopt;
  if (number)
    to = *number;
  return number.has_value();
}

bool read_request(const value& from, std::optional<request_id>& to) {
  const auto* found = from.find("q");
  if (!found)
    return false;
  if (found->is_nil())
    return true;
  const auto* bytes = found->as_bytes();
  to = bytes ? request_id::from_exactly(*bytes) : std::nullopt;
  return to.has_value();
}

}  // namespace

octet resource_advertisement::flags() const {
  return static_cast<octet>(encrypted | compressed << 1 | split << 2 | is_request << 3 | is_response << 4 |
                            has_metadata << 5);
}

octet_string resource_advertisement::encode() const {
  return to_msgpack(value::map{
      {"t", transfer_size},
      {"d", data_size},
      {"n", parts},
      {"h", hash.bytes()},
      {"r", random.bytes()},
      {"o", original_hash.bytes()},
      {"i", segment},
      {"l", segments},
      {"q", request ? value(request->bytes()) : value()},
      {"f", int{flags()}},
      {"m", join(map)},
  });
}

expected<resource_advertisement> resource_advertisement::parse(octets plaintext) {
  const auto read_value = from_msgpack(plaintext);
  if (!read_value)
    return unexpected(read_value.error());
  const auto& v = *read_value;
  resource_advertisement a;
  std::uint64_t flags = 0;
  const auto* map = v.find("m");
  const auto* map_bytes = map ? map->as_bytes() : nullptr;
  const bool complete = read(v, "t", a.transfer_size) && read(v, "d", a.data_size) && read(v, "n", a.parts) &&
                        read(v, "h", a.hash) && read(v, "r", a.random) && read(v, "o", a.original_hash) &&
                        read(v, "i", a.segment) && read(v, "l", a.segments) && read(v, "f", flags) && map_bytes &&
                        read_request(v, a.request);
  if (!complete || a.segment < 1 || a.segment > a.segments || map_bytes->size() % map_hash::size != 0)
    return unexpected(parse_error::bad_value);
  if (a.transfer_size > resource_limits::transfer_size_max)
    return unexpected(parse_error::oversized);
  const auto flag = [flags](int bit) { return (flags >> bit & 1) != 0; };
  a.encrypted = flag(0);
  a.compressed = flag(1);
  a.split = flag(2);
  a.is_request = flag(3);
  a.is_response = flag(4);
  a.has_metadata = flag(5);
  a.map = split_map(*map_bytes);
  return a;
}

octet_string hashmap_update::encode() const {
  octet_string plaintext(hash.data(), hash.data() + resource_hash::size);
  append(plaintext, to_msgpack(value::list{segment, join(map)}));
  return plaintext;
}

expected<hashmap_update> hashmap_update::parse(octets plaintext) {
  if (plaintext.size() < resource_hash::size)
    return unexpected(parse_error::truncated);
  const auto content = from_msgpack(plaintext.subspan(resource_hash::size));
  if (!content)
    return unexpected(content.error());
  const auto* items = content->as_list();
  if (!items || items->size() < 2)
    return unexpected(parse_error::bad_value);
  const auto segment = (*items)[0].as_unsigned();
  const auto* map = (*items)[1].as_bytes();
  if (!segment || !map)
    return unexpected(parse_error::bad_value);
  return hashmap_update{resource_hash::from(plaintext), *segment, split_map(*map)};
}

octet_string part_request::encode() const {
  octet_string plaintext;
  plaintext.reserve(1 + map_hash::size + resource_hash::size + wanted.size() * map_hash::size);
  plaintext.push_back(last_known ? hashmap_exhausted : hashmap_not_exhausted);
  if (last_known)
    append(plaintext, last_known->bytes());
  append(plaintext, hash.bytes());
  append(plaintext, join(wanted));
  return plaintext;
}

expected<part_request> part_request::parse(octets plaintext) {
  if (plaintext.empty())
    return unexpected(parse_error::truncated);
  const bool exhausted = plaintext[0] == hashmap_exhausted;
  if (plaintext.size() < 1 + (exhausted ? map_hash::size : 0) + resource_hash::size)
    return unexpected(parse_error::truncated);
  field_reader fields(plaintext.subspan(1));
  part_request r;
  if (exhausted)
    r.last_known = fields.take<map_hash>();
  r.hash = fields.take<resource_hash>();
  r.wanted = split_map(fields.rest());
  return r;
}

}  // namespace plexus
