#include "storage/state/known_destinations.hpp"

namespace plexus {

void encode_known_destination(octet_string& out, const known_destination& entry) {
  packed_writer writer{out};
  writer.binary(entry.destination.bytes());
  writer.array(5);
  writer.number(entry.announced_at.seconds);
  writer.binary(entry.packet.bytes());
  writer.binary(entry.key.bytes());
  if (entry.app_data)
    writer.binary(*entry.app_data);
  else
    writer.nil();
  if (entry.last_used == known_destination::never || entry.last_used == known_destination::retained)
    writer.integer(static_cast<std::int64_t>(entry.last_used.seconds));
  else
    writer.number(entry.last_used.seconds);
}

octet_string encode_known_destinations(const std::vector<known_destination>& entries) {
  octet_string out;
  packed_writer{out}.map(static_cast<std::uint32_t>(entries.size()));
  for (const auto& entry : entries)
    encode_known_destination(out, entry);
  return out;
}

namespace {

known_destination read_entry(packed_cursor& cursor, const destination_hash& destination) {
  known_destination out;
  out.destination = destination;
  const auto size = cursor.array();
  if (size < 4)
    cursor.fail(parse_error::bad_value);
  out.announced_at = cursor.time();
  out.packet = cursor.fixed<packet_hash>();
  out.key = cursor.fixed<public_key>();
  if (!cursor.nil()) {
    const auto data = cursor.binary();
    out.app_data.emplace(data.begin(), data.end());
  }
  if (size > 4)
    out.last_used = cursor.time();
  for (std::uint32_t i = 5; i < size; ++i)
    cursor.skip();
  return out;
}

}  // namespace

expected<std::size_t> read_known_destinations(octets file, const std::function<void(const known_destination&)>& each) {
  packed_cursor cursor{file};
  const auto count = cursor.map();
  if (cursor.failed())
    return unexpected(cursor.error());
  return read_records(cursor, count, 2, [&] {
    const auto destination = cursor.fixed<destination_hash>();
    const auto entry = read_entry(cursor, destination);
    if (!cursor.failed())
      each(entry);
  });
}

expected<parsed_table<known_destination>> parse_known_destinations(octets file) {
  parsed_table<known_destination> out;
  const auto skipped =
      read_known_destinations(file, [&](const known_destination& entry) { out.entries.push_back(entry); });
  if (!skipped)
    return unexpected(skipped.error());
  out.skipped = *skipped;
  return out;
}

}  // namespace plexus
