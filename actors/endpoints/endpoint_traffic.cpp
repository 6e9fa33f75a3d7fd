// Packets that came in, each for the child at its address; links that begin; single packets of ours, and what became of
// them.
#include "actors/clock.hpp"
#include "actors/endpoints/endpoints_state.hpp"
#include "messages/link_request.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"
#include "transport/link_check.hpp"

#include <algorithm>

namespace plexus {
namespace {

using with_interface = std::function<void(const interface_facts*, std::optional<int> hops)>;

/// Watched from its first moment.
link_actor start_link(endpoints_ptr self, const link_start_ptr& start, link_role role, std::optional<link_id> id) {
  const auto actor = spawn_link(self->system(), start);
  self->monitor(actor);
  self->state.links.emplace(actor.id(), link_entry{actor, start->listener, start->destination, role, id});
  return actor;
}

std::shared_ptr<link_start> make_start(endpoints_ptr self, const link_settings& settings, const link_listener& listener,
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
void accept_link(endpoints_ptr self, const local_delivery_ptr& batch, std::uint32_t index, const packet_view& request) {
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

void conclude(endpoints_ptr self, const packet_receipt& receipt, receipt_state state, duration rtt) {
  auto& s = self->state;
  const auto found = s.waiting.find(receipt.packet);
  if (found == s.waiting.end())
    return;
  found->second.deliver(packet_fate{receipt.packet, state, rtt});
  s.waiting.erase(found);
  forget_address(self, proof_address(receipt.packet));
}

void on_proof(endpoints_ptr self, const packet_view& packet) {
  auto& s = self->state;
  const auto proof = packet_proof::parse(packet.data);
  const auto receipt = proof ? s.receipts.take_proved(*proof, packet.header.destination) : std::nullopt;
  if (receipt)
    conclude(self, *receipt, receipt_state::delivered, now() - receipt->sent_at);
}

void on_path_request(endpoints_ptr self, const local_delivery& delivery, const packet_view& packet) {
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
void hand_out(endpoints_ptr self, const local_delivery_ptr& batch, std::vector<share>& shares) {
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

/// The interface that the path to a destination begins with, and its length, as far as there is one.
void find_way(endpoints_ptr self, const destination_hash& to, with_interface then) {
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

void send_packet(endpoints_ptr self, const octet_string& packet) {
  auto& s = self->state;
  const auto parsed = parse_packet(packet);
  if (!parsed || !s.connected())
    return;
  auto local = std::make_shared<local_packets>();
  local->packets.push_back(packet);
  self->send(s.around->owner_of(parsed->header.destination), local_packets_ptr(std::move(local)));
}

void expect_proof(endpoints_ptr self, const outgoing_packet& out, duration timeout,
                  caf::typed_response_promise<packet_fate> promise) {
  auto& s = self->state;
  const auto hash = hash_packet(out.packet);
  if (const auto culled = s.receipts.expect(now(), hash, *out.receiver, timeout))
    conclude(self, *culled, receipt_state::culled, {});
  s.waiting.insert_or_assign(hash, std::move(promise));
  tell_owner(self, proof_address(hash));
  send_packet(self, out.packet);
  s.timer.set(self, *s.receipts.next_deadline());
}

}  // namespace

void on_deliveries(endpoints_ptr self, const local_delivery_ptr& batch) {
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

caf::result<link_actor> open_link(endpoints_ptr self, const link_wish_ptr& wish) {
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

void on_link_named(endpoints_ptr self, const link_id& id) {
  auto& s = self->state;
  const auto sender = self->current_sender();
  const auto found = sender ? s.links.find(sender->id()) : s.links.end();
  if (found == s.links.end())
    return;
  found->second.id = id;
  s.routes.insert_or_assign(rename<address>(id), found->second.actor);
}

caf::result<packet_fate> on_outgoing(endpoints_ptr self, const outgoing_packet_ptr& out) {
  auto promise = self->make_response_promise<packet_fate>();
  const auto parsed = parse_packet(out->packet);
  if (!parsed) {
    promise.deliver(packet_fate{});
  } else if (!out->receiver) {
    send_packet(self, out->packet);
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

void on_receipts_due(endpoints_ptr self) {
  auto& s = self->state;
  for (const auto& receipt : s.receipts.take_expired(now()))
    conclude(self, receipt, receipt_state::failed, {});
  if (const auto next = s.receipts.next_deadline())
    s.timer.set(self, *next);
}

}  // namespace plexus
