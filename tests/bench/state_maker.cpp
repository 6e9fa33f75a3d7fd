// Makes the storage of a node that knows many paths, each by a real announce, all over one interface.
//
//   state_maker <config directory> <textual name of the interface> <paths>
#include "messages/announce.hpp"
#include "messages/packet.hpp"
#include "storage/state/state_directory.hpp"
#include "transport/crypto/random_source.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"
#include "transport/identity.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace plexus;

/// One identity signs for all destinations; they differ in their names.
octet_string make_announce(const identity& owner, std::uint64_t number, std::uint64_t unix_seconds, announce& content) {
  content.key = owner.key();
  content.name = hash_name("bench." + std::to_string(number));
  octet_string five(5, 0);
  for (std::size_t i = 0; i < five.size(); ++i)
    five[i] = static_cast<octet>(number >> 8 * i);
  content.blob = make_random_blob(five, unix_seconds);
  content.app_data = as_octets("bench");
  const auto destination = hash_destination(content.name, owner.hash());
  content.proof = owner.sign(content.signed_data(destination));
  packet_header header;
  header.flags =
      make_flags(packet_type::announce, destination_type::single, header_type::one, transport_type::broadcast, false);
  header.hops = 3;
  header.destination = rename<address>(destination);
  return encode_packet(header, content.encode());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: state_maker <config directory> <interface name> <paths>\n", stderr);
    return 2;
  }
  const state_directory state(argv[1]);
  const std::string name = argv[2];
  const auto count = std::strtoull(argv[3], nullptr, 10);
  if (state.prepare())
    return 1;
  seeded_random random(4711);
  const auto owner = identity::generate(random);
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  auto paths = state.write_paths();
  auto snapshot = state.write_announce_snapshot();
  for (std::uint64_t i = 0; i < count; ++i) {
    announce content;
    const auto packet = make_announce(owner, i, static_cast<std::uint64_t>(now), content);
    const auto hash = hash_packet(packet);
    path_record record;
    record.destination = hash_destination(content.name, owner.hash());
    record.heard_at = {now};
    record.next_hop = rename<transport_id>(record.destination);
    record.hops = 4;
    record.expires = {now + 604800};
    record.blobs = {content.blob};
    record.heard_on = interface_hash(sha256(as_octets(name)));
    record.packet = hash;
    encode_path(paths.entry(), record);
    snapshot.add({hash, name, packet});
  }
  return snapshot.commit() || paths.commit() ? 1 : 0;
}
