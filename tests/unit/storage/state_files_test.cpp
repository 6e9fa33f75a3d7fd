#include "storage/state/state_directory.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/storage/temporary_directory.hpp"
#include "tests/unit/test_data.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <limits>
#include <map>

using namespace plexus;
namespace fs = std::filesystem;

namespace {

// What a node of RNS 1.5.7 wrote (tests/interop/rns_state.py make), and what another one loaded from it.
const state_directory recorded{test::data_file("state")};

nlohmann::json loaded_by_reference() {
  std::ifstream in{test::data_file("state/loaded.json")};
  return nlohmann::json::parse(in);
}

file_contents contents(const std::string& name) {
  std::error_code error;
  auto file = file_contents::read(recorded.storage() / name, error);
  REQUIRE_FALSE(error);
  return file;
}

bool same(octets a, octets b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

template <class Tagged>
Tagged tagged(octet fill) {
  Tagged out;
  std::fill(out.bytes().begin(), out.bytes().end(), fill);
  return out;
}

path_record some_path(std::uint32_t n, std::size_t blobs = 1) {
  path_record out;
  std::memcpy(out.destination.data(), &n, sizeof n);
  std::memcpy(out.packet.data(), &n, sizeof n);
  out.heard_at = {1.7e9 + n};
  out.expires = {1.8e9 + n};
  out.hops = static_cast<octet>(n);
  out.blobs.assign(blobs, tagged<random_blob>(7));
  for (std::size_t i = 0; i < blobs; ++i)
    out.blobs[i].data()[0] = static_cast<octet>(i);
  out.heard_on = tagged<interface_hash>(3);
  return out;
}

std::vector<path_record> paths_in(octets file) {
  std::vector<path_record> out;
  REQUIRE(read_path_table(file, [&](const auto& path) { out.push_back(path); }));
  return out;
}

// Every cut of `file` is an error, or at least no crash where the format cannot tell.
template <class Parse>
void check_truncations(const octet_string& file, Parse parse) {
  for (std::size_t size = 0; size < file.size(); ++size) {
    INFO("cut to " << size << " octets");
    CHECK_FALSE(parse(octets{file}.first(size)));
  }
}

}  // namespace

TEST_CASE("paths that the reference saved are read as it loads them, and written in the same octets") {
  const auto file = contents("destination_table");
  const auto paths = paths_in(file);
  const auto wanted = loaded_by_reference().at("paths");
  REQUIRE(paths.size() == wanted.size());
  for (const auto& path : paths) {
    const auto& entry = wanted.at(path.destination.hex());
    CHECK(path.heard_at.seconds == entry[0].get<double>());
    CHECK(path.next_hop.hex() == entry[1]);
    CHECK(path.hops == entry[2]);
    CHECK(path.expires.seconds == entry[3].get<double>());
    REQUIRE(path.blobs.size() == entry[4].size());
    CHECK(path.blobs[0].hex() == entry[4][0]);
    CHECK(path.packet.hex() == entry[6]);
  }
  CHECK(same(encode_path_table(paths), file));
}

TEST_CASE("tunnels that the reference saved are read as it loads them, and written in the same octets") {
  const auto file = contents("tunnels");
  const auto table = parse_tunnels(file);
  REQUIRE(table);
  const auto wanted = loaded_by_reference().at("tunnels");
  REQUIRE(table->entries.size() == 2);
  for (const auto& tunnel : table->entries) {
    const auto& entry = wanted.at(tunnel.id.hex());
    CHECK(tunnel.expires.seconds == entry[1].get<double>());
    REQUIRE(tunnel.paths.size() == 1);
    CHECK(entry[0].contains(tunnel.paths[0].destination.hex()));
    CHECK(tunnel.paths[0].heard_on == tunnel.interface);
  }
  CHECK_FALSE(table->entries[0].interface);
  CHECK(table->entries[1].interface);
  CHECK(same(encode_tunnels(table->entries), file));
}

TEST_CASE("known destinations that the reference saved are read as it loads them, and written in the same octets") {
  const auto file = contents("known_destinations");
  const auto table = parse_known_destinations(file);
  REQUIRE(table);
  const auto wanted = loaded_by_reference().at("known_destinations");
  REQUIRE(table->entries.size() == wanted.size());
  for (const auto& one : table->entries) {
    const auto& entry = wanted.at(one.destination.hex());
    CHECK(one.announced_at.seconds == entry[0].get<double>());
    CHECK(one.packet.hex() == entry[1]);
    CHECK(one.key.hex() == entry[2]);
    CHECK((one.app_data ? nlohmann::json(to_hex(*one.app_data)) : nlohmann::json()) == entry[3]);
    CHECK(one.last_used.seconds == entry[4].get<double>());
  }
  CHECK(same(encode_known_destinations(table->entries), file));
}

TEST_CASE("the reference's small files are read and written in the same octets") {
  const auto wanted = loaded_by_reference();
  for (const auto& [name, entry] : wanted.at("ratchets").items()) {
    const auto file = contents("ratchets/" + name);
    const auto ratchet = parse_ratchet(file);
    REQUIRE(ratchet);
    CHECK(ratchet->key.hex() == entry);
    CHECK(same(encode_ratchet(*ratchet), file));
  }
  for (const auto& [name, entry] : wanted.at("announces").items()) {
    const auto file = contents("cache/announces/" + name);
    const auto announce = parse_cached_announce(file);
    REQUIRE(announce);
    CHECK(to_hex(announce->packet) == entry[0]);
    CHECK(announce->interface == entry[1].get<std::string>());
    CHECK(same(encode_cached_announce(announce->packet, announce->interface), file));
  }
  const auto blackhole = contents("blackhole/local");
  const auto list = parse_blackhole(blackhole);
  REQUIRE(list);
  for (const auto& one : list->entries) {
    const auto& entry = wanted.at("blackhole").at(one.identity.hex());
    CHECK(one.source->hex() == entry.at("source"));
    CHECK((one.until ? nlohmann::json(one.until->seconds) : nlohmann::json()) == entry.at("until"));
    CHECK((one.reason ? nlohmann::json(*one.reason) : nlohmann::json()) == entry.at("reason"));
  }
  CHECK(same(encode_blackhole(list->entries), blackhole));
  const auto hashes = parse_packet_hashes(contents("packet_hashlist.raw"));
  CHECK(hashes.size() == wanted.at("packet_hashes").size());
  CHECK(same(encode_packet_hashes(hashes), contents("packet_hashlist.raw")));
  CHECK(same(encode_private_key(*parse_private_key(contents("transport_identity"))), contents("transport_identity")));
}

TEST_CASE("every state file cut short is an error and nothing worse") {
  const auto whole = [](const std::string& name) {
    const auto file = contents(name);
    return octet_string{file.bytes().begin(), file.bytes().end()};
  };
  check_truncations(whole("destination_table"), [](octets o) { return read_path_table(o, [](const auto&) {}); });
  check_truncations(whole("tunnels"), parse_tunnels);
  check_truncations(whole("known_destinations"), parse_known_destinations);
  check_truncations(whole("blackhole/local"), parse_blackhole);
  check_truncations(whole("transport_identity"), parse_private_key);
  const auto wanted = loaded_by_reference();
  check_truncations(whole("ratchets/" + wanted.at("ratchets").begin().key()), parse_ratchet);
  check_truncations(whole("cache/announces/" + wanted.at("announces").begin().key()), parse_cached_announce);
  CHECK(parse_private_key(octet_string(65)).error() == parse_error::oversized);
  CHECK(parse_packet_hashes(octet_string(packet_hash::size * 2 + 31)).size() == 2);
}

TEST_CASE("an entry that makes no sense is passed over, and the rest is kept") {
  octet_string file;
  encode_path_table_header(file, 3);
  encode_path(file, some_path(1));
  packed_writer writer{file};
  writer.array(8);
  for (int i = 0; i < 8; ++i)
    writer.text("odd");
  encode_path(file, some_path(2));
  std::vector<path_record> paths;
  const auto skipped = read_path_table(file, [&](const auto& path) { paths.push_back(path); });
  CHECK(skipped == std::size_t{1});
  CHECK(paths == std::vector<path_record>{some_path(1), some_path(2)});

  octet_string map;
  packed_writer pairs{map};
  pairs.map(2);
  pairs.text("not a hash");
  pairs.array(2);
  pairs.nil();
  pairs.number(1);
  pairs.binary(tagged<destination_hash>(1).bytes());
  pairs.array(4);
  pairs.number(5);
  pairs.binary(tagged<packet_hash>(2).bytes());
  pairs.binary(tagged<public_key>(3).bytes());
  pairs.nil();
  const auto table = parse_known_destinations(map);
  REQUIRE(table);
  CHECK(table->skipped == 1);
  REQUIRE(table->entries.size() == 1);
  CHECK(table->entries[0].last_used == known_destination::never);
}

TEST_CASE("of a path's random blobs the newest 64 are kept, of a tunnel's path 32") {
  const auto path = some_path(1, 100);
  octet_string file;
  encode_path_table_header(file, 1);
  encode_path(file, path, 100);
  const auto read = paths_in(file).at(0);
  REQUIRE(read.blobs.size() == stored_blobs_max);
  CHECK(read.blobs.back() == path.blobs.back());
  CHECK(paths_in(encode_path_table(std::vector{path})).at(0).blobs == read.blobs);
  const auto tunnels = parse_tunnels(encode_tunnels(std::vector{tunnel_record{{}, std::nullopt, {path}, {1}}}));
  CHECK(tunnels->entries.at(0).paths.at(0).blobs.size() == stored_tunnel_blobs_max);
  CHECK(tunnels->entries.at(0).paths.at(0).blobs.back() == path.blobs.back());
}

TEST_CASE("integers take the smallest form, as in the reference's msgpack") {
  const std::pair<std::int64_t, const char*> forms[] = {
      {0, "00"},
      {127, "7f"},
      {128, "cc80"},
      {255, "ccff"},
      {256, "cd0100"},
      {65535, "cdffff"},
      {65536, "ce00010000"},
      {1ll << 32, "cf0000000100000000"},
      {-1, "ff"},
      {-32, "e0"},
      {-33, "d0df"},
      {-128, "d080"},
      {-129, "d1ff7f"},
      {-32769, "d2ffff7fff"},
      {std::numeric_limits<std::int64_t>::min(), "d38000000000000000"}};
  for (const auto& [value, hex] : forms) {
    octet_string out;
    packed_writer{out}.integer(value);
    CHECK(to_hex(out) == hex);
    packed_cursor cursor{out};
    CHECK(cursor.integer() == value);
    CHECK(cursor.at_end());
  }
}

TEST_CASE("the cursor passes over every type, and never counts more elements than octets") {
  for (const auto* hex : {"c0",
                          "c2",
                          "7f",
                          "e0",
                          "ca00000000",
                          "cb0000000000000000",
                          "cfffffffffffffffff",
                          "d0ff",
                          "d1ffff",
                          "d2ffffffff",
                          "d3ffffffffffffffff",
                          "a161",
                          "d90161",
                          "da000161",
                          "db0000000161",
                          "c40161",
                          "c5000161",
                          "c60000000161",
                          "9291c0c0",
                          "dc0001c0",
                          "dd00000001c0",
                          "8101c0",
                          "de00010191c0",
                          "df000000010101",
                          "d40100",
                          "d5010000",
                          "d60100000000",
                          "d7010000000000000000",
                          "d80100000000000000000000000000000000",
                          "c7010199",
                          "c800010199",
                          "c90000000101ff"}) {
    INFO(hex);
    const auto data = from_hex(hex);
    packed_cursor cursor{data};
    cursor.skip();
    CHECK_FALSE(cursor.failed());
    CHECK(cursor.at_end());
    for (std::size_t size = 0; size < data.size(); ++size) {
      packed_cursor cut{octets{data}.first(size)};
      cut.skip();
      CHECK(cut.failed());
    }
  }
  const auto liar = from_hex("ddffffffff");
  packed_cursor cursor{liar};
  CHECK(cursor.array() == 0);
  CHECK(cursor.failed());
}

TEST_CASE("an announce snapshot gives back what was written, in order and out of order") {
  octet_string file;
  announce_snapshot_writer writer{3, [&](octets piece) { append(file, piece); }};
  const octet_string packet(200, 9), empty;
  writer.add({tagged<packet_hash>(5), "UDPInterface[x/1:2]", packet});
  writer.add({tagged<packet_hash>(1), std::nullopt, packet});
  writer.add({tagged<packet_hash>(3), "", empty});
  writer.finish();
  temporary_directory directory;
  const auto parse = [&](octets content) {
    REQUIRE_FALSE(replace_file(directory / "s", content));
    std::error_code error;
    return announce_snapshot::parse(file_contents::read(directory / "s", error));
  };
  const auto snapshot = parse(file);
  REQUIRE(snapshot);
  REQUIRE(snapshot->size() == 3);
  for (const octet fill : {5, 1, 3, 3, 1, 5}) {
    const auto found = snapshot->find(tagged<packet_hash>(fill));
    REQUIRE(found);
    CHECK(found->hash == tagged<packet_hash>(fill));
    CHECK(found->interface.has_value() == (fill != 1));
    CHECK(found->packet.size() == (fill == 3 ? 0 : 200));
  }
  CHECK(snapshot->find(tagged<packet_hash>(5))->interface == "UDPInterface[x/1:2]");
  CHECK_FALSE(snapshot->find(tagged<packet_hash>(2)));
  for (std::size_t size = 0; size < file.size(); ++size)
    CHECK_FALSE(parse(octets{file}.first(size)));
  for (const std::size_t at : {std::size_t{0}, std::size_t{9}, std::size_t{20}, file.size() - 1}) {
    auto damaged = file;
    damaged[at] ^= 1;
    CHECK_FALSE(parse(damaged));
  }
}

TEST_CASE("a snapshot that misses a record is not written as whole") {
  octet_string file;
  announce_snapshot_writer writer{2, [&](octets piece) { append(file, piece); }};
  writer.add({tagged<packet_hash>(1), std::nullopt, {}});
  writer.finish();
  temporary_directory directory;
  REQUIRE_FALSE(replace_file(directory / "s", file));
  std::error_code error;
  CHECK(announce_snapshot::parse(file_contents::read(directory / "s", error)).error() == parse_error::truncated);
}

TEST_CASE("a million paths are read in well under a second", "[.][speed]") {
  octet_string file;
  constexpr std::uint32_t count = 1'000'000;
  encode_path_table_header(file, count);
  for (std::uint32_t i = 0; i < count; ++i)
    encode_path(file, some_path(i, 4));
  const auto start = std::chrono::steady_clock::now();
  std::size_t read = 0;
  REQUIRE(read_path_table(file, [&](const auto& path) { read += path.blobs.size() / 4; }));
  const auto took = std::chrono::steady_clock::now() - start;
  WARN(file.size() << " octets in " << std::chrono::duration<double>(took).count() << " s");
  CHECK(read == count);
  CHECK(took < std::chrono::seconds{1});
}
