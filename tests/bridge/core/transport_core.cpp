#include "tests/bridge/core/transport_core.hpp"

#include "messages/announce.hpp"
#include "messages/path_request.hpp"
#include "tests/bridge/temporary_path.hpp"
#include "tests/bridge/test_access.hpp"
#include "transport/destination_name.hpp"

#include <chrono>

namespace plexus::bridge {
namespace {

/// Far from the origin of time, so that commands can set times back.
constexpr std::chrono::hours beginning{24 * 365};

constexpr std::size_t heard_max = 4096;

instant steady_now() {
  static const auto start = std::chrono::steady_clock::now();
  return instant(beginning) + std::chrono::duration_cast<duration>(std::chrono::steady_clock::now() - start);
}

clocks read_both_clocks() {
  const auto unix_now = std::chrono::system_clock::now().time_since_epoch();
  return {steady_now(), {std::chrono::duration<double>(unix_now).count()}};
}

router_config config_of(const identity& self, bool transport_enabled) {
  router_config config;
  config.transport_enabled = transport_enabled;
  config.identity = rename<transport_id>(self.hash());
  config.hash_secret = chance().number();
  config.jitter_seed = chance().number();
  // A bridge serves tests of a few packets, many times over.
  config.paths_max = config.links_max = config.reverse_max = 4096;
  config.packet_hashes_max = 1 << 16;
  return config;
}

std::filesystem::path made(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  return directory;
}

}  // namespace

transport_core::transport_core(std::shared_ptr<const identity> self, bool transport_enabled,
                               const interface_knobs& knobs)
    : self_(std::move(self)),
      config_(config_of(*self_, transport_enabled)),
      knobs_(knobs),
      wall_(read_both_clocks()),
      caught_up_(wall_.monotonic_now),
      router_(config_, caught_up_, wall_),
      blackholes_(self_->hash()),
      files_(made(temporary_path("core"))) {
  if (const auto error = files_.prepare())
    throw command_error("storage: " + error.message());
  test_access::begin_reverses(test_access::inside(router_), instant{});
}

instant transport_core::now() const {
  return caught_up_;
}

void transport_core::catch_up() {
  const auto end = steady_now();
  for (auto next = router_.next_deadline(); next <= end; next = router_.next_deadline()) {
    caught_up_ = std::max(caught_up_, next);
    router_.tick(caught_up_);
  }
  caught_up_ = std::max(caught_up_, end);
  collect();
}

void transport_core::collect() {
  // What is delivered may be answered, and the answers are sent.
  while (!router_.sent().empty() || !router_.deliveries().empty() || !router_.learned().empty()) {
    const auto sent = router_.sent();
    const auto deliveries = router_.deliveries();
    const auto learned = router_.learned();
    router_.clear();
    for (const auto& packet : sent)
      if (const auto name = name_of(packet.to))
        interfaces_.at(*name).sent.push_back(packet.packet);
    for (const auto& delivery : deliveries)
      deliver(delivery);
    for (const auto& one : learned) {
      if (on_learned)
        on_learned(one);
      tell_listeners(one);
    }
  }
}

std::string transport_core::attach(interface_facts facts, std::string short_name,
                                   std::unique_ptr<const access_codes> access, const gate_config& gate) {
  facts.id = interface_id::make(static_cast<std::uint32_t>(interfaces_.size() + 1), 1);
  const auto name = "if" + std::to_string(facts.id.slot());
  router_.set_interface(facts, now(), gate, access.get());
  interfaces_.emplace(name, mock_interface{std::move(facts), std::move(short_name), std::move(access), {}});
  return name;
}

void transport_core::detach(const std::string& id) {
  router_.remove_interface(interface(id).facts.id, now());
}

void transport_core::set_mode(const std::string& id, interface_mode mode) {
  auto& facts = interface(id).facts;
  facts.mode = mode;
  router_.set_interface(facts, now());
}

void transport_core::hear(interface_id from, octets packet) {
  const auto name = name_of(from);
  heard_.push_back({++heard_total_,
                    wall_.to_unix(now()).seconds,
                    {packet.begin(), packet.end()},
                    name ? interfaces_.at(*name).facts.name : std::string()});
  if (heard_.size() > heard_max)
    heard_.pop_front();
  router_.receive(from, packet, now());
  collect();
}

mock_interface& transport_core::interface(const std::string& id) {
  const auto found = interfaces_.find(id);
  if (found == interfaces_.end())
    throw command_error("iface_id: no such interface: " + id);
  return found->second;
}

std::optional<std::string> transport_core::name_of(interface_id id) const {
  for (const auto& [name, mock] : interfaces_)
    if (mock.facts.id == id)
      return name;
  return std::nullopt;
}

destination_hash transport_core::add(local_destination destination) {
  const auto hash = destination.hash();
  destinations_.insert_or_assign(hash, held_destination{std::move(destination), {}});
  router_.add_local(rename<address>(hash));
  return hash;
}

held_destination* transport_core::find(const destination_hash& hash) {
  const auto found = destinations_.find(hash);
  return found == destinations_.end() ? nullptr : &found->second;
}

void transport_core::deliver(const local_delivery& delivery) {
  const auto packet = parse_packet(delivery.packet);
  if (!packet || (on_delivery && on_delivery(delivery, *packet)) || packet->header.type() != packet_type::data)
    return;
  if (packet->header.destination == rename<address>(control::path_request))
    return answer_path_request(delivery, packet->data);
  const auto found = destinations_.find(rename<destination_hash>(packet->header.destination));
  if (found == destinations_.end())
    return;
  auto& [destination, delivered] = found->second;
  const auto opened = destination.open(packet->data);
  if (!opened)
    return;
  delivered.push_back(opened->plaintext);
  if (destination.proofs != proof_strategy::all)
    return;
  if (auto proof = destination.prove(delivery.hash, proofs))
    router_.send(std::move(*proof), delivery.from, now());
}

void transport_core::answer_path_request(const local_delivery& delivery, octets asked_for) {
  const auto request = path_request::parse(asked_for);
  const auto found = request ? destinations_.find(request->destination) : destinations_.end();
  if (found == destinations_.end() || found->second.destination.type() != destination_type::single)
    return;
  const auto unix_now = static_cast<std::uint64_t>(wall_.to_unix(now()).seconds);
  auto made_now = found->second.destination.announce(now(), unix_now, chance(), {}, packet_context::path_response,
                                                     request->tag.bytes());
  router_.send(std::move(made_now.packet), delivery.from, now());
}

std::string transport_core::listen(announce_listener listener) {
  const auto id = "listener" + std::to_string(listeners_.size() + 1);
  listeners_.emplace(id, std::move(listener));
  return id;
}

const announce_listener& transport_core::listener(const std::string& id) const {
  const auto found = listeners_.find(id);
  if (found == listeners_.end())
    throw command_error("handler_id: no such listener: " + id);
  return found->second;
}

void transport_core::tell_listeners(const announce_learned& learned) {
  const auto packet = parse_packet(learned.packet);
  const auto content =
      packet ? announce::parse(packet->data, packet->header.has_context_flag()) : unexpected(parse_error::bad_value);
  if (!content || !learned.path_added)
    return;
  const auto owner = hash_identity(content->key);
  for (auto& [id, listener] : listeners_) {
    if (learned.path_response && !listener.wants_path_responses)
      continue;
    if (listener.aspect_filter && hash_destination(*listener.aspect_filter, owner) != learned.destination)
      continue;
    json call{{"destination_hash", hex(learned.destination)},
              {"announced_identity_hash", hex(owner)},
              {"app_data", content->has_app_data() ? json(hex(content->app_data)) : json()}};
    if (listener.wants_packet_hash)
      call["announce_packet_hash"] = hex(learned.hash);
    listener.calls.push_back(std::move(call));
  }
}

void transport_core::publish_blackholes(bool saved) {
  router_.set_blackholed(std::make_shared<const std::unordered_set<identity_hash>>(blackholes_.identities()), now());
  if (!saved)
    return;
  std::vector<blackhole_record> records;
  for (const auto& one : blackholes_.own())
    records.push_back(
        {one.identity, one.source, one.until ? std::optional(unix_time{one.until->real()}) : std::nullopt, one.reason});
  if (const auto error = files_.save_blackhole(std::nullopt, records))
    throw command_error("blackhole list: " + error.message());
}

}  // namespace plexus::bridge
