// Chapter 5, first half: the wire layout of packets.
#include "tests/bridge/chapters.hpp"
#include "tests/bridge/support.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/crypto/token.hpp"
#include "transport/destination_name.hpp"
#include "transport/endpoint/link_timing.hpp"
#include "transport/endpoint/local_destination.hpp"
#include "transport/gates/announce_cap.hpp"

namespace plexus::bridge {
namespace {

const std::string packet_name = "conformance.packet";
/// Smallest access code that an interface may use; room for it is left in every packet.
constexpr std::size_t access_code_min = 1;

json shown(octets raw, const packet_view& packet) {
  const auto& header = packet.header;
  return {{"flags", header.flags},
          {"hops", header.hops},
          {"header_type", static_cast<int>(header.header())},
          {"context_flag", header.has_context_flag() ? 1 : 0},
          {"transport_type", static_cast<int>(header.transport_kind())},
          {"destination_type", static_cast<int>(header.dest_type())},
          {"packet_type", static_cast<int>(header.type())},
          {"destination_hash", hex(header.destination)},
          {"transport_id", header.has_transport() ? json(hex(header.transport)) : json()},
          {"context", static_cast<int>(header.context)},
          {"data", hex(packet.data)},
          {"hash", hex(hash_packet(raw))}};
}

/// Somebody's destination of the asked type, and packets with data for it.
struct receiver {
  destination_type type = destination_type::plain;
  std::shared_ptr<const identity> owner;
  group_key key{};
  destination_hash hash{};

  explicit receiver(const std::string& name) {
    if (name == "single")
      type = destination_type::single;
    else if (name == "group")
      type = destination_type::group;
    else if (name != "plain")
      parameters::fail("dest_type", "plain, single or group, found " + name);
    if (type == destination_type::plain) {
      hash = hash_destination(packet_name);
      return;
    }
    owner = new_identity();
    key = chance().draw<group_key>();
    hash = hash_destination(packet_name, owner->hash());
  }

  octet_string data_packet(octets data, packet_context context) const {
    switch (type) {
      case destination_type::single:
        return must(make_single_packet(owner->open(), hash, data, chance(), nullptr, context), "data");
      case destination_type::group:
        return must(make_group_packet(key, hash, data, chance(), context), "data");
      default:
        return must(make_plain_packet(hash, data, context), "data");
    }
  }
};

bool asks_for_header_2(const parameters& p) {
  if (!p.has("header_type"))
    return false;
  const auto& given = p.at("header_type");
  const auto name = given.is_string() ? given.get<std::string>() : std::to_string(p.integer("header_type"));
  if (name != "1" && name != "2" && name != "HEADER_1" && name != "HEADER_2")
    parameters::fail("header_type", "1, 2, HEADER_1 or HEADER_2, found " + name);
  return name.ends_with("2");
}

/// What encode_packet makes of it, within what a peer takes.
octet_string framed(const packet_header& header, octets data) {
  auto raw = encode_packet(header, data);
  if (raw.size() > wire::mtu)
    parameters::fail("data", "a packet of 500 octets at most, found " + std::to_string(raw.size()));
  return raw;
}

octet_string built(const parameters& p) {
  const receiver to(p.text_or("dest_type", "plain"));
  const auto type = static_cast<packet_type>(p.integer_within("packet_type", 0, 0, 3));
  const auto context = static_cast<packet_context>(p.integer_within("context", 0, 0, 255));
  const auto transport = static_cast<transport_type>(p.integer_within("transport_type", 0, 0, 1));
  const bool context_flag = p.integer_within("context_flag", 0, 0, 1) == 1;
  const auto hops = static_cast<octet>(p.integer_within("hops", 0, 0, wire::hops_end - 1));
  const auto data = p.octets_or("data", {});
  const bool two = asks_for_header_2(p);
  if (two && type != packet_type::announce)
    parameters::fail("header_type", "1 but for an announce");

  packet_header header;
  header.flags = make_flags(type, to.type, two ? header_type::two : header_type::one, transport, context_flag);
  header.hops = hops;
  header.destination = rename<address>(to.hash);
  header.context = context;
  if (two)
    header.transport = p.fixed<transport_id>("transport_id");
  const bool sealed = type == packet_type::data && context != packet_context::resource &&
                      context != packet_context::keepalive && context != packet_context::cache_request;
  if (!sealed)
    return framed(header, data);
  const auto whole = to.data_packet(data, context);
  return framed(header, must(parse_packet(whole), "data").data);
}

json build(const parameters& p) {
  const auto raw = built(p);
  auto result = shown(raw, must(parse_packet(raw), "packet"));
  result["raw"] = hex(raw);
  return result;
}

json unpack(const parameters& p) {
  const auto raw = p.octets_of("raw");
  const auto packet = parse_packet(raw);
  if (!packet)
    return {{"unpacked", false}};
  auto result = shown(raw, *packet);
  result["unpacked"] = true;
  return result;
}

json hash_of(const parameters& p) {
  const auto raw = p.octets_of("raw");
  must(parse_packet(raw), "raw");
  return {{"hash", hex(hash_packet(raw))}};
}

json build_raw_header_2(const parameters& p) {
  const receiver to("single");
  const auto type = static_cast<packet_type>(p.integer_within("packet_type", 1, 0, 3));
  if (!p.octets_if("transport_id"))
    return {{"error", "a packet with header type 2 must have a transport id"}, {"error_type", "OSError"}};
  packet_header header;
  header.flags = make_flags(type, to.type, header_type::two);
  header.destination = rename<address>(to.hash);
  header.transport = p.fixed<transport_id>("transport_id");
  const auto raw = framed(header, p.octets_if("data").value_or(octet_string{0}));
  return {{"raw", hex(raw)}, {"raw_len", raw.size()}};
}

/// Sending again means encrypting again, so that the copy is a packet of its own.
json resend(const parameters& p) {
  const receiver to(p.text_or("dest_type", "single"));
  const auto text = as_octets("conformance-resend");
  const auto data = p.octets_if("data").value_or(octet_string(text.begin(), text.end()));
  const auto first = to.data_packet(data, packet_context::none), second = to.data_packet(data, packet_context::none);
  return {{"raw_1", hex(first)},
          {"hash_1", hex(hash_packet(first))},
          {"raw_2", hex(second)},
          {"hash_2", hex(hash_packet(second))}};
}

/// The longest plaintext that `fits` says yes to.
template <class Fits>
std::size_t longest(Fits fits) {
  std::size_t size = 0;
  while (fits(octet_string(size + 1)))
    ++size;
  return size;
}

json constants(const parameters&) {
  const auto self = new_identity();
  const destination_hash somewhere{};
  const auto plain = longest([&](const octet_string& data) { return make_plain_packet(somewhere, data).has_value(); });
  const auto encrypted = longest([&](const octet_string& data) {
    return make_single_packet(self->open(), somewhere, data, chance()).has_value();
  });
  return {{"mtu", wire::mtu},
          {"header_minsize", wire::header_1_size},
          {"header_maxsize", wire::header_2_size},
          {"mdu", wire::mtu - wire::header_2_size - access_code_min},
          {"ifac_min_size", access_code_min},
          {"packet_mdu", plain},
          {"packet_plain_mdu", plain},
          {"packet_encrypted_mdu", encrypted},
          {"link_mdu", link_timing::mdu_of(wire::mtu)},
          {"hashlength", packet_hash::size * 8},
          {"siglength", signature::size * 8},
          {"truncated_hashlength", address::size * 8},
          {"keysize", public_key::size * 8},
          {"name_hash_length", name_hash::size * 8},
          {"token_overhead", token_key::overhead},
          {"aes128_blocksize", aes_cbc::block_size}};
}

json context_constants(const parameters&) {
  const auto number = [](packet_context context) { return static_cast<int>(context); };
  return {{"NONE", number(packet_context::none)},
          {"RESOURCE", number(packet_context::resource)},
          {"RESOURCE_ADV", number(packet_context::resource_advertisement)},
          {"RESOURCE_REQ", number(packet_context::resource_request)},
          {"RESOURCE_HMU", number(packet_context::resource_hashmap_update)},
          {"RESOURCE_PRF", number(packet_context::resource_proof)},
          {"RESOURCE_ICL", number(packet_context::resource_initiator_cancel)},
          {"RESOURCE_RCL", number(packet_context::resource_receiver_cancel)},
          {"CACHE_REQUEST", number(packet_context::cache_request)},
          {"RESPONSE", number(packet_context::response)},
          {"PATH_RESPONSE", number(packet_context::path_response)},
          {"COMMAND", number(packet_context::command)},
          {"COMMAND_STATUS", number(packet_context::command_status)},
          {"CHANNEL", number(packet_context::channel)},
          {"KEEPALIVE", number(packet_context::keepalive)},
          {"LINKIDENTIFY", number(packet_context::link_identify)},
          {"LINKCLOSE", number(packet_context::link_close)},
          {"LINKPROOF", number(packet_context::link_proof)},
          {"LRRTT", number(packet_context::link_rtt)},
          {"LRPROOF", number(packet_context::link_request_proof)}};
}

json announce_queue_constants(const parameters&) {
  return {
      {"announce_cap", static_cast<int>(announce_cap::share_default * 100)},
      {"max_queued_announces", announce_cap::queued_max},
      {"queued_announce_life", std::chrono::duration_cast<std::chrono::seconds>(announce_cap::queued_life).count()}};
}

}  // namespace

void add_packet_commands(command_table& table) {
  table.add("packet_build", build);
  table.add("packet_unpack", unpack);
  table.add("packet_hash", hash_of);
  table.add("packet_constants", constants);
  table.add("packet_context_constants", context_constants);
  table.add("packet_build_raw_header2", build_raw_header_2);
  table.add("packet_resend_observe", resend);
  table.add("announce_queue_constants", announce_queue_constants);
}

}  // namespace plexus::bridge
