#include "tests/bridge/live/live_node.hpp"

#include "messages/announce.hpp"
#include "messages/packet_proof.hpp"
#include "tests/bridge/live/interface_recipe.hpp"
#include "tests/bridge/live/media.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"

#include <unistd.h>

namespace plexus::bridge {
namespace {

constexpr std::chrono::milliseconds connect_interval{250};

/// The application of `resource_strategy: app` takes what is no larger.
constexpr std::uint64_t app_accepts_max = 4096;

}  // namespace

transfer* live_link::find(resource_id id) {
  for (auto& one : transfers)
    if (one.id == id)
      return &one;
  return nullptr;
}

live_node::live_node(event_loop& loop, const std::string& config)
    : loop_(loop),
      config_(read_node_config(config, "bridge")),
      core_(new_identity(), config_.reticulum.enable_transport, {}) {
  core_.proofs = config_.reticulum.use_implicit_proof ? proof_form::implicit_form : proof_form::explicit_form;
  core_.on_delivery = [this](const local_delivery& delivery, const packet_view& packet) {
    return on_delivery(delivery, packet);
  };
  core_.on_learned = [this](const announce_learned& learned) { on_learned(learned); };
  loop_.add(*this);
}

live_node::~live_node() {
  loop_.remove(*this);
  if (listener_socket_ >= 0)
    ::close(listener_socket_);
}

// Media.

std::uint16_t live_node::listen(std::uint16_t port) {
  listener_socket_ = listen_tcp(port);
  return port_of(listener_socket_);
}

void live_node::connect(const std::string& host, std::uint16_t port) {
  target_ = {host, port};
  const int socket = connect_tcp(host, port);
  if (socket >= 0)
    add_connection("TCPInterface[" + config_.interfaces.front().name + "/" + host + ":" + std::to_string(port) + "]",
                   socket, socket);
}

void live_node::join_fifos(const std::string& reading, const std::string& writing) {
  const int in = open_fifo(reading);
  add_connection("PipeInterface[" + config_.interfaces.front().name + "]", in, open_fifo(writing));
}

void live_node::add_connection(const std::string& name, int in, int out) {
  const bool is_pipe = in != out;
  const auto& all = config_.interfaces;
  const auto made_from = std::find_if(all.begin(), all.end(), [&](const auto& one) {
    return std::holds_alternative<pipe_settings>(one.settings) == is_pipe;
  });
  auto recipe = recipe_for(config_, made_from == all.end() ? all.front() : *made_from, core_.config().identity, name);
  recipe.gate.hash_secret = core_.config().hash_secret;
  hdlc_limits limits;
  limits.frame_max = recipe.facts.hw_mtu + recipe.facts.ifac_size;
  limits.waiting_max = 2 * std::size_t{recipe.facts.hw_mtu};
  auto port = std::make_unique<stream_port>(in, out, limits);
  const auto id = core_.attach(recipe.facts, name, std::move(recipe.access), recipe.gate);
  connections_.push_back({id, std::move(port)});
}

const interface_facts& live_node::medium() const {
  if (core_.interfaces().empty())
    throw command_error("handle: no connection yet");
  return core_.interfaces().begin()->second.facts;
}

const access_codes* live_node::access() const {
  for (const auto& [id, mock] : core_.interfaces())
    if (mock.access)
      return mock.access.get();
  return nullptr;
}

std::uint64_t live_node::octets_sent() const {
  auto sum = octets_of_ended_;
  for (const auto& one : connections_)
    sum += one.port->octets_sent();
  return sum;
}

void live_node::set_mode(interface_mode mode) {
  for (auto& one : config_.interfaces)
    one.mode = mode;
  for (const auto& one : connections_)
    core_.set_mode(one.interface, mode);
}

void live_node::drop_ended() {
  for (const auto& one : connections_)
    if (one.port->ended()) {
      core_.detach(one.interface);
      octets_of_ended_ += one.port->octets_sent();
    }
  std::erase_if(connections_, [](const auto& one) { return one.port->ended(); });
}

// Destinations.

destination_hash live_node::add(local_destination destination) {
  return core_.add(std::move(destination));
}

local_destination& live_node::destination(const destination_hash& hash) {
  auto* found = core_.find(hash);
  if (!found)
    throw command_error("destination_hash: no destination of this node: " + hash.hex());
  return found->destination;
}

void live_node::announce(const destination_hash& hash, octets app_data) {
  const auto unix_now = static_cast<std::uint64_t>(core_.wall().to_unix(core_.now()).seconds);
  auto made = destination(hash).announce(core_.now(), unix_now, chance(), app_data);
  core_.routes().announce(std::move(made.packet), core_.now());
  settle();
}

const group_key& live_node::group_key_of(const destination_hash& hash) const {
  const auto found = group_keys_.find(hash);
  if (found == group_keys_.end())
    throw command_error("destination_hash: no group of this node: " + hash.hex());
  return found->second;
}

listener& live_node::listen_at(const destination_hash& hash) {
  return listeners_[hash];
}

listener& live_node::listener_at(const destination_hash& hash) {
  const auto found = listeners_.find(hash);
  if (found == listeners_.end())
    throw command_error("destination_hash: nobody listens at " + hash.hex());
  return found->second;
}

void live_node::configure_links(const destination_hash& hash) {
  auto& settings = destination(hash).links;
  if (const auto found = listeners_.find(hash); found != listeners_.end())
    settings.requests = std::make_shared<const request_registry>(found->second.registry);
  for (auto& [id, l] : links_)
    if (l.destination == hash && !l.outbound())
      l.machine->configure(settings);
}

// Others.

void live_node::on_learned(const announce_learned& learned) {
  const auto packet = parse_packet(learned.packet);
  const auto content =
      packet ? announce::parse(packet->data, packet->header.has_context_flag()) : unexpected(parse_error::bad_value);
  if (!content)
    return;
  auto& known = peers_[learned.destination];
  known.key = content->key;
  if (content->has_app_data())
    known.app_data.emplace(content->app_data.begin(), content->app_data.end());
  else
    known.app_data.reset();
  if (content->ratchet)
    known.ratchet = content->ratchet;
}

const known_peer* live_node::find_peer(const destination_hash& hash) const {
  const auto found = peers_.find(hash);
  return found == peers_.end() ? nullptr : &found->second;
}

const known_peer& live_node::peer(const destination_hash& hash) const {
  const auto* found = find_peer(hash);
  if (!found)
    throw command_error("destination_hash: no announce was heard of " + hash.hex());
  return *found;
}

const known_peer* live_node::find_owner(const identity_hash& hash) const {
  for (const auto& [destination, known] : peers_)
    if (hash_identity(known.key) == hash)
      return &known;
  return nullptr;
}

int live_node::hops_to(const destination_hash& hash) {
  const auto path = core_.routes().find_path(hash, core_.now());
  return path ? path->hops : link_timing::hops_unknown;
}

std::string live_node::keep_receipt(const packet_hash& packet) {
  const auto id = "receipt" + std::to_string(receipts_.size() + 1);
  receipts_[id].packet = packet;
  return id;
}

std::string live_node::send_single(const destination_hash& to, octets plaintext) {
  const auto& known = peer(to);
  const auto* ratchet = known.ratchet ? &*known.ratchet : nullptr;
  auto packet = must(make_single_packet(public_identity(known.key), to, plaintext, chance(), ratchet), "data");
  const auto hash = hash_packet(packet);
  const auto path = core_.routes().find_path(to, core_.now());
  const auto hops = path ? path->hops : 0;
  waiting_receipts_.expect(core_.now(), hash, signing_key_of(known.key),
                           link_timing::packet_timeout(link_timing::first_hop_timeout(medium().bitrate), hops));
  core_.routes().add_local(proof_address(hash));
  core_.routes().send(std::move(packet), {}, core_.now());
  const auto id = keep_receipt(hash);
  settle();
  return id;
}

sent_receipt& live_node::receipt(const std::string& id) {
  const auto found = receipts_.find(id);
  if (found == receipts_.end())
    throw command_error("receipt_id: no such receipt: " + id);
  return found->second;
}

void live_node::mark(const packet_hash& packet, receipt_state state) {
  for (auto& [id, receipt] : receipts_)
    if (receipt.packet == packet && receipt.state == receipt_state::sent)
      receipt.state = state;
}

// What comes in.

bool live_node::on_delivery(const local_delivery& delivery, const packet_view& packet) {
  if (packet.header.type() == packet_type::link_request) {
    on_link_request(delivery, packet);
    return true;
  }
  if (packet.header.dest_type() == destination_type::link) {
    const auto found = links_.find(rename<link_id>(packet.header.destination));
    if (found == links_.end())
      return true;
    link_output out;
    found->second.machine->on_packet(core_.now(), delivery.from, packet, {}, out);
    carry_out(found->second, out);
    return true;
  }
  return packet.header.type() == packet_type::proof && on_proof(packet);
}

void live_node::on_link_request(const local_delivery& delivery, const packet_view& packet) {
  const auto hash = rename<destination_hash>(packet.header.destination);
  auto* ours = core_.find(hash);
  if (!ours || !ours->destination.accepts_links || !ours->destination.owner())
    return;
  link_output out;
  auto made = link::accept(core_.now(), delivery.from, packet, *ours->destination.owner(), ours->destination.links,
                           chance(), out);
  if (!made || links_.contains((*made)->id()))
    return;
  const auto id = (*made)->id();
  auto& l = links_[id];
  l.machine = std::move(*made);
  l.destination = hash;
  core_.routes().add_local(rename<address>(id));
  carry_out(l, out);
}

bool live_node::on_proof(const packet_view& packet) {
  const auto proof = packet_proof::parse(packet.data);
  const auto proved =
      proof ? waiting_receipts_.take_proved(*proof, packet.header.destination) : std::optional<packet_receipt>();
  if (!proved)
    return true;
  core_.routes().remove_local(packet.header.destination);
  for (auto& [id, receipt] : receipts_)
    if (receipt.packet == proved->packet) {
      receipt.proof.assign(packet.data.begin(), packet.data.end());
      receipt.proof_packet.assign(packet.whole.begin(), packet.whole.end());
    }
  mark(proved->packet, receipt_state::delivered);
  return true;
}

// Links.

live_link& live_node::open_link(const destination_hash& to) {
  const auto& known = peer(to);
  const auto path = core_.routes().find_path(to, core_.now());
  link_target target{public_identity(known.key), to, wire::mtu, {}};
  if (path) {
    target.hops = path->hops;
    if (const auto name = core_.name_of(path->heard_on)) {
      const auto& next = core_.interface(*name).facts;
      target.first_hop_timeout = link_timing::first_hop_timeout(next.bitrate);
      if (next.mtu_negotiable && next.hw_mtu != 0 && config_.reticulum.link_mtu_discovery)
        target.mtu = next.hw_mtu;
    }
  }
  link_settings settings;
  settings.proofs = proof_strategy::none;
  settings.resources = resource_strategy::accept_none;
  link_output out;
  auto machine = link::initiate(core_.now(), target, settings, chance(), out);
  const auto id = machine->id();
  auto& l = links_[id];
  l.machine = std::move(machine);
  l.destination = to;
  core_.routes().add_local(rename<address>(id));
  carry_out(l, out);
  settle();
  return l;
}

live_link& live_node::link_at(const link_id& id) {
  const auto found = links_.find(id);
  if (found == links_.end())
    throw command_error("link_id: no such link: " + id.hex());
  return found->second;
}

std::vector<live_link*> live_node::links_with(resource_id id, resource_direction direction) {
  std::vector<live_link*> all;
  for (auto& [name, l] : links_)
    if (const auto* known = l.find(id); known && known->direction == direction)
      all.push_back(&l);
  return all;
}

void live_node::carry_out(live_link& l, link_output& out) {
  auto packets = std::exchange(out.packets, {});
  auto events = std::exchange(out.events, {});
  for (auto& packet : packets)
    core_.routes().send(std::move(packet), l.machine->attached(), core_.now());
  for (auto& event : events)
    on_event(l, std::move(event));
}

void live_node::on_event(live_link& l, link_event event) {
  struct visitor {
    live_node& node;
    live_link& l;

    void operator()(const link_established&) const {
      l.was_established = true;
      if (l.outbound())
        return;
      const auto found = node.listeners_.find(l.destination);
      if (found == node.listeners_.end())
        return;
      found->second.links.push_back(l.machine->id());
      if (found->second.opens_channel)
        l.machine->open_channel();
    }
    void operator()(const link_closed& e) const {
      l.ended = e.reason;
      node.core_.routes().remove_local(rename<address>(l.machine->id()));
    }
    void operator()(const peer_identified& e) const { l.remote = e.hash; }
    void operator()(data_received& e) const {
      if (const auto found = node.listeners_.find(l.destination); found != node.listeners_.end() && !l.outbound())
        found->second.packets.push_back(std::move(e.plaintext));
    }
    void operator()(const packet_delivered& e) const { node.mark(e.packet, receipt_state::delivered); }
    void operator()(const packet_undelivered& e) const {
      node.mark(e.packet, e.culled ? receipt_state::culled : receipt_state::failed);
    }
    void operator()(const request_received& e) const { node.on_request(l, e); }
    void operator()(const request_progress&) const {}
    void operator()(response_received& e) const {
      auto& asked_for = l.requests[e.id];
      if (e.file)
        if (auto* file = l.find(*e.file))
          asked_for.file = std::move(file->data);
      asked_for.answer = std::move(e);
    }
    void operator()(const request_failed& e) const { l.requests[e.id].failed = true; }
    void operator()(const resource_advertised& e) const {
      node.with(l, [&](link& machine, instant now, link_output& out) {
        if (e.data_size <= app_accepts_max)
          (void)machine.accept(now, e.id, out);
        else
          (void)machine.reject(now, e.id, out);
      });
    }
    void operator()(const resource_started& e) const {
      if (l.find(e.id))
        return;
      l.transfers.push_back({e.id, resource_direction::incoming, resource_status::transferring, {}, {}, e.hash});
      if (const auto found = node.listeners_.find(l.destination); found != node.listeners_.end() && !l.outbound())
        found->second.incoming.emplace_back(l.machine->id(), e.id);
    }
    void operator()(const resource_progress&) const {}
    void operator()(const resource_segment_received& e) const {
      if (!l.find(e.id))
        l.transfers.push_back({e.id, resource_direction::incoming, resource_status::transferring, {}, {}, {}});
      append(l.find(e.id)->data, e.data);
    }
    void operator()(const segment_wanted&) const {}
    void operator()(const resource_concluded& e) const { node.on_resource_concluded(l, e); }
    void operator()(const channel_message& e) const { node.on_message(l, e); }
    void operator()(const channel_ready&) const {
      node.with(l, [&](link& machine, instant now, link_output& out) {
        for (auto& stream : l.streams)
          stream.on_ready(now, machine, out);
      });
    }
  };
  std::visit(visitor{*this, l}, event);
}

void live_node::on_resource_concluded(live_link& l, const resource_concluded& concluded) {
  auto* known = l.find(concluded.id);
  if (!known)
    return;
  known->status = concluded.status;
  known->metadata = concluded.metadata;
  const auto found = listeners_.find(l.destination);
  if (concluded.direction == resource_direction::incoming && concluded.status == resource_status::complete &&
      !l.outbound() && found != listeners_.end())
    found->second.resources.push_back(known->data);
}

void live_node::on_request(live_link& l, const request_received& request) {
  auto& at = listener_at(l.destination);
  const auto* content = request.content.as_bytes();
  at.requests[request.path_text].push_back({content ? octet_string(content->begin(), content->end()) : octet_string(),
                                            request.id, l.machine->id(), request.requester, request.requested_at});
  const auto found = at.answers.find(request.path_text);
  if (found == at.answers.end())
    return;
  const auto answer = found->second;
  with(l, [&](link& machine, instant now, link_output& out) {
    if (answer.file)
      (void)machine.respond_with_file(now, request.id, resource_source::from(*answer.file),
                                      answer.metadata ? value(octets(*answer.metadata)) : value(), out);
    else if (answer.response)
      (void)machine.respond(now, request.id, value(octets(*answer.response)), out);
  });
}

void live_node::on_message(live_link& l, const channel_message& message) {
  const auto found = listeners_.find(l.destination);
  const bool listened = found != listeners_.end() && !l.outbound();
  if (message.type != stream_data::message_type) {
    (listened ? found->second.messages : l.messages).push_back(message.content);
    return;
  }
  if (!listened)
    return;
  const auto piece = stream_data::parse(message.content);
  if (!piece) {
    found->second.broken_stream = std::string(to_string(piece.error()));
    return;
  }
  auto& stream = found->second.streams[piece->stream];
  append(stream.data, piece->data);
  stream.end = stream.end || piece->end;
}

// Time.

void live_node::settle() {
  core_.catch_up();
  for (auto& [id, l] : links_) {
    if (l.state() == link_state::closed)
      continue;
    link_output out;
    l.machine->on_time(core_.now(), out);
    carry_out(l, out);
  }
  for (const auto& late : waiting_receipts_.take_expired(core_.now()))
    mark(late.packet, receipt_state::failed);
  core_.collect();
  send_waiting();
}

void live_node::send_waiting() {
  for (auto& one : connections_)
    for (const auto& packet : std::exchange(core_.interface(one.interface).sent, {}))
      one.port->send(packet);
}

bool live_node::wait(const std::function<bool()>& done, std::int64_t milliseconds) {
  settle();
  return loop_.until(done, std::chrono::milliseconds(milliseconds));
}

void live_node::add_waits(std::vector<pollfd>& waits) {
  if (listener_socket_ >= 0)
    waits.push_back({listener_socket_, POLLIN, 0});
  for (const auto& one : connections_) {
    waits.push_back({one.port->in(), POLLIN, 0});
    if (one.port->wants_to_write())
      waits.push_back({one.port->out(), POLLOUT, 0});
  }
}

void live_node::step() {
  for (int socket = listener_socket_ < 0 ? -1 : accept_tcp(listener_socket_); socket >= 0;
       socket = accept_tcp(listener_socket_))
    add_connection("TCPInterface[Client on " + config_.interfaces.front().name + "/" + std::to_string(socket) + "]",
                   socket, socket);
  for (auto& one : connections_) {
    one.port->write();
    const auto from = core_.interface(one.interface).facts.id;
    one.port->read([&](octets packet) {
      core_.catch_up();
      core_.hear(from, packet);
    });
  }
  drop_ended();
  if (target_ && connections_.empty() && std::chrono::steady_clock::now() >= connect_again_) {
    connect_again_ = std::chrono::steady_clock::now() + connect_interval;
    connect(target_->first, target_->second);
  }
  settle();
}

std::chrono::milliseconds live_node::idle_for() {
  auto next = core_.routes().next_deadline();
  for (const auto& [id, l] : links_)
    if (l.state() != link_state::closed)
      next = std::min(next, l.machine->next_deadline().value_or(instant::max()));
  next = std::min(next, waiting_receipts_.next_deadline().value_or(instant::max()));
  if (target_ && connections_.empty())
    next = std::min(next, core_.now() + connect_interval);
  return std::chrono::ceil<std::chrono::milliseconds>(std::max(next - core_.now(), duration::zero()));
}

}  // namespace plexus::bridge
