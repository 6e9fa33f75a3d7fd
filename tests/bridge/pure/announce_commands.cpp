// Chapter 5, second half: announces, made and checked.
#include "tests/bridge/chapters.hpp"
#include "tests/bridge/support.hpp"
#include "transport/announce_check.hpp"
#include "transport/endpoint/local_destination.hpp"

#include <chrono>

namespace plexus::bridge {
namespace {

std::uint64_t unix_seconds_now() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(duration_cast<seconds>(system_clock::now().time_since_epoch()).count());
}

json build(const parameters& p) {
  auto destination = local_destination::single(identity_of(p, "private_key"), dotted_name(p));
  if (p.flag_or("enable_ratchets", false))
    destination.enable_ratchets(ratchet_ring());
  const auto emitted = p.has("emission_ts") ? static_cast<std::uint64_t>(p.number("emission_ts")) : unix_seconds_now();
  const auto made =
      destination.announce(instant(std::chrono::hours{1}), emitted, chance(), p.octets_or("app_data", {}));
  const auto packet = must(parse_packet(made.packet), "announce");
  const auto content = must(announce::parse(packet.data, packet.header.has_context_flag()), "announce");
  return {{"raw", hex(made.packet)},
          {"destination_hash", hex(destination.hash())},
          {"announce_data", hex(packet.data)},
          {"public_key", hex(content.key)},
          {"name_hash", hex(content.name)},
          {"random_hash", hex(content.blob)},
          {"ratchet", content.ratchet ? hex(*content.ratchet) : ""},
          {"signature", hex(content.proof)},
          {"app_data", hex(content.app_data)},
          {"has_ratchet", content.ratchet.has_value()}};
}

json validate(const parameters& p) {
  const auto raw = p.octets_of("raw");
  const auto packet = parse_packet(raw);
  if (!packet)
    return {{"valid", false}, {"error", "unpack_failed"}};
  if (packet->header.type() != packet_type::announce)
    return {{"valid", false}, {"error", "not_an_announce"}};
  const auto verified = verify_announce(*packet);
  const bool has_ratchet = packet->header.has_context_flag();
  json result{{"valid", verified.has_value()},
              {"destination_hash", hex(packet->header.destination)},
              {"has_ratchet", has_ratchet}};
  if (const auto content = announce::parse(packet->data, has_ratchet); content && content->ratchet)
    result["ratchet"] = hex(*content->ratchet);
  return result;
}

}  // namespace

void add_announce_commands(command_table& table) {
  table.add("announce_build", build);
  table.add("announce_validate", validate);
}

}  // namespace plexus::bridge
