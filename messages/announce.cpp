#include "messages/announce.hpp"

#include "messages/cursor.hpp"

namespace plexus {
namespace {

constexpr std::size_t blob_random_size = 5;

octet* put(octets value, octet* out) {
  return std::copy(value.begin(), value.end(), out);
}

}  // namespace

std::uint64_t emitted_at(const random_blob& blob) {
  return read_big_endian(blob.bytes().subspan(blob_random_size));
}

random_blob make_random_blob(octets five_random_octets, std::uint64_t unix_seconds) {
  random_blob blob;
  put(five_random_octets.first(blob_random_size), blob.data());
  write_big_endian(unix_seconds, blob.bytes().subspan(blob_random_size));
  return blob;
}

expected<announce> announce::parse(octets data, bool has_ratchet) {
  if (data.size() < size_min + (has_ratchet ? ratchet_key::size : 0))
    return unexpected(parse_error::truncated);
  field_reader fields(data);
  announce a;
  a.key = fields.take<public_key>();
  a.name = fields.take<name_hash>();
  a.blob = fields.take<random_blob>();
  if (has_ratchet)
    a.ratchet = fields.take<ratchet_key>();
  a.proof = fields.take<signature>();
  a.app_data = fields.rest();
  return a;
}

octet_string announce::encode() const {
  octet_string data;
  data.reserve(size_min + ratchet_key::size + app_data.size());
  append(data, key.bytes());
  append(data, name.bytes());
  append(data, blob.bytes());
  if (ratchet)
    append(data, ratchet->bytes());
  append(data, proof.bytes());
  append(data, app_data);
  return data;
}

std::size_t announce::signed_size() const {
  return destination_hash::size + size_min - signature::size + (ratchet ? ratchet_key::size : 0) + app_data.size();
}

void announce::write_signed_data(const destination_hash& destination, octet* out) const {
  out = put(destination.bytes(), out);
  out = put(key.bytes(), out);
  out = put(name.bytes(), out);
  out = put(blob.bytes(), out);
  if (ratchet)
    out = put(ratchet->bytes(), out);
  put(app_data, out);
}

octet_string announce::signed_data(const destination_hash& destination) const {
  octet_string data(signed_size());
  write_signed_data(destination, data.data());
  return data;
}

}  // namespace plexus
