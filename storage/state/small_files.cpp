#include "storage/state/small_files.hpp"

namespace plexus {

octet_string encode_private_key(const private_key& key) {
  return {key.bytes().begin(), key.bytes().end()};
}

expected<private_key> parse_private_key(octets file) {
  if (file.size() != private_key::size)
    return unexpected(file.size() < private_key::size ? parse_error::truncated : parse_error::oversized);
  return private_key::from(file);
}

octet_string encode_packet_hashes(const std::vector<packet_hash>& hashes) {
  octet_string out;
  out.reserve(hashes.size() * packet_hash::size);
  for (const auto& hash : hashes)
    append(out, hash.bytes());
  return out;
}

std::vector<packet_hash> parse_packet_hashes(octets file) {
  std::vector<packet_hash> out;
  out.reserve(file.size() / packet_hash::size);
  for (; file.size() >= packet_hash::size; file = file.subspan(packet_hash::size))
    out.push_back(packet_hash::from(file));
  return out;
}

octet_string encode_ratchet(const ratchet_record& ratchet) {
  octet_string out;
  packed_writer writer{out};
  writer.map(2);
  writer.text("ratchet");
  writer.binary(ratchet.key.bytes());
  writer.text("received");
  writer.number(ratchet.received.seconds);
  return out;
}

expected<ratchet_record> parse_ratchet(octets file) {
  packed_cursor cursor{file};
  std::optional<ratchet_key> key;
  std::optional<unix_time> received;
  const auto pairs = cursor.map();
  for (std::uint32_t i = 0; i < pairs && !cursor.failed(); ++i) {
    const auto name = cursor.text();
    if (name == "ratchet")
      key = cursor.fixed<ratchet_key>();
    else if (name == "received")
      received = cursor.time();
    else
      cursor.skip();
  }
  if (!cursor.failed() && !(key && received))
    cursor.fail(parse_error::bad_value);
  if (cursor.failed())
    return unexpected(cursor.error());
  return ratchet_record{*key, *received};
}

octet_string encode_cached_announce(octets packet, const std::optional<std::string>& interface) {
  octet_string out;
  packed_writer writer{out};
  writer.array(2);
  writer.binary(packet);
  if (interface)
    writer.text(*interface);
  else
    writer.nil();
  return out;
}

expected<cached_announce> parse_cached_announce(octets file) {
  packed_cursor cursor{file};
  if (cursor.array() < 2)
    cursor.fail(parse_error::bad_value);
  const auto packet = cursor.binary();
  cached_announce out{{packet.begin(), packet.end()}, std::nullopt};
  if (!cursor.nil())
    out.interface = std::string{cursor.text()};
  if (cursor.failed())
    return unexpected(cursor.error());
  return out;
}

octet_string encode_blackhole(const std::vector<blackhole_record>& entries) {
  octet_string out;
  packed_writer writer{out};
  writer.map(static_cast<std::uint32_t>(entries.size()));
  for (const auto& entry : entries) {
    writer.binary(entry.identity.bytes());
    writer.map(entry.source ? 3 : 2);
    if (entry.source) {
      writer.text("source");
      writer.binary(entry.source->bytes());
    }
    writer.text("until");
    if (entry.until)
      writer.number(entry.until->seconds);
    else
      writer.nil();
    writer.text("reason");
    if (entry.reason)
      writer.text(*entry.reason);
    else
      writer.nil();
  }
  return out;
}

namespace {

blackhole_record read_blackhole(packed_cursor& cursor) {
  blackhole_record out;
  out.identity = cursor.fixed<identity_hash>();
  const auto pairs = cursor.map();
  for (std::uint32_t i = 0; i < pairs && !cursor.failed(); ++i) {
    const auto name = cursor.text();
    if (cursor.nil())
      continue;
    if (name == "source")
      out.source = cursor.fixed<identity_hash>();
    else if (name == "until")
      out.until = cursor.time();
    else if (name == "reason" && cursor.is_text())
      out.reason = std::string{cursor.text()};
    else
      cursor.skip();
  }
  return out;
}

}  // namespace

expected<parsed_table<blackhole_record>> parse_blackhole(octets file) {
  packed_cursor cursor{file};
  const auto count = cursor.map();
  if (cursor.failed())
    return unexpected(cursor.error());
  parsed_table<blackhole_record> out;
  const auto skipped = read_records(cursor, count, 2, [&] {
    auto entry = read_blackhole(cursor);
    if (!cursor.failed())
      out.entries.push_back(std::move(entry));
  });
  if (!skipped)
    return unexpected(skipped.error());
  out.skipped = *skipped;
  return out;
}

}  // namespace plexus
