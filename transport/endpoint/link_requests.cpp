// The requests of a link, in both directions.
#include "transport/control/value_msgpack.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/endpoint/link.hpp"

namespace plexus {

expected<request_id, link_error> link::request(instant now, unix_time wall, std::string_view path, value content,
                                               const request_options& options, link_output& out) {
  if (!active())
    return unexpected(link_error::not_active);
  if (requests_.full())
    return unexpected(link_error::too_many);
  auto packed = request_message{wall.seconds, hash_path(path), std::move(content)}.encode();
  pending_request pending;
  pending.sent_at = now;
  pending.timeout = options.timeout.value_or(link_timing::request_timeout(session_.rtt));
  pending.response_size_max = options.response_size_max;
  if (packed.size() <= mdu()) {
    pending.id = rename<request_id>(session_.send(now, packet_context::request, packed, out));
    pending.expires_at = now + pending.timeout;
    requests_.add(pending);
    return pending.id;
  }
  pending.id = name_request(packed);
  resource_offer offer;
  offer.data = resource_source::from(std::move(packed));
  offer.request = pending.id;
  offer.timeout = pending.timeout;
  if (outgoing_.size() >= outgoing_max)
    return unexpected(link_error::too_many);
  requests_.add(pending);
  if (const auto queued = queue_resource(now, std::move(offer), out); !queued)
    return unexpected(queued.error());
  return pending.id;
}

void link::on_request(const packet_view& packet, link_output& out) {
  const auto packed = open(packet);
  if (!packed)
    return;
  if (settings_.request_size_max && packed->size() > *settings_.request_size_max) {
    ++session_.counters.refused;
    return;
  }
  handle_request(rename<request_id>(hash_packet(packet.whole)), *packed, out);
}

void link::handle_request(const request_id& id, octets packed, link_output& out) {
  if (state_ != link_state::active) {
    ++session_.counters.unexpected;
    return;
  }
  auto request = request_message::parse(packed);
  if (!request) {
    ++session_.counters.malformed;
    return;
  }
  const auto requester =
      role_ == link_role::responder && peer_ ? std::optional(peer_->hash()) : std::optional<identity_hash>();
  const auto* policy = settings_.requests ? settings_.requests->permit(request->path, requester) : nullptr;
  if (!policy) {
    ++session_.counters.refused;
    return;
  }
  out.events.emplace_back(
      request_received{id, request->path, policy->path, std::move(request->content), request->requested_at, requester});
}

expected<void, link_error> link::respond(instant now, const request_id& id, value content, link_output& out,
                                         std::uint64_t compression_size_max) {
  if (!active())
    return unexpected(link_error::not_active);
  auto packed = response_message{id, std::move(content)}.encode();
  if (packed.size() <= mdu()) {
    session_.send(now, packet_context::response, packed, out);
    return {};
  }
  resource_offer offer;
  offer.data = resource_source::from(std::move(packed));
  offer.compression_size_max = compression_size_max;
  offer.request = id;
  offer.is_response = true;
  if (const auto queued = queue_resource(now, std::move(offer), out); !queued)
    return unexpected(queued.error());
  return {};
}

expected<resource_id, link_error> link::respond_with_file(instant now, const request_id& id, resource_source file,
                                                          value metadata, link_output& out,
                                                          std::uint64_t compression_size_max) {
  resource_offer offer;
  offer.data = std::move(file);
  offer.metadata = std::move(metadata);
  offer.compression_size_max = compression_size_max;
  offer.request = id;
  offer.is_response = true;
  return queue_resource(now, std::move(offer), out);
}

void link::on_response(instant now, const packet_view& packet, link_output& out) {
  const auto packed = open(packet);
  if (!packed)
    return;
  auto response = response_message::parse(*packed);
  if (!response) {
    ++session_.counters.malformed;
    return;
  }
  const auto* pending = requests_.find(response->id);
  if (!pending) {
    ++session_.counters.unexpected;
    return;
  }
  // What the reference takes for the size: the packed value without two octets of its head.
  constexpr std::size_t head = 2;
  if (pending->response_size_max && to_msgpack(response->content).size() > *pending->response_size_max + head)
    return requests_.fail(response->id, request_failure::too_large, out);
  response_received event;
  event.content = std::move(response->content);
  handle_response(now, response->id, std::move(event), out);
}

void link::handle_response(instant now, const request_id& id, response_received response, link_output& out) {
  const auto* pending = requests_.find(id);
  if (!pending)
    return;
  response.id = id;
  response.took = now - pending->sent_at;
  requests_.take(id);
  out.events.emplace_back(std::move(response));
}

}  // namespace plexus
