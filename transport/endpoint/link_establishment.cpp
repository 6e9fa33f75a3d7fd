// How a link begins, stays alive and ends.
#include "messages/link_request.hpp"
#include "messages/link_upkeep.hpp"
#include "transport/crypto/hkdf.hpp"
#include "transport/destination_name.hpp"
#include "transport/endpoint/link.hpp"
#include "transport/link_check.hpp"

#include <cmath>

namespace plexus {

using namespace link_timing;

link::link(link_role role, const link_id& id, const signing_key& signer, link_settings settings, random_source& random)
    : session_(id, random),
      role_(role),
      state_(role == link_role::initiator ? link_state::pending : link_state::handshake),
      settings_(std::move(settings)),
      signer_(signer) {}

std::unique_ptr<link> link::initiate(instant now, const link_target& target, link_settings settings,
                                     random_source& random, link_output& out) {
  const auto exchange_key = random.draw<x25519_secret>();
  const signing_key signer(random.draw<ed25519_seed>());
  link_request request;
  request.key = public_of(exchange_key);
  request.signing_key = signer.public_half();
  request.signalling = link_signalling{std::max(target.mtu, mtu_min), link_mode::aes_256_cbc};
  packet_header header;
  header.flags = make_flags(packet_type::link_request, destination_type::single);
  header.destination = rename<address>(target.destination);
  auto packet = encode_packet(header, *request.encode());

  std::unique_ptr<link> made(
      new link(link_role::initiator, name_link(*parse_packet(packet)), signer, std::move(settings), random));
  auto& l = *made;
  l.exchange_key_ = exchange_key;
  l.peer_ = target.owner;
  l.peer_signing_key_ = signing_key_of(target.owner.key());
  l.asked_mtu_ = request.signalling->mtu;
  l.hops_ = target.hops.value_or(hops_unknown);
  l.requested_at_ = l.session_.last_outbound = l.session_.last_data = now;
  l.establishment_timeout_ = initiator_timeout(target.first_hop_timeout, l.hops_);
  l.session_.establishment_cost = packet.size();
  out.packets.push_back(std::move(packet));
  return made;
}

expected<std::unique_ptr<link>> link::accept(instant now, interface_id from, const packet_view& packet,
                                             const identity& owner, link_settings settings, random_source& random,
                                             link_output& out) {
  const auto request = link_request::parse(packet.data);
  if (!request)
    return unexpected(request.error());
  const auto signalled = request->signalling ? request->signalling->mtu : 0;
  const auto agreed = signalled ? signalled : static_cast<std::uint32_t>(wire::mtu);
  if (!is_enabled(request->mode()) || agreed < mtu_min)
    return unexpected(parse_error::bad_value);

  std::unique_ptr<link> made(
      new link(link_role::responder, name_link(packet), owner.signer(), std::move(settings), random));
  auto& l = *made;
  l.exchange_key_ = random.draw<x25519_secret>();
  l.peer_signing_key_ = request->signing_key;
  if (!l.derive_key(request->key))
    return unexpected(parse_error::bad_value);
  l.session_.agree_on(agreed);
  l.attached_ = from;
  l.hops_ = packet.header.hops;
  l.establishment_timeout_ = responder_timeout(l.hops_);
  l.requested_at_ = l.session_.last_inbound = now;

  link_proof proof;
  proof.key = public_of(l.exchange_key_);
  proof.signalling = link_signalling{agreed, request->mode()};
  proof.proof = l.signer_.sign(*proof.signed_data(l.id(), l.signer_.public_half()));
  l.session_.send_plain(now, packet_type::proof, packet_context::link_request_proof, *proof.encode(), out);
  l.session_.establishment_cost = packet.whole.size() + out.packets.back().size();
  return made;
}

bool link::derive_key(const x25519_public& theirs) {
  const auto shared = exchange(exchange_key_, theirs);
  if (!shared)
    return false;
  secret_bytes<struct link_key_tag, 64> derived;
  hkdf(derived.bytes(), shared->bytes(), id().bytes());
  session_.set_key(derived.bytes());
  return true;
}

void link::on_link_proof(instant now, interface_id from, const packet_view& packet, link_output& out) {
  if (state_ != link_state::pending) {
    ++session_.counters.unexpected;
    return;
  }
  const auto proof = verify_link_proof(packet.data, id(), peer_signing_key_);
  if (!proof || proof->content().mode() != link_mode::aes_256_cbc) {
    ++session_.counters.bad_proof;
    return;
  }
  const auto& signalling = proof->content().signalling;
  const auto agreed = signalling && signalling->mtu ? signalling->mtu : static_cast<std::uint32_t>(wire::mtu);
  if (agreed < mtu_min || agreed > std::max(asked_mtu_, static_cast<std::uint32_t>(wire::mtu)) ||
      !derive_key(proof->content().key)) {
    ++session_.counters.bad_proof;
    return;
  }
  session_.agree_on(agreed);
  session_.establishment_cost += packet.whole.size();
  attached_ = from;
  hops_ = packet.header.hops;
  session_.last_proof = now;
  ++session_.traffic.packets_received;
  session_.traffic.octets_received += packet.data.size();
  activate(now, now - requested_at_, out);
  session_.send(now, packet_context::link_rtt, encode_round_trip(seconds_of(session_.rtt)), out);
}

void link::on_round_trip(instant now, const packet_view& packet, link_output& out) {
  if (role_ != link_role::responder || state_ != link_state::handshake) {
    ++session_.counters.unexpected;
    return;
  }
  const auto plaintext = open(packet);
  if (!plaintext)
    return;
  const auto claimed = parse_round_trip(*plaintext);
  if (!claimed || !std::isfinite(*claimed)) {
    ++session_.counters.malformed;
    return close(now, out);
  }
  hops_ = packet.header.hops;
  const auto bounded = from_seconds(std::clamp(*claimed, 0.0, seconds_of(round_trip_max)));
  activate(now, std::max(now - requested_at_, bounded), out);
}

void link::activate(instant now, duration rtt, link_output& out) {
  session_.rtt = std::min<duration>(rtt, round_trip_max);
  state_ = link_state::active;
  activated_at_ = now;
  keepalive_ = keepalive_interval(session_.rtt);
  wipe(exchange_key_.bytes());
  out.events.emplace_back(link_established{session_.rtt});
}

std::optional<double> link::establishment_rate() const {
  if (session_.rtt <= duration::zero())
    return std::nullopt;
  return static_cast<double>(session_.establishment_cost) * 8 / seconds_of(session_.rtt);
}

std::optional<instant> link::activated_at() const {
  return activated_at_ == instant{} ? std::nullopt : std::optional(activated_at_);
}

expected<void, link_error> link::identify(instant now, const identity& as, link_output& out) {
  if (role_ != link_role::initiator)
    return unexpected(link_error::not_initiator);
  if (!active())
    return unexpected(link_error::not_active);
  link_identify content;
  content.key = as.key();
  content.proof = as.sign(content.signed_data(id()));
  session_.send(now, packet_context::link_identify, content.encode(), out);
  return {};
}

void link::on_identify(const packet_view& packet, link_output& out) {
  const auto plaintext = open(packet);
  if (!plaintext)
    return;
  const auto content = link_identify::parse(*plaintext);
  if (!content || role_ != link_role::responder) {
    ++session_.counters.malformed;
    return;
  }
  public_identity claimed(content->key);
  if (!claimed.validates(content->signed_data(id()), content->proof)) {
    ++session_.counters.bad_proof;
    return;
  }
  if (peer_)
    return;
  peer_ = claimed;
  out.events.emplace_back(peer_identified{claimed.key(), claimed.hash()});
}

void link::close(instant now, link_output& out) {
  if (state_ == link_state::closed)
    return;
  if (state_ != link_state::pending)
    session_.send(now, packet_context::link_close, id().bytes(), out);
  end(role_ == link_role::initiator ? teardown_reason::initiator_closed : teardown_reason::destination_closed, out);
}

void link::on_close_packet(const packet_view& packet, link_output& out) {
  const auto plaintext = open(packet);
  if (!plaintext)
    return;
  if (!std::ranges::equal(*plaintext, id().bytes())) {
    ++session_.counters.malformed;
    return;
  }
  end(role_ == link_role::initiator ? teardown_reason::destination_closed : teardown_reason::initiator_closed, out);
}

void link::end(teardown_reason reason, link_output& out) {
  state_ = link_state::closed;
  abandon_resources({}, out);
  channel_.reset();
  requests_.fail_all(request_failure::link_closed, out);
  for (const auto& receipt : receipts_.take_expired(instant::max()))
    out.events.emplace_back(packet_undelivered{receipt.packet, false});
  session_.drop_key();
  wipe(exchange_key_.bytes());
  out.events.emplace_back(link_closed{reason});
}

instant link::keepalive_due() const {
  const auto quiet_since =
      std::min(std::max({session_.last_inbound, session_.last_proof, activated_at_}), session_.last_outbound);
  return std::max(quiet_since, session_.last_keepalive) + keepalive_;
}

instant link::stale_due() const {
  return std::max({session_.last_inbound, session_.last_proof, activated_at_}) + keepalive_ * stale_factor;
}

std::optional<instant> link::upkeep_deadline() const {
  switch (state_) {
    case link_state::pending:
    case link_state::handshake:
      return requested_at_ + establishment_timeout_;
    case link_state::active:
      return role_ == link_role::initiator ? std::min(keepalive_due(), stale_due()) : stale_due();
    case link_state::stale:
      return stale_since_ + stale_grace;
    case link_state::closed:
      return std::nullopt;
  }
  return std::nullopt;
}

void link::upkeep(instant now, link_output& out) {
  const auto due = upkeep_deadline();
  if (!due || now < *due)
    return;
  switch (state_) {
    case link_state::pending:
    case link_state::handshake:
      return end(teardown_reason::timeout, out);
    case link_state::active:
      if (role_ == link_role::initiator && now >= keepalive_due())
        session_.send_plain(now, packet_type::data, packet_context::keepalive, {&keepalive_of_initiator, 1}, out);
      if (now >= stale_due()) {
        state_ = link_state::stale;
        stale_since_ = now;
      }
      return;
    case link_state::stale:
      session_.send(now, packet_context::link_close, id().bytes(), out);
      return end(teardown_reason::timeout, out);
    case link_state::closed:
      return;
  }
}

}  // namespace plexus
