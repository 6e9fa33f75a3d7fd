#include "actors/endpoints/endpoints_supervisor.hpp"

#include "actors/clock.hpp"
#include "actors/deadline_timer.hpp"
#include "actors/endpoints/ratchet_files.hpp"
#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"
#include "messages/link_request.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"
#include "transport/link_check.hpp"
#include "transport/router/local_hops.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace plexus {
namespace {

/// A program tells its instance of its destinations so long after it registered one, or after it was attached again.
/// Source: Destination.py; rns-1.5.7 section 1.15.
constexpr std::chrono::milliseconds instance_grace{250}, instance_grace_again{10000};

/// What destinations and links have in common.
using endpoint = caf::typed_actor<caf::reacts_to<delivered>, caf::reacts_to<surroundings_ptr>>;

/// Strangers choose what link ids look like, not where they lie in a table.
struct secret_hash {
  std::uint64_t secret = 0;
  std::size_t operator()(const address& key) const {
    std::uint64_t first, second;
    std::memcpy(&first, key.data(), sizeof first);
    std::memcpy(&second, key.data() + 8, sizeof second);
    auto h = (first ^ secret) * 0x9e3779b97f4a7c15ULL;
    h = (h ^ h >> 32 ^ second) * 0xbf58476d1ce4e5b9ULL;
    return h ^ h >> 29;
  }
};

struct destination_entry {
  destination_spec_ptr spec;
  destination_actor actor;  ///< empty while it is down
  octet_string ratchets;    ///< as in their file
};
struct link_entry {
  link_actor actor;
  link_listener listener;
  destination_hash destination{};
  link_role role = link_role::initiator;
  std::optional<link_id> id;
};

struct resident_entry {
  resident_ptr what;
  caf::actor actor;  ///< empty while it is down
};

using with_interface = std::function<void(const interface_facts*, std::optional<int> hops)>;

struct endpoints_state {
  explicit endpoints_state(endpoints_actor::base*) {}
  ~endpoints_state() {
    for (const auto& [hash, entry] : destinations)
      caf::anon_send_exit(entry.actor, caf::exit_reason::user_shutdown);
    for (const auto& [id, entry] : links)
      caf::anon_send_exit(entry.actor, caf::exit_reason::user_shutdown);
    for (const auto& one : residents)
      caf::anon_send_exit(one.actor, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(files, caf::exit_reason::user_shutdown);
  }

  struct interface_slot {
    interface_facts_ptr facts;
    interface_actor actor;
  };

  const char* name = "endpoints";
  endpoints_settings settings;
  surroundings_ptr around;
  std::vector<interface_slot> interfaces;  ///< by slot
  std::unordered_map<address, endpoint, secret_hash> routes;
  std::unordered_map<destination_hash, destination_entry> destinations;
  std::unordered_map<caf::actor_id, link_entry> links;
  std::vector<resident_entry> residents;
  std::vector<announce_listener> announce_listeners;
  receipt_table receipts;
  std::unordered_map<packet_hash, caf::typed_response_promise<packet_fate>> waiting;
  deadline_timer timer;
  ratchet_files files;
  restart_policy policy;
  endpoints_status counts;
  bool ending = false;

  bool connected() const { return !around->shards.empty(); }
  const interface_slot* find(interface_id id) const {
    const auto slot = id.slot();
    return slot < interfaces.size() && interfaces[slot].facts && interfaces[slot].facts->id == id ? &interfaces[slot]
                                                                                                  : nullptr;
  }
};

using self_ptr = endpoints_actor::stateful_pointer<endpoints_state>;

// Addresses

void tell_owner(self_ptr self, const address& local) {
  auto& s = self->state;
  if (s.connected())
    self->send(s.around->owner_of(local), add_local_atom::value, local);
}

void forget_address(self_ptr self, const address& local) {
  auto& s = self->state;
  s.routes.erase(local);
  if (s.connected())
    self->send(s.around->owner_of(local), remove_local_atom::value, local);
}

/// A shard that begins knows none of our addresses.
void introduce(self_ptr self, std::optional<unsigned> index) {
  auto& s = self->state;
  const auto count = static_cast<unsigned>(s.around->shards.size());
  const auto concerned = [&](const address& local) {
    return !index || shard_of(local.data(), s.settings.hash_secret, count) == *index;
  };
  for (const auto& [local, child] : s.routes)
    if (concerned(local))
      tell_owner(self, local);
  for (const auto& [packet, promise] : s.waiting)
    if (concerned(proof_address(packet)))
      tell_owner(self, proof_address(packet));
  for (unsigned i = 0; i < count; ++i)
    if (!index || *index == i)
      for (const auto& listener : s.announce_listeners)
        self->send(s.around->shards[i], listener);
}

void change_surroundings(self_ptr self, surroundings changed) {
  auto& s = self->state;
  s.around = std::make_shared<const surroundings>(std::move(changed));
  for (const auto& [hash, entry] : s.destinations)
    if (entry.actor)
      self->send(entry.actor, s.around);
  for (const auto& [id, entry] : s.links)
    self->send(entry.actor, s.around);
}

void on_shard_started(self_ptr self, const shard_started& started) {
  const bool first = !self->state.connected();
  auto changed = *self->state.around;
  changed.shards = started.shards;
  change_surroundings(self, std::move(changed));
  introduce(self, first ? std::nullopt : std::optional(started.index));
}

// Packets that came in

/// Watched from its first moment.
link_actor start_link(self_ptr self, const link_start_ptr& start, link_role role, std::optional<link_id> id) {
  const auto actor = spawn_link(self->system(), start);
  self->monitor(actor);
  self->state.links.emplace(actor.id(), link_entry{actor, start->listener, start->destination, role, id});
  return actor;
}

std::shared_ptr<link_start> make_start(self_ptr self, const link_settings& settings, const link_listener& listener,
                                       const destination_hash& destination) {
  auto start = std::make_shared<link_start>();
  start->around = self->state.around;
  start->random = self->state.settings.random;
  start->settings = settings;
  start->listener = listener;
  start->destination = destination;
  start->parent = self;
  return start;
}

/// The cryptography of accepting is the link's; here a request costs a hash.
void accept_link(self_ptr self, const local_delivery_ptr& batch, std::uint32_t index, const packet_view& request) {
  auto& s = self->state;
  const auto found = s.destinations.find(rename<destination_hash>(request.header.destination));
  if (found == s.destinations.end() || s.ending)
    return void(++s.counts.unrouted);
  const auto& spec = *found->second.spec;
  if (!spec.accepts_links || spec.type != destination_type::single)
    return void(++s.counts.unrouted);
  if (s.links.size() >= s.settings.links_max)
    return void(++s.counts.links_refused);
  if (!link_request::parse(request.data))
    return void(++s.counts.unrouted);
  const auto id = name_link(request);
  if (s.routes.contains(rename<address>(id)))
    return;
  auto start = make_start(self, spec.links, spec.listener, found->first);
  start->owner = spec.owner;
  const auto actor = start_link(self, start, link_role::responder, id);
  s.routes.emplace(rename<address>(id), actor);
  // Anonymously, so that the scheduler's threads share the work and a reading thread does none of it.
  caf::anon_send(actor, delivered{batch, {index}});
}

void conclude(self_ptr self, const packet_receipt& receipt, receipt_state state, duration rtt) {
  auto& s = self->state;
  const auto found = s.waiting.find(receipt.packet);
  if (found == s.waiting.end())
    return;
  found->second.deliver(packet_fate{receipt.packet, state, rtt});
  s.waiting.erase(found);
  forget_address(self, proof_address(receipt.packet));
}

void on_proof(self_ptr self, const packet_view& packet) {
  auto& s = self->state;
  const auto proof = packet_proof::parse(packet.data);
  const auto receipt = proof ? s.receipts.take_proved(*proof, packet.header.destination) : std::nullopt;
  if (receipt)
    conclude(self, *receipt, receipt_state::delivered, now() - receipt->sent_at);
}

void on_path_request(self_ptr self, const local_delivery& delivery, const packet_view& packet) {
  auto& s = self->state;
  const auto asked = path_request::parse(packet.data);
  if (!asked)
    return;
  const auto found = s.destinations.find(asked->destination);
  if (found != s.destinations.end() && found->second.actor)
    self->send(found->second.actor, path_asked{asked->tag, delivery.from});
}

using share = std::pair<const endpoint*, std::uint32_t>;

/// One message for each child, whatever number of packets it gets.
void hand_out(self_ptr self, const local_delivery_ptr& batch, std::vector<share>& shares) {
  if (shares.size() == batch->size() &&
      std::all_of(shares.begin(), shares.end(), [&](const share& one) { return one.first == shares[0].first; }))
    return self->send(*shares[0].first, delivered{batch, {}});
  std::stable_sort(shares.begin(), shares.end(), [](const share& a, const share& b) { return a.first < b.first; });
  for (auto from = shares.begin(); from != shares.end();) {
    const auto to = std::find_if(from, shares.end(), [&](const share& one) { return one.first != from->first; });
    delivered part{batch, {}};
    for (auto i = from; i != to; ++i)
      part.which.push_back(i->second);
    self->send(*from->first, std::move(part));
    from = to;
  }
}

void on_deliveries(self_ptr self, const local_delivery_ptr& batch) {
  auto& s = self->state;
  std::vector<share> shares;
  for (std::uint32_t i = 0; i < batch->size(); ++i) {
    const auto& delivery = (*batch)[i];
    const auto packet = parse_packet(delivery.packet);
    if (!packet)
      continue;
    const auto& header = packet->header;
    if (header.type() == packet_type::link_request)
      accept_link(self, batch, i, *packet);
    else if (header.dest_type() == destination_type::plain &&
             header.destination == rename<address>(control::path_request))
      on_path_request(self, delivery, *packet);
    else if (const auto route = s.routes.find(header.destination); route != s.routes.end())
      shares.emplace_back(&route->second, i);
    else if (header.type() == packet_type::proof)
      on_proof(self, *packet);
    else
      ++s.counts.unrouted;
  }
  if (!shares.empty())
    hand_out(self, batch, shares);
}

// Announces that go out

void send_to(self_ptr self, const endpoints_state::interface_slot& to, const announcement& made) {
  auto packet = made.packet;
  if (hides_hops(self->state.settings.local_hops_delta, 0, to.facts->role))
    packet = hide_hops(packet, self->state.settings.transport, self->state.settings.local_hops_delta);
  const auto memory = std::make_shared<const octet_string>(std::move(packet));
  auto batch = std::make_unique<egress_batch>();
  batch->to = to.facts->id;
  batch->memory.push_back(memory);
  auto& one = batch->packets.emplace_back();
  one.kind = transmit_kind::announce;
  one.body = memory->data();
  one.body_size = static_cast<std::uint32_t>(memory->size());
  self->send(to.actor, egress_batch_ptr(std::move(batch)));
}

void on_announcement(self_ptr self, const announcement& made) {
  auto& s = self->state;
  const auto found = s.destinations.find(made.destination);
  if (found == s.destinations.end())
    return;
  if (!made.ratchets.empty()) {
    found->second.ratchets = made.ratchets;
    const auto& file = found->second.spec->ratchets->file;
    if (!file.empty())
      self->send(s.files, save_atom::value, file.string(), std::make_shared<const octet_string>(made.ratchets));
  }
  const auto takes = [](const endpoints_state::interface_slot& slot) {
    return slot.facts && slot.facts->online && slot.facts->outgoing;
  };
  if (made.only) {
    if (const auto* slot = s.find(made.only); slot && takes(*slot))
      send_to(self, *slot, made);
    return;
  }
  announce_transmit one;
  one.packet = std::make_shared<const octet_string>(made.packet);
  if (s.settings.local_hops_delta != 0)
    one.outside =
        std::make_shared<const octet_string>(hide_hops(made.packet, s.settings.transport, s.settings.local_hops_delta));
  one.destination = made.destination;
  one.emitted = made.emitted;
  one.local = true;
  auto round = std::make_shared<announce_round>();
  round->announces.push_back(std::move(one));
  const announce_round_ptr shared = std::move(round);
  for (const auto& slot : s.interfaces)
    if (takes(slot))
      self->send(slot.actor, shared);
}

// A program on a shared instance

/// The instance learns by a path response what lives here; nobody else hears of it.
void tell_instance(self_ptr self) {
  auto& s = self->state;
  for (const auto& slot : s.interfaces)
    if (slot.facts && slot.facts->role == interface_role::shared_instance && slot.facts->online)
      for (const auto& [hash, entry] : s.destinations)
        if (entry.actor && entry.spec->type == destination_type::single)
          self->send(entry.actor, path_asked{{}, slot.facts->id});
}

/// What was open over the connection before is unknown to the instance. One that has just begun may not take in yet
/// what it is told, so it is told again.
void on_instance(self_ptr self, const interface_facts& facts) {
  auto& s = self->state;
  if (facts.online) {
    for (const auto after : {instance_grace, instance_grace_again})
      self->delayed_send(self, after, announce_atom::value);
    return;
  }
  for (const auto& [id, entry] : s.links)
    caf::anon_send(entry.actor, order(close_link{}));
}

bool is_on_instance(const endpoints_state& s) {
  return std::any_of(s.interfaces.begin(), s.interfaces.end(), [](const endpoints_state::interface_slot& slot) {
    return slot.facts && slot.facts->role == interface_role::shared_instance;
  });
}

// Destinations

void start_destination(self_ptr self, destination_entry& entry) {
  auto& s = self->state;
  auto start = std::make_shared<destination_start>();
  start->around = s.around;
  start->random = s.settings.random;
  start->spec = entry.spec;
  start->ratchets = entry.ratchets;
  start->proofs = s.settings.proofs;
  start->parent = self;
  entry.actor = spawn_destination(self->system(), start);
  self->monitor(entry.actor);
  s.routes.insert_or_assign(rename<address>(entry.spec->hash()), entry.actor);
}

registered begin_destination(self_ptr self, const destination_spec_ptr& spec, const octet_string& ratchets) {
  auto& s = self->state;
  const auto [entry, added] = s.destinations.try_emplace(spec->hash(), destination_entry{spec, {}, ratchets});
  if (!added)
    return {{}, "the destination " + spec->hash().pretty() + " is already registered"};
  start_destination(self, entry->second);
  tell_owner(self, rename<address>(spec->hash()));
  if (is_on_instance(s))
    self->delayed_send(self, instance_grace, announce_atom::value);
  return {entry->second.actor, {}};
}

/// Also for links that are there already, as the reference's links ask their destination each time.
registered change_destination(self_ptr self, destination_entry& entry, const destination_spec_ptr& spec) {
  auto& s = self->state;
  entry.spec = spec;
  if (entry.actor)
    self->send(entry.actor, spec);
  const auto hash = spec->hash();
  const auto change = order(configure_link{spec->links});
  for (const auto& [id, link] : s.links)
    if (link.destination == hash && link.role == link_role::responder)
      caf::anon_send(link.actor, change);
  return {entry.actor, {}};
}

void want_files(self_ptr self) {
  auto& s = self->state;
  if (s.files)
    return;
  s.files = spawn_ratchet_files(self->system());
  self->monitor(s.files);
}

caf::result<registered> on_spec(self_ptr self, const destination_spec_ptr& spec) {
  auto& s = self->state;
  auto promise = self->make_response_promise<registered>();
  const auto found = s.destinations.find(spec->hash());
  const bool has_file = spec->ratchets && !spec->ratchets->file.empty();
  if (has_file)
    want_files(self);
  if (found != s.destinations.end() && (spec->takes_over || found->second.spec->listener == spec->listener)) {
    promise.deliver(change_destination(self, found->second, spec));
  } else if (!has_file) {
    promise.deliver(begin_destination(self, spec, {}));
  } else {
    self->request(s.files, caf::infinite, find_atom::value, spec->ratchets->file.string())
        .then(
            [self, spec, promise](const ratchet_reading_ptr& reading) mutable {
              promise.deliver(reading->problem.empty() ? begin_destination(self, spec, reading->content)
                                                       : registered{{}, reading->problem});
            },
            [promise](const caf::error&) mutable {
              promise.deliver(registered{{}, "the ratchets could not be read"});
            });
  }
  return promise;
}

void end_destination(self_ptr self, const destination_hash& hash) {
  auto& s = self->state;
  const auto found = s.destinations.find(hash);
  if (found == s.destinations.end())
    return;
  if (found->second.actor) {
    self->demonitor(found->second.actor.address());
    self->send_exit(found->second.actor, caf::exit_reason::user_shutdown);
  }
  s.destinations.erase(found);
  forget_address(self, rename<address>(hash));
}

// What we send to others

/// The interface that the path to a destination begins with, and its length, as far as there is one.
void find_way(self_ptr self, const destination_hash& to, with_interface then) {
  auto& s = self->state;
  if (!s.connected())
    return then(nullptr, std::nullopt);
  self->request(s.around->owner_of(rename<address>(to)), caf::infinite, find_atom::value, to)
      .then(
          [self, then](const std::optional<path_summary>& path) {
            const auto* slot = path ? self->state.find(path->heard_on) : nullptr;
            then(slot ? slot->facts.get() : nullptr, path ? std::optional<int>(path->hops) : std::nullopt);
          },
          [then](const caf::error&) { then(nullptr, std::nullopt); });
}

caf::result<link_actor> open_link(self_ptr self, const link_wish_ptr& wish) {
  auto& s = self->state;
  if (s.ending || s.links.size() >= s.settings.links_max) {
    ++s.counts.links_refused;
    return caf::sec::bad_function_call;
  }
  auto promise = self->make_response_promise<link_actor>();
  find_way(self, wish->destination, [=](const interface_facts* first, std::optional<int> hops) mutable {
    auto start = make_start(self, wish->settings, wish->listener, wish->destination);
    link_target target{wish->owner, wish->destination, wire::mtu, hops};
    if (first && first->mtu_negotiable && first->hw_mtu > 0 && self->state.settings.link_mtu_discovery)
      target.mtu = first->hw_mtu;
    target.first_hop_timeout = link_timing::first_hop_timeout(first ? first->bitrate : 0);
    start->target = target;
    promise.deliver(start_link(self, start, link_role::initiator, std::nullopt));
  });
  return promise;
}

void on_link_named(self_ptr self, const link_id& id) {
  auto& s = self->state;
  const auto sender = self->current_sender();
  const auto found = sender ? s.links.find(sender->id()) : s.links.end();
  if (found == s.links.end())
    return;
  found->second.id = id;
  s.routes.insert_or_assign(rename<address>(id), found->second.actor);
}

void transmit(self_ptr self, const octet_string& packet) {
  auto& s = self->state;
  const auto parsed = parse_packet(packet);
  if (!parsed || !s.connected())
    return;
  auto local = std::make_shared<local_packets>();
  local->packets.push_back(packet);
  self->send(s.around->owner_of(parsed->header.destination), local_packets_ptr(std::move(local)));
}

void expect_proof(self_ptr self, const outgoing_packet& out, duration timeout,
                  caf::typed_response_promise<packet_fate> promise) {
  auto& s = self->state;
  const auto hash = hash_packet(out.packet);
  if (const auto culled = s.receipts.expect(now(), hash, *out.receiver, timeout))
    conclude(self, *culled, receipt_state::culled, {});
  s.waiting.insert_or_assign(hash, std::move(promise));
  tell_owner(self, proof_address(hash));
  transmit(self, out.packet);
  s.timer.set(self, *s.receipts.next_deadline());
}

caf::result<packet_fate> on_outgoing(self_ptr self, const outgoing_packet_ptr& out) {
  auto promise = self->make_response_promise<packet_fate>();
  const auto parsed = parse_packet(out->packet);
  if (!parsed) {
    promise.deliver(packet_fate{});
  } else if (!out->receiver) {
    transmit(self, out->packet);
    promise.deliver(packet_fate{hash_packet(out->packet), receipt_state::sent, {}});
  } else if (out->timeout) {
    expect_proof(self, *out, *out->timeout, promise);
  } else {
    find_way(self, rename<destination_hash>(parsed->header.destination),
             [self, out, promise](const interface_facts* first, std::optional<int> hops) {
               const auto first_hop = link_timing::first_hop_timeout(first ? first->bitrate : 0);
               expect_proof(self, *out,
                            link_timing::packet_timeout(first_hop, hops.value_or(link_timing::hops_unknown)), promise);
             });
  }
  return promise;
}

void on_tick(self_ptr self) {
  auto& s = self->state;
  for (const auto& receipt : s.receipts.take_expired(now()))
    conclude(self, receipt, receipt_state::failed, {});
  if (const auto next = s.receipts.next_deadline())
    s.timer.set(self, *next);
}

// Children that end

void start_resident(self_ptr self, resident_entry& entry) {
  entry.actor = entry.what->start(self->system(), self);
  self->monitor(entry.actor);
}

void on_link_down(self_ptr self, const link_entry& entry, const caf::error& reason) {
  auto& s = self->state;
  if (entry.id)
    forget_address(self, rename<address>(*entry.id));
  if (!reason || reason == caf::exit_reason::user_shutdown)
    return;
  ++s.counts.links_died;
  log(log_level::error, "A link to {} ended because of an error", entry.destination.pretty());
  if (!entry.listener)
    return;
  link_news last{entry.actor, {}, {}};
  last.facts.id = entry.id.value_or(link_id{});
  last.facts.destination = entry.destination;
  last.facts.role = entry.role;
  last.facts.state = link_state::closed;
  last.events.emplace_back(link_closed{teardown_reason::timeout});
  self->send(entry.listener, std::make_shared<const link_news>(std::move(last)));
}

/// How long to wait, or nothing: the node has to end.
std::optional<duration> wait_for_restart(self_ptr self, const std::string& who) {
  const auto wait = self->state.policy.on_death(now());
  if (wait) {
    log(log_level::error, "{} ended and is started again", who);
    return wait;
  }
  log(log_level::critical, "{} ended too often", who);
  self->quit(caf::sec::runtime_error);
  return wait;
}

void on_down(self_ptr self, const caf::down_msg& down) {
  auto& s = self->state;
  if (const auto link = s.links.extract(down.source.id()); !link.empty()) {
    on_link_down(self, link.mapped(), down.reason);
    if (s.ending && s.links.empty())
      self->quit();
    return;
  }
  if (s.files && s.files.address() == down.source) {
    s.files = nullptr;
    return want_files(self);
  }
  for (auto& [hash, entry] : s.destinations)
    if (entry.actor && entry.actor.address() == down.source) {
      entry.actor = nullptr;
      s.routes.erase(rename<address>(hash));
      if (const auto wait = wait_for_restart(self, "The destination " + hash.pretty()))
        self->delayed_send(self, *wait, restarted_atom::value, hash);
      return;
    }
  for (std::uint32_t i = 0; i < s.residents.size(); ++i)
    if (s.residents[i].actor && s.residents[i].actor.address() == down.source) {
      s.residents[i].actor = nullptr;
      if (const auto wait = wait_for_restart(self, "A part of the node that uses destinations"))
        self->delayed_send(self, *wait, restarted_atom::value, i);
      return;
    }
}

void on_detach(self_ptr self, duration within) {
  auto& s = self->state;
  s.ending = true;
  if (s.links.empty())
    return self->quit();
  for (const auto& [id, entry] : s.links)
    caf::anon_send(entry.actor, order(close_link{}));
  self->delayed_send(self, within, close_atom::value);
}

void on_interface(self_ptr self, const interface_known& known) {
  auto& s = self->state;
  const auto slot = known.facts->id.slot();
  if (slot >= s.interfaces.size())
    s.interfaces.resize(slot + 1);
  const auto& before = s.interfaces[slot].facts;
  const bool changed = !before || before->id != known.facts->id || before->online != known.facts->online;
  s.interfaces[slot] = {known.facts, known.actor};
  if (changed && known.facts->role == interface_role::shared_instance)
    on_instance(self, *known.facts);
}

endpoints_actor::behavior_type endpoints_behavior(self_ptr self, const endpoints_settings& settings) {
  auto& s = self->state;
  end_on_exception(self);
  s.settings = settings;
  s.receipts = receipt_table(settings.receipts_max);
  s.routes = decltype(s.routes)(16, secret_hash{settings.hash_secret});
  auto first = std::make_shared<surroundings>();
  first->hash_secret = settings.hash_secret;
  s.around = std::move(first);
  self->set_down_handler([self](const caf::down_msg& down) { on_down(self, down); });
  return {
      [self](const interface_known& known) { on_interface(self, known); },
      [&s](const interface_gone& gone) {
        if (s.find(gone.id))
          s.interfaces[gone.id.slot()] = {};
      },
      [self](const shard_started& started) { on_shard_started(self, started); },
      [self](const local_delivery_ptr& batch) { on_deliveries(self, batch); },
      [self](const blackhole_set& blackholes) {
        auto changed = *self->state.around;
        changed.blackholes = blackholes;
        change_surroundings(self, std::move(changed));
      },
      [self](const link_id& id) { on_link_named(self, id); },
      [self](const announcement_ptr& made) { on_announcement(self, *made); },
      [self](const destination_spec_ptr& spec) { return on_spec(self, spec); },
      [self](close_atom, const destination_hash& hash) { end_destination(self, hash); },
      [self](const link_wish_ptr& wish) { return open_link(self, wish); },
      [self](const outgoing_packet_ptr& out) { return on_outgoing(self, out); },
      [self, &s](const announce_listener& listener) {
        s.announce_listeners.push_back(listener);
        for (const auto& shard : s.around->shards)
          self->send(shard, listener);
      },
      [self, &s](request_path_atom, const destination_hash& destination) {
        if (s.connected())
          self->send(s.around->owner_of(rename<address>(destination)), request_path_atom::value, destination);
      },
      [self, &s](recall_atom, const destination_hash& destination) -> caf::result<known_path_ptr> {
        if (!s.connected())
          return known_path_ptr();
        return self->delegate(s.around->owner_of(rename<address>(destination)), recall_atom::value, destination);
      },
      [self, &s](const resident_ptr& what) {
        start_resident(self, s.residents.emplace_back(resident_entry{what, {}}));
      },
      [self, &s](restarted_atom, std::uint32_t index) { start_resident(self, s.residents[index]); },
      [self, &s](restarted_atom, const destination_hash& hash) {
        if (const auto found = s.destinations.find(hash); found != s.destinations.end() && !found->second.actor)
          start_destination(self, found->second);
      },
      [self, &s](tick_atom, std::uint64_t setting) {
        if (s.timer.rings(setting))
          on_tick(self);
      },
      [self](announce_atom) { tell_instance(self); },
      [self, &s](announce_atom, const destination_hash& hash, const octet_string& app_data) {
        if (const auto found = s.destinations.find(hash); found != s.destinations.end() && found->second.actor)
          self->send(found->second.actor, announce_atom::value, app_data);
      },
      [self, &s](prove_atom, const destination_hash& hash, const packet_hash& packet, interface_id from) {
        if (const auto found = s.destinations.find(hash); found != s.destinations.end() && found->second.actor)
          self->send(found->second.actor, prove_atom::value, packet, from);
      },
      [self](detach_atom, duration within) { on_detach(self, within); },
      [self](close_atom) { self->quit(); },
      [&s](status_atom) {
        auto status = s.counts;
        status.destinations = s.destinations.size();
        status.links = s.links.size();
        status.receipts = s.receipts.size();
        status.restarts = s.policy.restarts();
        return status;
      },
  };
}

}  // namespace

endpoints_actor spawn_endpoints(caf::actor_system& system, const endpoints_settings& settings) {
  return system.spawn(endpoints_behavior, settings);
}

}  // namespace plexus
