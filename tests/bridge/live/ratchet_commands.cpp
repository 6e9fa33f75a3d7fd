// Chapter 15, second half: the ratchets of destinations of ours.
#include "tests/bridge/live/nodes.hpp"
#include "tests/bridge/test_access.hpp"
#include "transport/destination_name.hpp"

namespace plexus::bridge {
namespace {

ratchet_ring& ring_of(live_node& node, const parameters& p) {
  auto* ring = node.destination(destination_of(p)).ratchets();
  if (!ring)
    throw command_error("destination_hash: the destination has no ratchets");
  return *ring;
}

json name_of(const ratchet_ring& ring, std::size_t index) {
  return index < ring.keys().size() ? json(hex(hash_ratchet(public_ratchet(ring.keys()[index])))) : json();
}

json last_rotation(const live_node& node, const ratchet_ring& ring) {
  const auto last = test_access::last_rotation(ring);
  return last ? json(const_cast<live_node&>(node).core().wall().to_unix(*last).seconds) : json();
}

std::int64_t interval_of(const ratchet_ring& ring) {
  return std::chrono::duration_cast<std::chrono::seconds>(test_access::interval(ring)).count();
}

/// Which ratchet opened the last packet is a result of opening it here, and kept by nobody.
json read(live_node& node, const parameters& p) {
  const auto& ring = ring_of(node, p);
  return {{"ratchet_count", ring.keys().size()},
          {"current_ratchet_id", name_of(ring, 0)},
          {"previous_ratchet_id", name_of(ring, 1)},
          {"ratchet_interval", interval_of(ring)},
          {"retained_ratchets", test_access::retained(ring)},
          {"latest_ratchet_id", nullptr},
          {"latest_ratchet_time", last_rotation(node, ring)}};
}

json set_interval(live_node& node, const parameters& p) {
  auto& ring = ring_of(node, p);
  ring.rotate_every(std::chrono::seconds(p.integer_within("seconds", -1, 1, 1 << 30)));
  return {{"ok", true}, {"ratchet_interval", interval_of(ring)}};
}

json rotate(live_node& node, const parameters& p) {
  auto& ring = ring_of(node, p);
  if (p.has("last_rotation_ago_s"))
    test_access::rotated_at(ring, node.core().now() - from_seconds(p.number("last_rotation_ago_s")));
  const auto count = ring.keys().size();
  const auto before = name_of(ring, 0);
  ring.rotate(node.core().now(), chance());
  return {{"rotated", name_of(ring, 0) != before},  {"before_count", count},
          {"after_count", ring.keys().size()},      {"before_current_id", before},
          {"current_ratchet_id", name_of(ring, 0)}, {"previous_ratchet_id", name_of(ring, 1)},
          {"ratchet_interval", interval_of(ring)},  {"latest_ratchet_time", last_rotation(node, ring)}};
}

json set_retained(live_node& node, const parameters& p) {
  auto& ring = ring_of(node, p);
  const auto count = static_cast<std::size_t>(p.integer_within("n", 0, 1, 1 << 16));
  const auto pad_to = static_cast<std::size_t>(p.integer_within("pad_to", 0, 0, 1 << 12));
  for (auto at = node.core().now(); ring.keys().size() < pad_to && ring.keys().size() < test_access::retained(ring);)
    ring.rotate(at += test_access::interval(ring) + std::chrono::seconds{1}, chance());
  ring.retain(count);
  return {{"ok", true},
          {"retained_ratchets", test_access::retained(ring)},
          {"ratchet_count", ring.keys().size()},
          {"ratchet_count_cap", ratchet_ring::retained_default}};
}

json file_roundtrip(live_node& node, const parameters& p) {
  const auto& destination = node.destination(destination_of(p));
  const auto& ring = ring_of(node, p);
  const auto again = ratchet_ring::parse(ring.encode(*destination.owner()), destination.owner()->open());
  const auto same = [&] {
    return std::equal(ring.keys().begin(), ring.keys().end(), again->keys().begin(), again->keys().end(),
                      [](const auto& a, const auto& b) { return hex(a) == hex(b); });
  };
  auto ids = json::array();
  for (std::size_t i = 0; again && i < again->keys().size(); ++i)
    ids.push_back(name_of(*again, i));
  return {{"ratchets_path_set", true},
          {"reload_ok", again.has_value()},
          {"ratchet_count_before", ring.keys().size()},
          {"ratchet_count_after", again ? again->keys().size() : 0},
          {"roundtrip_match", again && same()},
          {"ratchet_ids", ids}};
}

/// Sealed for the newest ratchet, and opened.
json latest_id(live_node& node, const parameters& p) {
  const auto& destination = node.destination(destination_of(p));
  const auto& ring = ring_of(node, p);
  const auto newest = ring.newest();
  const auto sealed =
      must(destination.owner()->open().encrypt(p.octets_or("data", {}), chance(), newest ? &*newest : nullptr), "data");
  const auto opened = destination.open(sealed);
  const auto used = opened && opened->ratchet ? json(hex(*opened->ratchet)) : json();
  return {{"decrypted", opened.has_value()},
          {"plaintext", opened ? json(hex(opened->plaintext)) : json()},
          {"latest_ratchet_id", used},
          {"encrypt_ratchet_id", newest ? json(hex(hash_ratchet(*newest))) : json()},
          {"current_ratchet_id", name_of(ring, 0)},
          {"match", !used.is_null() && used == name_of(ring, 0)},
          {"ratchet_count", ring.keys().size()}};
}

json decrypt(live_node& node, const parameters& p) {
  const auto opened = node.destination(destination_of(p)).open(p.octets_of("ciphertext"));
  return {{"decrypted", opened.has_value()},
          {"plaintext", opened ? json(hex(opened->plaintext)) : json()},
          {"latest_ratchet_id", opened && opened->ratchet ? json(hex(*opened->ratchet)) : json()}};
}

}  // namespace

void add_ratchet_commands(live_commands& commands) {
  commands.add("wire_read_ratchets", read);
  commands.add("wire_set_ratchet_interval", set_interval);
  commands.add("wire_rotate_ratchet", rotate);
  commands.add("wire_set_retained_ratchets", set_retained);
  commands.add("wire_ratchet_file_roundtrip", file_roundtrip);
  commands.add("wire_destination_latest_ratchet_id", latest_id);
  commands.add("wire_destination_decrypt", decrypt);
}

}  // namespace plexus::bridge
