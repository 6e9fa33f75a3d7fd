// Chapter 4: names, addresses, and throw-away destinations.
#include "messages/announce.hpp"
#include "tests/bridge/chapters.hpp"
#include "tests/bridge/support.hpp"
#include "tests/bridge/test_access.hpp"
#include "transport/destination_name.hpp"
#include "transport/endpoint/local_destination.hpp"

namespace plexus::bridge {
namespace {

constexpr int direction_in = 0x11, direction_out = 0x12;

destination_type type_of(const parameters& p) {
  if (p.has("type") && p.at("type").is_number())
    return static_cast<destination_type>(p.integer_within("type", 0, 0, 2));
  const auto name = p.text_or("type", "single");
  if (name == "single")
    return destination_type::single;
  if (name == "group")
    return destination_type::group;
  if (name == "plain")
    return destination_type::plain;
  parameters::fail("type", "single, group or plain, found " + name);
}

bool goes_out(const parameters& p) {
  if (p.has("direction") && p.at("direction").is_number())
    return p.integer_within("direction", direction_in, direction_in, direction_out) == direction_out;
  const auto name = p.text_or("direction", "in");
  if (name != "in" && name != "out")
    parameters::fail("direction", "in or out, found " + name);
  return name == "out";
}

/// What all commands of the family build: a destination of ours. One without an identity gets a new one, whose hash in
/// hexadecimal becomes the last aspect, as in the reference.
struct built_destination {
  destination_type type = destination_type::single;
  bool out = false;
  std::shared_ptr<const identity> owner;
  bool owner_is_new = false;
  std::vector<std::string> aspects;
  std::string dotted;

  explicit built_destination(const parameters& p)
      : type(type_of(p)), out(goes_out(p)), owner(identity_if(p, "identity_private_key")), aspects(p.aspects()) {
    const bool plain = type == destination_type::plain;
    if (plain && owner)
      throw command_error("identity_private_key: a PLAIN destination belongs to nobody");
    if (!plain && !owner) {
      if (out)
        throw command_error("identity_private_key: expected for a destination of somebody else");
      owner = new_identity();
      owner_is_new = true;
      aspects.push_back(owner->hash().hex());
    }
    dotted = dotted_name(p.text("app_name"), aspects);
  }

  destination_hash hash() const { return owner ? hash_destination(dotted, owner->hash()) : hash_destination(dotted); }
  std::string full_name(const parameters& p) const {
    const std::vector<std::string_view> views(aspects.begin(), aspects.end());
    return owner ? must(expand_name(p.text("app_name"), views, owner->hash()), "app_name, aspects") : dotted;
  }

  /// For whatever only a destination of this node can do.
  local_destination ours() const {
    if (out)
      throw command_error("direction: expected in, since only a destination of ours can do that");
    switch (type) {
      case destination_type::single:
        return local_destination::single(owner, dotted);
      case destination_type::group:
        return local_destination::group(owner, dotted, chance().draw<group_key>());
      default:
        return local_destination::plain(dotted);
    }
  }
  local_destination announced() const {
    if (type != destination_type::single)
      throw command_error("type: only SINGLE destinations can be announced");
    return ours();
  }
};

/// A moment to begin with; throw-away destinations live at no real time.
constexpr instant beginning{std::chrono::hours{1}};
constexpr std::uint64_t beginning_unix = 1'000'000;

octet_string data_of(const local_destination::announcement& made) {
  const auto packet = must(parse_packet(made.packet), "announce");
  return {packet.data.begin(), packet.data.end()};
}

json construct(const parameters& p) {
  const built_destination built(p);
  json result{{"destination_hash", hex(built.hash())},
              {"name", built.full_name(p)},
              {"name_hash", hex(hash_name(built.dotted))},
              {"type", static_cast<int>(built.type)},
              {"direction", built.out ? direction_out : direction_in},
              {"proof_strategy", static_cast<int>(proof_strategy::none)}};
  if (!built.out) {
    const auto ours = built.ours();
    result["destination_hash"] = hex(ours.hash());
    result["proof_strategy"] = static_cast<int>(ours.proofs);
  }
  if (built.owner_is_new)
    result["auto_identity_hexhash"] = built.owner->hash().hex();
  return result;
}

json announce_attempt(const parameters& p) {
  auto destination = built_destination(p).announced();
  const auto made = destination.announce(beginning, beginning_unix, chance());
  return {{"ok", !made.packet.empty()}, {"destination_hash", hex(destination.hash())}};
}

json set_proof_strategy(const parameters& p) {
  const auto value = p.integer("strategy_value");
  if (value < static_cast<int>(proof_strategy::none) || value > static_cast<int>(proof_strategy::all))
    parameters::fail("strategy_value", "33, 34 or 35, found " + std::to_string(value));
  auto destination = built_destination(p).ours();
  destination.proofs = static_cast<proof_strategy>(value);
  return {{"set", true}, {"proof_strategy", static_cast<int>(destination.proofs)}};
}

json rotate_ratchets(const parameters& p) {
  auto destination = built_destination(p).ours();
  if (p.flag_or("enable", false))
    destination.enable_ratchets(ratchet_ring(ratchet_ring::retained_default, duration::zero()));
  if (!destination.ratchets())
    throw command_error("ratchets are not enabled");
  return {{"rotated", destination.ratchets()->rotate(beginning, chance())},
          {"has_ratchets", destination.ratchets()->newest().has_value()}};
}

json group_encrypt(const parameters& p) {
  if (!p.flag_or("create_keys", false))
    throw command_error("create_keys: a GROUP destination of the library cannot be without a key");
  auto given = json::object();
  given["type"] = "group";
  for (const auto* name : {"app_name", "aspects", "identity_private_key", "direction"})
    if (p.has(name))
      given[name] = p.at(name);
  const built_destination built{parameters(given)};
  const auto key = chance().draw<group_key>();
  const auto destination = local_destination::group(built.owner, built.dotted, key);
  const auto packet = must(make_group_packet(key, destination.hash(), p.octets_of("plaintext"), chance()), "plaintext");
  const auto ciphertext = must(parse_packet(packet), "packet").data;
  const auto opened = destination.open(ciphertext);
  return {{"ciphertext", hex(ciphertext)},
          {"roundtrip", opened ? json(hex(opened->plaintext)) : json()},
          {"has_key", opened.has_value()}};
}

json default_app_data(const parameters& p) {
  const auto kind = p.text_or("default_kind", "bytes");
  if (kind == "callable")
    throw command_error("default_kind: the library takes octets, no function that makes them");
  if (kind != "bytes" && kind != "none")
    parameters::fail("default_kind", "bytes, callable or none, found " + kind);
  auto destination = built_destination(p).announced();
  if (kind == "bytes")
    destination.default_app_data = p.octets_or("default_value", {});
  const auto packet = destination.announce(beginning, beginning_unix, chance(), p.octets_or("override_app_data", {}));
  const auto content = must(announce::parse(data_of(packet), false), "announce");
  return {{"app_data", hex(content.app_data)}, {"default_app_data_set", kind == "bytes"}};
}

json register_request_handler(const parameters& p) {
  if (!p.flag_or("generator_valid", true))
    throw command_error("generator_valid: a handler that cannot be called does not compile");
  const auto path = p.text_or("path", "/test/echo");
  if (path.empty())
    parameters::fail("path", "a text that is not empty");
  const auto allow = p.integer_within("allow", 1, static_cast<int>(request_permission::none),
                                      static_cast<int>(request_permission::list));
  auto destination = built_destination(p).ours();
  request_registry registry;
  registry.allow({path, static_cast<request_permission>(allow), {}});
  destination.links.requests = std::make_shared<const request_registry>(registry);
  return {{"registered", true}, {"handler_count", destination.links.requests->empty() ? 0 : 1}};
}

json path_response_cache(const parameters& p) {
  auto destination = built_destination(p).announced();
  const auto tag = p.octets_of("tag");
  const auto advance = p.number_or("advance_seconds", 0);
  const auto announce_after = [&](double seconds) {
    return destination.announce(beginning + from_seconds(seconds), beginning_unix + static_cast<std::uint64_t>(seconds),
                                chance(), {}, packet_context::path_response, tag);
  };
  const auto first = announce_after(0), second = announce_after(advance);
  const bool reused = data_of(first) == data_of(second);
  return {{"first_announce_data", hex(data_of(first))},
          {"second_announce_data", hex(data_of(second))},
          {"reused", reused},
          {"cache_size", test_access::remembered_answers(destination)},
          {"pr_tag_window", local_destination::tag_window.count()},
          {"first_is_path_response",
           must(parse_packet(first.packet), "announce").header.context == packet_context::path_response}};
}

json expanded_name(const parameters& p) {
  const auto aspects = p.aspects();
  const std::vector<std::string_view> views(aspects.begin(), aspects.end());
  const auto owner = identity_if(p, "identity_private_key");
  if (!owner)
    return {{"name", must(expand_name(p.text("app_name"), views), "app_name, aspects")}};
  return {{"name", must(expand_name(p.text("app_name"), views, owner->hash()), "app_name, aspects")},
          {"identity_hexhash", owner->hash().hex()}};
}

json app_and_aspects(const parameters& p) {
  const auto name = p.text("full_name");
  const auto parts = split_name(name);
  auto aspects = json::array();
  for (std::size_t i = 1; i < parts.size(); ++i)
    aspects.push_back(parts[i]);
  return {{"app_name", parts.front()}, {"aspects", aspects}};
}

void add_names(command_table& table) {
  table.add("destination_hash", [](const parameters& p) -> json {
    return {{"destination_hash", hex(hash_destination(dotted_name(p), p.fixed<identity_hash>("identity_hash")))}};
  });
  table.add("name_hash", [](const parameters& p) -> json { return {{"hash", hex(hash_name(p.text("name")))}}; });
  table.add("app_and_aspects_from_name", app_and_aspects);
  table.add("hash_from_name_and_identity", [](const parameters& p) -> json {
    return {{"destination_hash", hex(hash_destination(p.text("full_name"), p.fixed<identity_hash>("identity_hash")))}};
  });
  table.add("destination_expand_name", expanded_name);
}

}  // namespace

void add_destination_commands(command_table& table) {
  add_names(table);
  table.add("destination_construct", construct);
  table.add("destination_announce_attempt", announce_attempt);
  table.add("destination_set_proof_strategy_raw", set_proof_strategy);
  table.add("destination_rotate_ratchets", rotate_ratchets);
  table.add("destination_group_encrypt", group_encrypt);
  table.add("destination_default_app_data", default_app_data);
  table.add("destination_register_request_handler_validate", register_request_handler);
  table.add("destination_path_response_cache", path_response_cache);
}

}  // namespace plexus::bridge
