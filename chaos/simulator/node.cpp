#include "chaos/simulator/node.hpp"

#include "messages/path_request.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"
#include "transport/endpoint/link_timing.hpp"
#include "transport/packet_proof_check.hpp"

#include <algorithm>

namespace plexus::chaos {
namespace {

constexpr std::uint64_t unix_start = 1'700'000'000;

std::uint64_t unix_seconds(instant now) {
  return unix_start + static_cast<std::uint64_t>(seconds_of(now.time_since_epoch()));
}

link_settings settings_of_links() {
  link_settings settings;
  settings.proofs = proof_strategy::all;
  settings.resources = resource_strategy::accept_all;
  return settings;
}

}  // namespace

node::node(std::size_t index, const node_traits& traits, std::uint64_t seed, ledger& book, transmitter transmit)
    : index_(index),
      traits_(traits),
      random_(seed),
      hash_secret_(seed * 3 + 1),
      identity_(std::make_shared<const identity>(identity::generate(random_))),
      transport_(rename<transport_id>(identity_->hash())),
      destination_(local_destination::single(identity_, "plexus.chaos")),
      book_(book),
      transmit_(std::move(transmit)) {
  destination_.proofs = proof_strategy::all;
  destination_.links = settings_of_links();
}

void node::start(instant now) {
  router_config config;
  config.transport_enabled = traits_.transport;
  config.identity = transport_;
  config.shard_count = traits_.shards;
  config.hash_secret = hash_secret_;
  config.jitter_seed = hash_secret_ + life_;
  config.paths_max = traits_.paths_max;
  config.links_max = traits_.links_max;
  config.announces_pending_max = traits_.announces_pending_max;
  config.reverse_max = 4096;
  config.packet_hashes_max = 16384;
  router_ = std::make_unique<router>(config, now, clocks{instant{}, {static_cast<double>(unix_start)}});
  router_->add_local(rename<address>(destination_.hash()));
  ++life_;
}

void node::stop() {
  router_.reset();
  ports_.clear();
  media_.clear();
  links_.clear();
  unproved_.clear();
  provers_.clear();
  book_.on_stop(index_);
}

void node::attach(std::size_t medium, const chaos::medium& to, interface_mode mode, instant now) {
  const auto& traits = to.traits();
  interface_facts facts;
  facts.id = interface_id::make(static_cast<std::uint32_t>(medium + 1), next_generation_++ & 0xffff);
  facts.name = "Medium[" + std::to_string(medium) + "]";
  facts.mode = mode;
  facts.online = true;
  facts.hw_mtu = traits.hw_mtu;
  facts.mtu_negotiable = traits.mtu_negotiable;
  facts.bitrate = traits.bitrate;
  facts.pushes_back = traits.pushes_back;
  facts.ifac_size = to.codes() ? static_cast<std::uint32_t>(to.codes()->code_size()) : 0;
  gate_config gate;
  gate.announce_share = traits_.announce_share;
  gate.ingress.announces = gate.ingress.path_requests = traits_.ingress_control;
  gate.hash_secret = hash_secret_;
  router_->set_interface(facts, now, gate, to.codes());
  ports_[medium] = {facts.id, traits.mtu_negotiable ? traits.hw_mtu : static_cast<std::uint32_t>(wire::mtu),
                    traits.bitrate};
  media_[facts.id] = medium;
}

void node::detach(std::size_t medium, instant now) {
  const auto known = ports_.find(medium);
  if (known == ports_.end())
    return;
  router_->remove_interface(known->second.id, now);
  media_.erase(known->second.id);
  ports_.erase(known);
}

std::optional<drop_reason> node::receive(std::size_t medium, octets packet, instant now) {
  const auto known = ports_.find(medium);
  if (known == ports_.end())
    return std::nullopt;
  const auto id = known->second.id;
  const auto before = router_->drops_of(id);
  router_->receive(id, packet, now);
  const auto after = router_->drops_of(id);
  flush(now);
  const auto differs = std::mismatch(before.begin(), before.end(), after.begin()).first;
  if (differs == before.end())
    return std::nullopt;
  return static_cast<drop_reason>(differs - before.begin());
}

void node::on_time(instant now) {
  if (router_->next_deadline() <= now)
    router_->tick(now);
  flush(now);
  for (const auto& id : links()) {
    const auto deadline = links_.at(id).end->next_deadline();
    if (!deadline || *deadline > now)
      continue;
    link_output out;
    links_.at(id).end->on_time(now, out);
    drive(id, out, now);
  }
  flush(now);
}

instant node::next_deadline() const {
  auto next = router_->next_deadline();
  for (const auto& [id, l] : links_)
    if (const auto deadline = l.end->next_deadline())
      next = std::min(next, *deadline);
  return next;
}

void node::flush(instant now) {
  while (!router_->sent().empty() || !router_->deliveries().empty() || !router_->learned().empty()) {
    const auto sent = router_->sent();
    const auto deliveries = router_->deliveries();
    const auto learned = router_->learned();
    router_->clear();
    for (const auto& l : learned)
      if (l.path_added)
        book_.on_belief(index_, l.packet);
    for (const auto& s : sent)
      if (const auto medium = medium_of(s.to))
        transmit_(*medium, s.packet);
    for (const auto& d : deliveries)
      deliver(d, now);
  }
  drop_closed();
}

void node::deliver(const local_delivery& delivery, instant now) {
  const auto packet = parse_packet(delivery.packet);
  if (!packet)
    throw violation("node " + std::to_string(index_) + " is given what is no packet");
  const auto& to = packet->header.destination;
  if (to == rename<address>(control::path_request))
    return on_path_request(delivery, *packet, now);
  if (links_.contains(rename<link_id>(to)))
    return on_link_packet(delivery, *packet, now);
  if (to == rename<address>(destination_.hash()))
    return packet->header.type() == packet_type::link_request ? on_link_request(delivery, *packet, now)
                                                              : on_packet(delivery, *packet, now);
  if (packet->header.type() == packet_type::proof)
    on_proof(*packet);
}

void node::announce(instant now) {
  last_emission_ = std::max(last_emission_ + 1, unix_seconds(now));
  auto made = destination_.announce(now, last_emission_, random_);
  book_.on_emission(index_, made.packet);
  router_->announce(std::move(made.packet), now);
  flush(now);
}

void node::on_path_request(const local_delivery& delivery, const packet_view& packet, instant now) {
  const auto asked = path_request::parse(packet.data);
  if (!asked || asked->destination != destination_.hash())
    return;
  last_emission_ = std::max(last_emission_ + 1, unix_seconds(now));
  auto answer =
      destination_.announce(now, last_emission_, random_, {}, packet_context::path_response, asked->tag.bytes());
  router_->send(std::move(answer.packet), delivery.from, now);
}

bool node::send_packet(const contact& to, std::size_t size, instant now) {
  if (!path_to(to, now))
    return false;
  const auto number = book_.open(index_, to.node, carrier::packet, size);
  auto packet = make_single_packet(to.owner, to.destination, ledger::content(number, size), random_);
  if (!packet)
    throw violation("a packet of " + std::to_string(size) + " octets cannot be made");
  const auto hash = hash_packet(*packet);
  const auto proof_to = proof_address(hash);
  unproved_[proof_to] = {hash, number};
  provers_[proof_to] = ed25519_public::from(to.owner.key().bytes().subspan(32));
  router_->add_local(proof_to);
  router_->send(std::move(*packet), {}, now);
  flush(now);
  return true;
}

void node::on_packet(const local_delivery& delivery, const packet_view& packet, instant now) {
  if (packet.header.type() != packet_type::data)
    return;
  const auto opened = destination_.open(packet.data);
  if (!opened)
    return;
  book_.on_delivered(index_, life_, opened->plaintext);
  router_->send(*destination_.prove(delivery.hash, proof_form::implicit_form), delivery.from, now);
}

void node::on_proof(const packet_view& packet) {
  const auto waiting = unproved_.find(packet.header.destination);
  if (waiting == unproved_.end())
    return;
  const auto proof = packet_proof::parse(packet.data);
  if (!proof || !proves(*proof, waiting->second.first, provers_.at(waiting->first)))
    return;
  book_.on_proved(waiting->second.second);
  router_->remove_local(waiting->first);
  provers_.erase(waiting->first);
  unproved_.erase(waiting);
}

bool node::open_link(const contact& to, instant now) {
  const auto path = path_to(to, now);
  const auto medium = path ? medium_of(path->heard_on) : std::nullopt;
  if (!medium)
    return false;
  const auto& way = ports_.at(*medium);
  link_target target{to.owner, to.destination, way.mtu_for_links, path->hops,
                     link_timing::first_hop_timeout(way.bitrate)};
  link_output out;
  auto made = link::initiate(now, target, settings_of_links(), random_, out);
  const auto id = made->id();
  links_[id].end = std::move(made);
  router_->add_local(rename<address>(id));
  auto& story = book_.links[id];
  story.initiator = index_;
  story.initiator_life = life_;
  story.responder = to.node;
  drive(id, out, now);
  flush(now);
  return true;
}

void node::on_link_request(const local_delivery& delivery, const packet_view& packet, instant now) {
  link_output out;
  auto made = link::accept(now, delivery.from, packet, *identity_, destination_.links, random_, out);
  if (!made)
    return;
  const auto id = (*made)->id();
  if (links_.contains(id))
    return;
  links_[id].end = std::move(*made);
  router_->add_local(rename<address>(id));
  // A request that was damaged on its way makes a link whose proof nobody believes.
  if (const auto story = book_.links.find(id); story != book_.links.end()) {
    if (story->second.responder_life == life_)
      throw violation("the request of link " + id.hex() + " arrived twice");
    story->second.responder_life = life_;
  }
  drive(id, out, now);
}

void node::on_link_packet(const local_delivery& delivery, packet_view packet, instant now) {
  const auto id = rename<link_id>(packet.header.destination);
  link_output out;
  links_.at(id).end->on_packet(now, delivery.from, packet, {}, out);
  drive(id, out, now);
}

void node::drive(const link_id& id, link_output& out, instant now) {
  auto& l = links_.at(id);
  for (auto& packet : out.packets)
    router_->send(std::move(packet), l.end->attached(), now);
  for (const auto& event : out.events)
    note(l, event);
  out.clear();
}

void node::note(line& l, const link_event& event) {
  const auto story = book_.links.find(l.end->id());
  const bool initiator = l.end->role() == link_role::initiator;
  if (std::holds_alternative<link_established>(event) && story != book_.links.end()) {
    (initiator ? story->second.initiator_active : story->second.responder_active) = true;
  } else if (std::holds_alternative<link_closed>(event) && story != book_.links.end()) {
    (initiator ? story->second.initiator_closed : story->second.responder_closed) = true;
  } else if (const auto* data = std::get_if<data_received>(&event)) {
    book_.on_delivered(index_, life_, data->plaintext);
  } else if (const auto* proved = std::get_if<packet_delivered>(&event)) {
    if (const auto number = l.unproved.find(proved->packet); number != l.unproved.end())
      book_.on_proved(number->second);
  } else if (const auto* late = std::get_if<packet_undelivered>(&event)) {
    if (const auto number = l.unproved.find(late->packet); number != l.unproved.end())
      book_.on_given_up(number->second);
  } else if (const auto* part = std::get_if<resource_segment_received>(&event)) {
    append(l.arriving[part->id.value], part->data);
  } else if (const auto* end = std::get_if<resource_concluded>(&event)) {
    if (end->direction == resource_direction::incoming && end->status == resource_status::complete)
      book_.on_delivered(index_, life_, l.arriving[end->id.value]);
    else if (end->status == resource_status::complete)
      book_.on_proved(l.resources.at(end->id.value));
    l.arriving.erase(end->id.value);
  }
}

bool node::send_on_link(const link_id& over, const contact& to, std::size_t size, instant now) {
  auto* end = find_link(over);
  if (!end || !end->active())
    return false;
  size = std::min(size, end->mdu());
  const auto number = book_.open(index_, to.node, carrier::link, size);
  link_output out;
  const auto sent = end->send(now, ledger::content(number, size), out);
  if (!sent)
    throw violation("a packet of " + std::to_string(size) + " octets cannot be sent on link " + over.hex());
  links_.at(over).unproved[*sent] = number;
  drive(over, out, now);
  flush(now);
  return true;
}

bool node::send_resource(const link_id& over, const contact& to, std::size_t size, instant now) {
  auto* end = find_link(over);
  if (!end || !end->active())
    return false;
  const auto number = book_.open(index_, to.node, carrier::resource, size);
  resource_offer offer;
  offer.data = resource_source::from(ledger::content(number, size));
  link_output out;
  const auto queued = end->send_resource(now, std::move(offer), out);
  if (queued)
    links_.at(over).resources[queued->value] = number;
  drive(over, out, now);
  flush(now);
  return queued.has_value();
}

void node::close_link(const link_id& id, instant now) {
  auto* end = find_link(id);
  if (!end)
    return;
  link_output out;
  end->close(now, out);
  drive(id, out, now);
  flush(now);
}

void node::drop_closed() {
  std::erase_if(links_, [this](const auto& entry) {
    if (entry.second.end->state() != link_state::closed)
      return false;
    router_->remove_local(rename<address>(entry.first));
    return true;
  });
}

void node::request_path(const contact& to, instant now) {
  router_->request_path(to.destination, now);
  flush(now);
}

std::optional<path_summary> node::path_to(const contact& to, instant now) const {
  return router_->find_path(to.destination, now);
}

std::optional<std::size_t> node::medium_of(interface_id id) const {
  const auto known = media_.find(id);
  return known == media_.end() ? std::nullopt : std::optional(known->second);
}

link* node::find_link(const link_id& id) const {
  const auto known = links_.find(id);
  return known == links_.end() ? nullptr : known->second.end.get();
}

std::vector<link_id> node::links() const {
  std::vector<link_id> all;
  for (const auto& [id, l] : links_)
    all.push_back(id);
  return all;
}

void node::check_bounds() {
  const auto within = [this](const char* what, std::size_t holds, std::size_t most) {
    if (holds > most)
      throw violation("node " + std::to_string(index_) + " holds " + std::to_string(holds) + " " + what +
                      ", and may hold " + std::to_string(most));
  };
  for (unsigned i = 0; i < traits_.shards; ++i) {
    const auto s = router_->shard(i).status();
    within("paths and links", s.paths + s.links, s.capacities.paths_and_links);
    within("reverse entries", s.reverses, s.capacities.reverses);
    within("packet hashes", s.packet_hashes, s.capacities.packet_hashes);
    within("pending announces", s.announces_pending, s.capacities.announces_pending);
    within("path requests", s.path_requests_pending, s.capacities.path_requests_pending);
    for (std::size_t kind = 0; kind < traffic_classes; ++kind)
      within("queued packets", s.queued[kind], 0);
  }
  for (const auto& [medium, p] : ports_) {
    within("announces under the cap", router_->gate_of(p.id).queued(), announce_cap::queued_max);
    within("held announces", router_->gate_of(p.id).held(), ingress_limits{}.held_announces_max);
  }
}

void node::check_idle() {
  const auto gone = [this](const char* what, std::size_t left) {
    if (left != 0)
      throw violation("node " + std::to_string(index_) + " still holds " + std::to_string(left) + " " + what);
  };
  const auto s = router_->status();
  gone("links", s.links);
  gone("pending announces", s.announces_pending);
  gone("path requests", s.path_requests_pending);
  gone("ends of links", links_.size());
  for (const auto& [medium, p] : ports_) {
    gone("announces under the cap", router_->gate_of(p.id).queued());
    gone("held announces", router_->gate_of(p.id).held());
  }
}

}  // namespace plexus::chaos
