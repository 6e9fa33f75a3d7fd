// Chapter 8: cores, their interfaces, and what goes in and out.
#include "tests/bridge/core/cores.hpp"
#include "tests/bridge/test_access.hpp"
#include "transport/crypto/sha256.hpp"

namespace plexus::bridge {
namespace {

announce_rate_limit rate_of(const parameters& p, const announce_rate_limit& otherwise) {
  const auto seconds_or = [&](const char* name, duration other) {
    return from_seconds(p.number_or(name, seconds_of(other)));
  };
  announce_rate_limit rate;
  rate.target = seconds_or("announce_rate_target", otherwise.target);
  rate.penalty = seconds_or("announce_rate_penalty", otherwise.penalty);
  rate.grace =
      static_cast<std::uint32_t>(p.integer_within("announce_rate_grace", otherwise.grace, 0, std::int64_t{1} << 31));
  return rate;
}

interface_knobs knobs_of(const parameters& p, const interface_knobs& otherwise) {
  interface_knobs knobs;
  knobs.rate = rate_of(p, otherwise.rate);
  knobs.announce_share = p.number_or("announce_cap", otherwise.announce_share);
  if (!(knobs.announce_share > 0 && knobs.announce_share <= 1))
    parameters::fail("announce_cap", "a share of the bitrate, over 0 and up to 1");
  knobs.bitrate = static_cast<std::uint64_t>(
      p.integer_within("bitrate", static_cast<std::int64_t>(otherwise.bitrate), 0, std::int64_t{1} << 53));
  return knobs;
}

interface_mode mode_of(const parameters& p) {
  static const std::map<std::string, interface_mode> names{
      {"FULL", interface_mode::full},         {"POINT_TO_POINT", interface_mode::point_to_point},
      {"ROAMING", interface_mode::roaming},   {"ACCESS_POINT", interface_mode::access_point},
      {"BOUNDARY", interface_mode::boundary}, {"GATEWAY", interface_mode::gateway},
      {"INTERNAL", interface_mode::internal}};
  const auto found = names.find(p.text_or("mode", "FULL"));
  if (found == names.end())
    parameters::fail("mode", "FULL, POINT_TO_POINT, ACCESS_POINT, ROAMING, BOUNDARY, GATEWAY or INTERNAL");
  return found->second;
}

json start(transport_cores& cores, const parameters& p) {
  if (p.flag_or("connected_to_shared_instance", false))
    throw command_error(
        "connected_to_shared_instance: a router is a client of a shared instance by the role of an interface, and a "
        "fake interface has none");
  auto self = identity_if(p, "identity_seed");
  if (!self)
    self = new_identity();
  auto core = std::make_unique<transport_core>(self, p.flag_or("enable_transport", true), knobs_of(p, {}));
  return {{"handle", cores.add(std::move(core))}, {"identity_hash", hex(self->hash())}};
}

std::unique_ptr<const access_codes> access_of(const parameters& p) {
  const auto name = p.text_if("ifac_netname"), key = p.text_if("ifac_netkey");
  if (!name && !key)
    return nullptr;
  const auto size = p.integer_within("ifac_size", 16, 1, static_cast<std::int64_t>(access_codes::size_max));
  return std::make_unique<const access_codes>(derive_access_key(name, key), static_cast<std::size_t>(size));
}

json attach(transport_core& core, const parameters& p) {
  const auto knobs = knobs_of(p, core.knobs());
  const bool local = p.flag_or("local_client", false);
  auto access = access_of(p);
  interface_facts facts;
  facts.name = "MockInterface[" + p.text("name") + "]";
  facts.hash = interface_hash(sha256(as_octets(facts.name)));
  facts.role = local ? interface_role::local_client : interface_role::network;
  facts.mode = mode_of(p);
  facts.online = true;
  facts.hw_mtu = static_cast<std::uint32_t>(p.integer_within("mtu", 500, 0, 1 << 24));
  facts.bitrate = knobs.bitrate;
  facts.ifac_size = access ? static_cast<std::uint32_t>(access->code_size()) : 0;
  facts.announce_rate = knobs.rate;
  gate_config gate;
  gate.announce_share = knobs.announce_share;
  gate.hash_secret = core.config().hash_secret;
  gate.ingress.announces = gate.ingress.path_requests = !local;
  const json answer{{"interface_hash", hex(facts.hash)}, {"ifac_size", facts.ifac_size}};
  auto result = answer;
  result["iface_id"] = core.attach(std::move(facts), p.text("name"), std::move(access), gate);
  return result;
}

json detach(transport_core& core, const parameters& p) {
  core.detach(p.text("iface_id"));
  return {{"detached", true}};
}

json inject(transport_core& core, const parameters& p) {
  core.hear(core.interface(p.text("iface_id")).facts.id, p.octets_of("raw"));
  return json::object();
}

json drain(transport_core& core, const parameters& p) {
  auto packets = json::array();
  for (const auto& packet : std::exchange(core.interface(p.text("iface_id")).sent, {}))
    packets.push_back(hex(packet));
  return {{"packets", packets}};
}

intake entrance_of(const transport_core& core) {
  intake_config config;
  config.identity = core.config().identity;
  config.hash_secret = core.config().hash_secret;
  config.packet_size_max = 0;
  return intake(config);
}

/// Both halves of the filter: what needs no memory, and what was heard before. Announces and path requests never come
/// to the second.
json packet_filter(transport_core& core, const parameters& p) {
  auto raw = p.octets_of("raw");
  must(parse_packet(raw), "raw");
  const auto hash = hash_packet(raw);
  const auto taken = entrance_of(core).take(raw);
  auto& inside = test_access::inside(core.routes());
  bool accepted = taken.has_value(), remembered = false;
  if (taken && taken->packet.kind == traffic_class::data) {
    packet_batch batch;
    const bool known = inside.heard.contains(taken->packet.fingerprint);
    accepted =
        inside.passes_filter(inside.arrival_of(batch, taken->packet), inside.flows.find(taken->packet.destination()));
    if (!p.flag_or("remember", true) && !known)
      inside.heard.forget(taken->packet.fingerprint);
    else
      remembered = accepted && inside.heard.contains(taken->packet.fingerprint);
  }
  return {{"accepted", accepted}, {"packet_hash", hex(hash)}, {"remembered", remembered}};
}

json inbound_remembered(transport_core& core, const parameters& p) {
  auto raw = p.octets_of("raw");
  const auto injected = raw;
  auto& heard = test_access::inside(core.routes()).heard;
  const bool unpackable = parse_packet(raw).has_value();
  const auto hash = unpackable ? json(hex(hash_packet(raw))) : json();
  const auto taken = entrance_of(core).take(raw);
  const auto before = heard.size();
  core.routes().receive(core.interface(p.text("iface_id")).facts.id, injected, core.now());
  return {{"hashlist_before", before},
          {"hashlist_after", heard.size()},
          {"hashlist_grew", heard.size() > before},
          {"unpackable", unpackable},
          {"packet_hash", hash},
          {"in_hashlist", taken && heard.contains(taken->packet.fingerprint)}};
}

json mask(transport_core& core, const parameters& p) {
  const auto& access = core.interface(p.text("iface_id")).access;
  const auto raw = p.octets_of("raw");
  if (!access)
    throw command_error("iface_id: the interface has no access code");
  if (raw.size() < 2)
    parameters::fail("raw", "at least 2 octets");
  return {{"masked", hex(access->apply(raw))}};
}

proof_strategy strategy_of(const parameters& p) {
  const auto name = p.text_or("proof_strategy", "none");
  if (name != "all" && name != "none" && name != "app")
    parameters::fail("proof_strategy", "all, none or app, found " + name);
  return name == "all" ? proof_strategy::all : name == "app" ? proof_strategy::app : proof_strategy::none;
}

json register_destination(transport_core& core, const parameters& p) {
  const auto type = p.text_or("type", "single");
  const auto name = dotted_name(p);
  auto destination = [&] {
    if (type == "plain")
      return local_destination::plain(name);
    if (type == "group")
      return local_destination::group(identity_of(p, "identity_seed"), name, chance().draw<group_key>());
    if (type == "single")
      return local_destination::single(identity_of(p, "identity_seed"), name);
    parameters::fail("type", "single, plain or group, found " + type);
  }();
  destination.proofs = strategy_of(p);
  return {{"destination_hash", hex(core.add(std::move(destination)))}};
}

json read_deliveries(transport_core& core, const parameters& p) {
  auto deliveries = json::array();
  if (const auto* found = core.find(p.fixed<destination_hash>("dest")))
    for (const auto& one : found->delivered)
      deliveries.push_back(hex(one));
  return {{"count", deliveries.size()}, {"deliveries", deliveries}};
}

json register_listener(transport_core& core, const parameters& p) {
  if (p.flag_or("omit_aspect_filter", false))
    return {{"handler_id", nullptr}, {"registered", false}};
  announce_listener listener;
  listener.aspect_filter = p.text_if("aspect_filter");
  listener.wants_path_responses = p.flag_or("receive_path_responses", false);
  listener.wants_packet_hash = p.integer_within("num_params", 3, 3, 4) == 4;
  return {{"handler_id", core.listen(std::move(listener))}, {"registered", true}};
}

json read_listener(transport_core& core, const parameters& p) {
  return {{"calls", core.listener(p.text("handler_id")).calls}, {"registered", true}};
}

}  // namespace

void add_traffic_commands(core_commands& commands) {
  const auto cores = commands.cores();
  commands.table().add("behavioral_start", [cores](const parameters& p) { return start(*cores, p); });
  commands.table().add("behavioral_stop",
                       [cores](const parameters& p) -> json { return {{"stopped", cores->remove(p.text("handle"))}}; });
  commands.add("behavioral_attach_mock_interface", attach);
  commands.add("behavioral_detach_interface", detach);
  commands.add("behavioral_inject", inject);
  commands.add("behavioral_drain_tx", drain);
  commands.add("behavioral_packet_filter", packet_filter);
  commands.add("behavioral_inbound_remembered", inbound_remembered);
  commands.add("behavioral_ifac_mask", mask);
  commands.add("behavioral_register_destination", register_destination);
  commands.add("behavioral_read_destination_deliveries", read_deliveries);
  commands.add("behavioral_register_announce_handler", register_listener);
  commands.add("behavioral_read_announce_handler_calls", read_listener);
}

}  // namespace plexus::bridge
