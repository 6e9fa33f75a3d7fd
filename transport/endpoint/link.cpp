#include "transport/endpoint/link.hpp"

#include "messages/link_upkeep.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/packet_proof_check.hpp"

namespace plexus {

void link::note_inbound(instant now, const packet_view& packet) {
  session_.last_inbound = now;
  if (packet.header.context != packet_context::keepalive)
    session_.last_data = now;
  ++session_.traffic.packets_received;
  session_.traffic.octets_received += packet.data.size();
  if (state_ == link_state::stale)
    state_ = link_state::active;
}

std::optional<octet_string> link::open(const packet_view& packet) {
  auto plaintext = session_.open(packet.data);
  if (plaintext)
    return std::move(*plaintext);
  ++session_.counters.bad_authentication;
  return std::nullopt;
}

void link::on_packet(instant now, interface_id from, const packet_view& packet, const signal_quality& signal,
                     link_output& out) {
  if (state_ == link_state::closed)
    return;
  const auto type = packet.header.type();
  if (type == packet_type::proof && packet.header.context == packet_context::link_request_proof)
    return on_link_proof(now, from, packet, out);
  if (state_ == link_state::pending || (type != packet_type::data && type != packet_type::proof)) {
    ++session_.counters.unexpected;
    return;
  }
  if (from != attached_) {
    ++session_.counters.wrong_interface;
    return;
  }
  if (settings_.track_signal) {
    signal_.rssi = signal.rssi ? signal.rssi : signal_.rssi;
    signal_.snr = signal.snr ? signal.snr : signal_.snr;
    signal_.quality = signal.quality ? signal.quality : signal_.quality;
  }
  if (type == packet_type::proof)
    on_proof(now, packet, out);
  else
    on_data(now, packet, out);
}

void link::on_data(instant now, const packet_view& packet, link_output& out) {
  const auto context = packet.header.context;
  if (context == packet_context::keepalive)
    return on_keepalive(now, packet, out);
  note_inbound(now, packet);
  switch (context) {
    case packet_context::none:
      return on_application_data(now, packet, out);
    case packet_context::link_identify:
      return on_identify(packet, out);
    case packet_context::link_rtt:
      return on_round_trip(now, packet, out);
    case packet_context::link_close:
      return on_close_packet(packet, out);
    case packet_context::request:
      return on_request(packet, out);
    case packet_context::response:
      return on_response(now, packet, out);
    case packet_context::channel:
      return on_channel(now, packet, out);
    case packet_context::resource:
      return on_part(now, packet, out);
    case packet_context::resource_advertisement:
      return on_advertisement(now, packet, out);
    case packet_context::resource_request:
      return on_part_request(now, packet, out);
    case packet_context::resource_hashmap_update:
      return on_hashmap_update(now, packet, out);
    case packet_context::resource_initiator_cancel:
    case packet_context::resource_receiver_cancel:
      return on_cancel(now, packet, out);
    case packet_context::cache_request:
      return on_cache_request(now, packet, out);
    default:
      ++session_.counters.unexpected;
  }
}

void link::on_keepalive(instant now, const packet_view& packet, link_output& out) {
  const bool asks = packet.data.size() == 1 && packet.data[0] == keepalive_of_initiator;
  if (asks && role_ == link_role::initiator)
    return;
  note_inbound(now, packet);
  if (asks && now >= session_.last_outbound + keepalive_)
    session_.send_plain(now, packet_type::data, packet_context::keepalive, {&keepalive_of_responder, 1}, out);
}

void link::on_application_data(instant now, const packet_view& packet, link_output& out) {
  auto plaintext = open(packet);
  if (!plaintext)
    return;
  const auto hash = hash_packet(packet.whole);
  out.events.emplace_back(data_received{std::move(*plaintext), hash});
  if (settings_.proofs == proof_strategy::all)
    prove(now, hash, out);
}

void link::prove(instant now, const packet_hash& packet, link_output& out) {
  if (state_ == link_state::closed || state_ == link_state::pending)
    return;
  const packet_proof proof{packet, signer_.sign(packet.bytes())};
  session_.send_plain(now, packet_type::proof, packet_context::none, proof.encode(), out);
}

void link::on_proof(instant now, const packet_view& packet, link_output& out) {
  if (packet.header.context == packet_context::resource_proof)
    return on_resource_proof(now, packet, out);
  const auto proof = packet_proof::parse(packet.data);
  if (!proof || !proof->proved) {
    ++session_.counters.bad_proof;
    return;
  }
  const bool of_channel = channel_ && channel_->awaits(*proof->proved);
  const auto receipt = of_channel ? std::nullopt : receipts_.take_proved(*proof, packet.header.destination);
  if (!receipt && !(of_channel && proves(*proof, *proof->proved, peer_signing_key_))) {
    ++session_.counters.bad_proof;
    return;
  }
  note_inbound(now, packet);
  session_.last_proof = now;
  if (of_channel)
    return channel_->on_delivered(*proof->proved, out);
  out.events.emplace_back(packet_delivered{receipt->packet, now - receipt->sent_at});
}

void link::on_channel(instant now, const packet_view& packet, link_output& out) {
  if (!channel_) {
    ++session_.counters.unexpected;
    return;
  }
  // The reference proves before it decrypts; whoever cannot encrypt for this link was no peer, and earns no signature.
  const auto plaintext = open(packet);
  if (plaintext && channel_->on_message(*plaintext, out))
    prove(now, hash_packet(packet.whole), out);
}

expected<packet_hash, link_error> link::send(instant now, octets plaintext, link_output& out) {
  if (!active())
    return unexpected(link_error::not_active);
  if (plaintext.size() > mdu())
    return unexpected(link_error::too_large);
  const auto packet = session_.send(now, packet_context::none, plaintext, out);
  expect_proof(now, packet, out);
  return packet;
}

void link::expect_proof(instant now, const packet_hash& packet, link_output& out) {
  const auto timeout = link_timing::receipt_timeout(session_.rtt);
  if (const auto culled = receipts_.expect(now, packet, peer_signing_key_, timeout))
    out.events.emplace_back(packet_undelivered{culled->packet, true});
}

channel& link::open_channel() {
  if (!channel_)
    channel_.emplace(session_);
  return *channel_;
}

expected<std::uint16_t, link_error> link::send_message(instant now, std::uint16_t type, octets content,
                                                       link_output& out) {
  if (!active() || !channel_)
    return unexpected(link_error::not_active);
  return channel_->send(now, type, content, out);
}

void link::on_time(instant now, link_output& out) {
  upkeep(now, out);
  if (state_ == link_state::closed)
    return;
  for (const auto& receipt : receipts_.take_expired(now))
    out.events.emplace_back(packet_undelivered{receipt.packet, false});
  requests_.on_time(now, out);
  tick_resources(now, out);
  if (channel_ && !channel_->on_time(now, out))
    close(now, out);
}

std::optional<instant> link::next_deadline() const {
  if (state_ == link_state::closed)
    return std::nullopt;
  auto earliest = upkeep_deadline();
  const auto consider = [&earliest](std::optional<instant> t) {
    if (t && (!earliest || *t < *earliest))
      earliest = t;
  };
  consider(receipts_.next_deadline());
  consider(requests_.next_deadline());
  consider(resources_deadline());
  if (channel_)
    consider(channel_->next_deadline());
  return earliest;
}

}  // namespace plexus
