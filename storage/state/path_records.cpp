#include "storage/state/path_records.hpp"

#include <algorithm>

namespace plexus {

namespace {

void write_interface(packed_writer& writer, const std::optional<interface_hash>& hash) {
  if (hash)
    writer.binary(hash->bytes());
  else
    writer.nil();
}

std::optional<interface_hash> read_interface_hash(packed_cursor& cursor) {
  if (cursor.nil())
    return std::nullopt;
  return cursor.fixed<interface_hash>();
}

void read_path(packed_cursor& cursor, path_record& out) {
  const auto size = cursor.array();
  if (size < 8)
    cursor.fail(parse_error::bad_value);
  out.destination = cursor.fixed<destination_hash>();
  out.heard_at = cursor.time();
  out.next_hop = cursor.fixed<transport_id>();
  const auto hops = cursor.integer();
  if (hops < 0 || hops > 255)
    cursor.fail(parse_error::bad_hops);
  out.hops = static_cast<octet>(hops);
  out.expires = cursor.time();
  const auto blobs = cursor.array();
  out.blobs.clear();
  for (std::uint32_t i = 0; i < blobs && !cursor.failed(); ++i) {
    const auto blob = cursor.fixed<random_blob>();
    if (i + stored_blobs_max >= blobs)
      out.blobs.push_back(blob);
  }
  out.heard_on = read_interface_hash(cursor);
  out.packet = cursor.fixed<packet_hash>();
  for (std::uint32_t i = 8; i < size; ++i)
    cursor.skip();
}

}  // namespace

void encode_path_table_header(octet_string& out, std::uint32_t count) {
  packed_writer{out}.array(count);
}

void encode_path(octet_string& out, const path_record& path, std::size_t blobs_max) {
  packed_writer writer{out};
  writer.array(8);
  writer.binary(path.destination.bytes());
  writer.number(path.heard_at.seconds);
  writer.binary(path.next_hop.bytes());
  writer.integer(path.hops);
  writer.number(path.expires.seconds);
  const auto blobs = std::min(path.blobs.size(), blobs_max);
  writer.array(static_cast<std::uint32_t>(blobs));
  for (auto i = path.blobs.size() - blobs; i < path.blobs.size(); ++i)
    writer.binary(path.blobs[i].bytes());
  write_interface(writer, path.heard_on);
  writer.binary(path.packet.bytes());
}

octet_string encode_path_table(std::span<const path_record> paths) {
  octet_string out;
  encode_path_table_header(out, static_cast<std::uint32_t>(paths.size()));
  for (const auto& path : paths)
    encode_path(out, path);
  return out;
}

expected<std::size_t> read_path_table(octets file, const std::function<void(const path_record&)>& each) {
  packed_cursor cursor{file};
  const auto count = cursor.array();
  if (cursor.failed())
    return unexpected(cursor.error());
  path_record path;
  return read_records(cursor, count, 1, [&] {
    read_path(cursor, path);
    if (!cursor.failed())
      each(path);
  });
}

octet_string encode_tunnels(std::span<const tunnel_record> tunnels) {
  octet_string out;
  packed_writer writer{out};
  writer.array(static_cast<std::uint32_t>(tunnels.size()));
  for (const auto& tunnel : tunnels) {
    writer.array(4);
    writer.binary(tunnel.id.bytes());
    write_interface(writer, tunnel.interface);
    writer.array(static_cast<std::uint32_t>(tunnel.paths.size()));
    for (const auto& path : tunnel.paths)
      encode_path(out, path, stored_tunnel_blobs_max);
    writer.number(tunnel.expires.seconds);
  }
  return out;
}

namespace {

// Answers with the number of paths that were passed over.
std::size_t read_tunnel(packed_cursor& cursor, tunnel_record& out) {
  const auto size = cursor.array();
  if (size < 4)
    cursor.fail(parse_error::bad_value);
  out.id = cursor.fixed<tunnel_id>();
  out.interface = read_interface_hash(cursor);
  const auto paths = cursor.array();
  if (cursor.failed())
    return 0;
  path_record path;
  const auto skipped = read_records(cursor, paths, 1, [&] {
    read_path(cursor, path);
    if (!cursor.failed())
      out.paths.push_back(path);
  });
  out.expires = cursor.time();
  for (std::uint32_t i = 4; i < size; ++i)
    cursor.skip();
  return skipped.value_or(0);
}

}  // namespace

expected<parsed_table<tunnel_record>> parse_tunnels(octets file) {
  packed_cursor cursor{file};
  const auto count = cursor.array();
  if (cursor.failed())
    return unexpected(cursor.error());
  parsed_table<tunnel_record> out;
  std::size_t paths_skipped = 0;
  const auto skipped = read_records(cursor, count, 1, [&] {
    tunnel_record tunnel;
    const auto passed_over = read_tunnel(cursor, tunnel);
    if (cursor.failed())
      return;
    paths_skipped += passed_over;
    out.entries.push_back(std::move(tunnel));
  });
  if (!skipped)
    return unexpected(skipped.error());
  out.skipped = *skipped + paths_skipped;
  return out;
}

}  // namespace plexus
