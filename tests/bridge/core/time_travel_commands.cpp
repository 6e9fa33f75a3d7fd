// Chapter 9, second half: entries planted, times moved, and what the core is made to do.
#include "tests/bridge/core/cores.hpp"
#include "tests/bridge/test_access.hpp"
#include "transport/destination_name.hpp"
#include "transport/tunnel_check.hpp"

namespace plexus::bridge {
namespace {

/// Further from now than this no time of a table lies.
constexpr double years = 100 * 365.0 * 86400;

instant instant_of(const transport_core& core, const parameters& p, const char* name) {
  const auto now = core.wall().to_unix(core.now()).seconds;
  return core.wall().to_instant({std::clamp(p.number(name), now - years, now + years)});
}

duration age_of(const parameters& p, const char* name) {
  return from_seconds(std::clamp(p.number_or(name, 0), -years, years));
}

flow_entry* path_of(transport_core& core, const parameters& p) {
  auto* entry = test_access::inside(core.routes()).flows.find(rename<address>(p.fixed<destination_hash>("dest")));
  return entry && entry->kind == flow_kind::path ? entry : nullptr;
}

json set_path_timestamp(transport_core& core, const parameters& p) {
  auto* path = path_of(core, p);
  if (path)
    path->touched = instant_of(core, p, "timestamp");
  return {{"set", path != nullptr}};
}

json set_path_expires(transport_core& core, const parameters& p) {
  const auto* path = path_of(core, p);
  if (path)
    test_access::inside(core.routes()).records.at(path->record).expires_at = instant_of(core, p, "expires");
  return {{"set", path != nullptr}};
}

json set_announce_timestamp(transport_core& core, const parameters& p) {
  if (!p.has("retransmit_timeout"))
    throw command_error("timestamp: the library does not keep when an announce was put down, only when it is due");
  return {{"set", test_access::put_off(test_access::inside(core.routes()).pending, p.fixed<destination_hash>("dest"),
                                       instant_of(core, p, "retransmit_timeout"))}};
}

json mark_unresponsive(transport_core& core, const parameters& p) {
  auto* path = path_of(core, p);
  if (path)
    path->flags |= flow_entry::unresponsive;
  return {{"marked", path != nullptr}};
}

json seed_link(transport_core& core, const parameters& p) {
  auto& inside = test_access::inside(core.routes());
  link_learned learned;
  learned.link = p.fixed<link_id>("dest");
  learned.destination = rename<destination_hash>(learned.link);
  learned.toward_destination = core.interface(p.text("nh_iface_id")).facts.id;
  learned.toward_initiator = core.interface(p.text("rcvd_iface_id")).facts.id;
  learned.hops_taken = static_cast<octet>(p.integer_within("hops", 99, 0, 255));
  learned.hops_remaining = static_cast<octet>(p.integer_within("rem_hops", 99, 0, 255));
  learned.proof_deadline = core.now() + from_seconds(p.number_or("proof_timeout_in_s", 60));
  inside.learn_link(learned, core.now());
  auto* link = inside.flows.find(rename<address>(learned.link));
  if (!link || link->kind != flow_kind::link)
    return {{"seeded", false}, {"dest", hex(learned.link)}};
  if (p.flag_or("validated", true))
    test_access::validate(inside, *link);
  link->touched = core.now() - age_of(p, "timestamp_age_s");
  return {{"seeded", true}, {"dest", hex(learned.link)}};
}

json seed_reverse(transport_core& core, const parameters& p) {
  const auto key = p.fixed<address>("key");
  const reverse_entry entry{core.interface(p.text("rcvd_iface_id")).facts.id,
                            core.interface(p.text("outb_iface_id")).facts.id};
  test_access::inside(core.routes()).reverses.insert(key.data(), entry, core.now() - age_of(p, "timestamp_age_s"));
  return {{"seeded", true}, {"key", hex(key)}};
}

json synthesize(transport_core& core, const parameters& p) {
  const auto& over = core.interface(p.text("iface_id")).facts;
  const auto content = synthesize_tunnel(core.self(), over.hash, chance());
  core.routes().send(must(make_plain_packet(control::tunnel_synthesis, content.encode()), "tunnel"), over.id,
                     core.now());
  return {{"iface_id", p.text("iface_id")}, {"tunnel_id", hex(name_tunnel(core.self().key(), over.hash))}};
}

json request_path(transport_core& core, const parameters& p) {
  const auto to = core.interface(p.text("iface_id")).facts.id;
  const auto wanted = p.fixed<destination_hash>("dest");
  auto tag = p.octets_if("tag");
  if (!tag) {
    tag.emplace(request_tag::size_max);
    chance().fill(*tag);
  }
  auto& inside = test_access::inside(core.routes());
  test_access::act(core.routes(), core.now(), [&](shard_output& out) {
    inside.emit_path_request(wanted, *tag, to, transmit_kind::path_request, out);
    inside.asked.on_request(wanted, core.now());
  });
  return {{"tag", hex(*tag)}};
}

/// Everything that the periodic rounds would find in a minute, found at once.
json force_cull(transport_core& core, const parameters&) {
  auto& inside = test_access::inside(core.routes());
  inside.culled_at = inside.swept_at = core.now() - std::chrono::minutes{1};
  for (std::size_t seen = 0; seen <= inside.flows.slots(); seen += inside.flows.slots() / 60 + 1)
    inside.sweep(core.now());
  core.routes().tick(core.now());
  return {{"culled", true}};
}

json hold_and_release(transport_core& core, const parameters& p) {
  const auto over = core.interface(p.text("iface_id")).facts.id;
  auto& gate = core.routes().gate_of(over);
  std::vector<destination_hash> held;
  auto hops = json::object();
  for (const auto& text : p.texts_or("announces", {})) {
    const auto raw = from_hex(text);
    const auto packet = must(parse_packet(raw), "announces");
    const auto destination = rename<destination_hash>(packet.header.destination);
    gate.hold({over, destination, static_cast<octet>(packet.header.hops + 1), raw}, core.now());
    if (!hops.contains(hex(destination)))
      held.push_back(destination);
    hops[hex(destination)] = packet.header.hops;
  }
  const auto holds = [&] {
    auto list = json::array();
    for (const auto& destination : held)
      if (test_access::is_held(gate, destination))
        list.push_back(hex(destination));
    return list;
  };
  const auto before = holds();
  test_access::make_job_due(gate, core.now());
  core.routes().tick(core.now());
  const auto after = holds();
  auto released = json::array();
  for (const auto& destination : before)
    if (std::find(after.begin(), after.end(), destination) == after.end())
      released.push_back(destination);
  return {{"held_before", before}, {"held_after", after}, {"released", released}, {"hops", hops}};
}

}  // namespace

void add_time_travel_commands(core_commands& commands) {
  commands.add("behavioral_synthesize_tunnel", synthesize);
  commands.add("behavioral_seed_link_table", seed_link);
  commands.add("behavioral_seed_reverse_table", seed_reverse);
  commands.add("behavioral_set_path_timestamp", set_path_timestamp);
  commands.add("behavioral_set_path_expires", set_path_expires);
  commands.add("behavioral_set_announce_timestamp", set_announce_timestamp);
  commands.add("behavioral_mark_path_unresponsive", mark_unresponsive);
  commands.add("behavioral_request_path", request_path);
  commands.add("behavioral_force_cull", force_cull);
  commands.add("behavioral_hold_and_release_announce", hold_and_release);
}

}  // namespace plexus::bridge
