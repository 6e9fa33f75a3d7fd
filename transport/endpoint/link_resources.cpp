// The resources of a link, in both directions.
#include "transport/control/value_msgpack.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/endpoint/link.hpp"

namespace plexus {

// Outgoing

expected<resource_id, link_error> link::send_resource(instant now, resource_offer offer, link_output& out) {
  return queue_resource(now, std::move(offer), out);
}

expected<resource_id, link_error> link::queue_resource(instant now, resource_offer offer, link_output& out) {
  if (!active())
    return unexpected(link_error::not_active);
  if (outgoing_.size() >= outgoing_max)
    return unexpected(link_error::too_many);
  octet_string metadata;
  if (offer.metadata) {
    auto block = metadata_block(*offer.metadata);
    if (!block || block->size() > resource_limits::segment_size_max)
      return unexpected(link_error::too_large);
    metadata = std::move(*block);
  }
  const resource_id made{++last_resource_};
  outgoing_.push_back(std::make_unique<resource_sender>(made, std::move(offer), std::move(metadata), session_));
  if (outgoing_.size() == 1) {
    outgoing_.front()->start(now, out);
    settle_outgoing(now, out);
  }
  return made;
}

expected<void, link_error> link::supply(instant now, resource_id id, octets data, link_output& out) {
  for (const auto& sender : outgoing_)
    if (sender->id() == id) {
      sender->supply(now, data, out);
      settle_outgoing(now, out);
      return {};
    }
  return unexpected(link_error::unknown);
}

resource_sender* link::find_outgoing(const resource_hash& segment_hash) {
  if (outgoing_.empty())
    return nullptr;
  const auto* current = outgoing_.front()->current_hash();
  return current && *current == segment_hash ? outgoing_.front().get() : nullptr;
}

void link::on_part_request(instant now, const packet_view& packet, link_output& out) {
  const auto plaintext = open(packet);
  if (!plaintext)
    return;
  const auto request = part_request::parse(*plaintext);
  if (!request) {
    ++session_.counters.malformed;
    return;
  }
  auto* sender = find_outgoing(request->hash);
  if (!sender) {
    ++session_.counters.unexpected;
    return;
  }
  sender->on_part_request(now, hash_packet(packet.whole), *request, out);
  settle_outgoing(now, out);
}

void link::on_resource_proof(instant now, const packet_view& packet, link_output& out) {
  if (packet.data.size() != resource_hash::size + segment_proof::size) {
    ++session_.counters.malformed;
    return;
  }
  auto* sender = find_outgoing(resource_hash::from(packet.data));
  const auto size = sender ? sender->transfer_size() : 0;
  const auto began = sender ? sender->started_at() : now;
  if (!sender || !sender->on_proof(now, segment_proof::from(packet.data.subspan(resource_hash::size)), out)) {
    ++session_.counters.bad_proof;
    return;
  }
  note_inbound(now, packet);
  expected_rate_ = static_cast<double>(size) * 8 / std::max(seconds_of(now - began), 0.0001);
  settle_outgoing(now, out);
}

void link::settle_outgoing(instant now, link_output& out) {
  for (auto i = outgoing_.begin(); i != outgoing_.end();) {
    if (!(*i)->concluded()) {
      ++i;
      continue;
    }
    const bool first = i == outgoing_.begin();
    const auto done = std::move(*i);
    i = outgoing_.erase(i);
    conclude_outgoing(now, *done, out);
    if (first && i != outgoing_.end() && active())
      (*i)->start(now, out);
  }
}

void link::conclude_outgoing(instant now, const resource_sender& sender, link_output& out) {
  const auto& offer = sender.offer();
  if (!offer.request || offer.is_response) {
    out.events.emplace_back(resource_concluded{sender.id(), resource_direction::outgoing, sender.status(),
                                               sender.original_hash(), std::nullopt});
  } else if (sender.status() == resource_status::complete) {
    requests_.on_delivered(now, *offer.request);
  } else {
    requests_.fail(*offer.request, request_failure::not_sent, out);
  }
}

// Incoming

link::incoming_iterator link::find_incoming(const resource_hash& segment_hash) {
  return std::find_if(incoming_.begin(), incoming_.end(), [&](const auto& entry) {
    return entry.second.receiver && entry.second.receiver->advertisement().hash == segment_hash;
  });
}

void link::refuse(instant now, const resource_hash& hash, link_output& out) {
  ++session_.counters.refused;
  session_.send(now, packet_context::resource_receiver_cancel, hash.bytes(), out);
}

void link::on_advertisement(instant now, const packet_view& packet, link_output& out) {
  const auto plaintext = open(packet);
  if (!plaintext)
    return;
  auto advertisement = resource_advertisement::parse(*plaintext);
  if (!advertisement) {
    ++session_.counters.malformed;
    return close(now, out);
  }
  if (!repeat_known(now, *advertisement, out))
    offer_segment(now, std::move(*advertisement), out);
}

/// An advertisement that came before: the answer is on its way, or was lost after the proof.
bool link::repeat_known(instant now, const resource_advertisement& a, link_output& out) {
  const bool under_way = find_incoming(a.hash) != incoming_.end();
  const bool undecided = std::any_of(incoming_.begin(), incoming_.end(), [&](const auto& entry) {
    return entry.second.offered && entry.second.offered->hash == a.hash;
  });
  const auto proof = std::find_if(proofs_.begin(), proofs_.end(),
                                  [&](const sent_proof& p) { return resource_hash::from(p.content) == a.hash; });
  if (!under_way && !undecided && proof == proofs_.end())
    return false;
  ++session_.counters.duplicate;
  if (proof != proofs_.end())
    session_.send_plain(now, packet_type::proof, packet_context::resource_proof, proof->content, out);
  return true;
}

void link::offer_segment(instant now, resource_advertisement a, link_output& out) {
  if (a.segment > 1) {
    const auto begun = std::find_if(incoming_.begin(), incoming_.end(), [&](const auto& entry) {
      return entry.second.original_hash == a.original_hash && !entry.second.receiver && !entry.second.offered;
    });
    if (begun == incoming_.end() || begun->second.next_segment != a.segment || begun->second.segments != a.segments)
      return refuse(now, a.hash, out);
    return begin_segment(now, begun, std::move(a), out);
  }
  bool refused = false;
  auto resource = classify(a, refused, out);
  if (!resource) {
    if (refused)
      refuse(now, a.hash, out);
    else
      ++session_.counters.unexpected;
    return;
  }
  if (incoming_.size() >= incoming_max)
    return refuse(now, a.hash, out);
  resource->id = {++last_resource_};
  resource->original_hash = a.hash;
  resource->segments = a.segments;
  resource->idle_since = now;
  const auto entry = incoming_.emplace(resource->id, std::move(*resource)).first;
  if (entry->second.why == purpose::application && settings_.resources == resource_strategy::accept_app) {
    out.events.emplace_back(
        resource_advertised{entry->first, a.data_size, a.transfer_size, a.segments, a.compressed, a.has_metadata});
    entry->second.offered = std::move(a);
    return;
  }
  begin_segment(now, entry, std::move(a), out);
}

/// What the resource is for, or nothing when it is not wanted; `refused` when the sender shall know.
std::optional<link::incoming_resource> link::classify(const resource_advertisement& a, bool& refused,
                                                      link_output& out) {
  incoming_resource resource;
  if (a.request && a.is_request) {
    if (!settings_.requests || settings_.requests->empty())
      return std::nullopt;
    const auto size_max =
        std::min(settings_.request_size_max.value_or(settings_.collected_size_max), settings_.collected_size_max);
    refused = a.data_size > size_max || a.has_metadata;
    resource.why = purpose::request;
    return refused ? std::nullopt : std::optional(std::move(resource));
  }
  if (a.request && a.is_response) {
    const auto* pending = requests_.find(*a.request);
    if (!pending)
      return std::nullopt;
    resource.why = purpose::response;
    resource.request = a.request;
    resource.streamed = a.has_metadata;
    refused = (pending->response_size_max && a.data_size > *pending->response_size_max) ||
              (!resource.streamed && a.data_size > settings_.collected_size_max);
    if (refused)
      requests_.fail(*a.request, request_failure::too_large, out);
    return refused ? std::nullopt : std::optional(std::move(resource));
  }
  resource.streamed = true;
  if (settings_.resources == resource_strategy::accept_none)
    return std::nullopt;
  return resource;
}

expected<void, link_error> link::accept(instant now, resource_id id, link_output& out) {
  const auto found = incoming_.find(id);
  if (found == incoming_.end() || !found->second.offered)
    return unexpected(link_error::unknown);
  auto advertisement = std::move(*found->second.offered);
  found->second.offered.reset();
  begin_segment(now, found, std::move(advertisement), out);
  return {};
}

expected<void, link_error> link::reject(instant now, resource_id id, link_output& out) {
  const auto found = incoming_.find(id);
  if (found == incoming_.end() || !found->second.offered)
    return unexpected(link_error::unknown);
  session_.send(now, packet_context::resource_receiver_cancel, found->second.offered->hash.bytes(), out);
  incoming_.erase(found);
  return {};
}

void link::begin_segment(instant now, incoming_iterator entry, resource_advertisement a, link_output& out) {
  auto& resource = entry->second;
  if (!resource_receiver::can_receive(a, session_)) {
    ++session_.counters.malformed;
    refuse(now, a.hash, out);
    return conclude_incoming(now, entry, resource_status::failed, out);
  }
  if (a.segment == 1 && resource.why == purpose::application)
    out.events.emplace_back(resource_started{resource.id, a.hash, a.data_size});
  if (a.segment == 1 && resource.why == purpose::response)
    requests_.on_receiving(*resource.request);
  const auto size_max =
      resource.streamed ? resource_limits::compression_size_max
                        : std::min<std::uint64_t>(resource_limits::compression_size_max, settings_.collected_size_max);
  resource.receiver.emplace(now, std::move(a), experience_, size_max, session_);
  resource.receiver->start(now, out);
  settle_incoming(now, entry, out);
}

void link::on_part(instant now, const packet_view& packet, link_output& out) {
  for (auto i = incoming_.begin(); i != incoming_.end(); ++i) {
    auto& receiver = i->second.receiver;
    if (!receiver || !receiver->on_part(now, packet.data, packet.whole.size(), out))
      continue;
    return settle_incoming(now, i, out);
  }
  ++session_.counters.duplicate;
}

void link::on_hashmap_update(instant now, const packet_view& packet, link_output& out) {
  const auto plaintext = open(packet);
  if (!plaintext)
    return;
  const auto update = plexus::hashmap_update::parse(*plaintext);
  if (!update) {
    ++session_.counters.malformed;
    return;
  }
  const auto found = find_incoming(update->hash);
  if (found == incoming_.end()) {
    ++session_.counters.unexpected;
    return;
  }
  found->second.receiver->on_hashmap_update(now, *update, out);
  settle_incoming(now, found, out);
}

void link::settle_incoming(instant now, incoming_iterator entry, link_output& out) {
  auto& resource = entry->second;
  if (!resource.receiver)
    return;
  if (!resource.receiver->concluded()) {
    const auto done = static_cast<double>(resource.next_segment - 1) + resource.receiver->progress();
    const auto part = std::min(1.0, done / static_cast<double>(resource.segments));
    if (resource.receiver->take_round())
      report_progress(resource, part, out);
    return;
  }
  experience_ = resource.receiver->experience();
  const auto took = std::max(seconds_of(now - resource.receiver->started_at()), 0.0001);
  expected_rate_ = static_cast<double>(resource.receiver->advertisement().transfer_size) * 8 / took;
  const auto status = resource.receiver->status();
  if (status == resource_status::complete)
    return finish_segment(now, entry, out);
  const bool overflowed = resource.receiver->overflowed();
  if (overflowed)
    refuse(now, resource.receiver->advertisement().hash, out);
  conclude_incoming(now, entry, status, out);
  if (overflowed)
    close(now, out);
}

void link::report_progress(const incoming_resource& resource, double part, link_output& out) {
  switch (resource.why) {
    case purpose::application:
      out.events.emplace_back(resource_progress{resource.id, part});
      return;
    case purpose::response:
      out.events.emplace_back(request_progress{*resource.request, part});
      return;
    case purpose::request:
      return;
  }
}

void link::finish_segment(instant now, incoming_iterator entry, link_output& out) {
  auto& resource = entry->second;
  auto& receiver = *resource.receiver;
  const auto packet = hash_link_packet(id(), packet_type::proof, packet_context::resource_proof, receiver.proof());
  proofs_.push_back({packet, receiver.proof()});
  if (proofs_.size() > proofs_remembered)
    proofs_.pop_front();
  if (receiver.metadata()) {
    value_limits limits;
    limits.octets_max = receiver.metadata()->size();
    if (auto metadata = from_msgpack(*receiver.metadata(), limits))
      resource.metadata = std::move(*metadata);
  }
  auto data = receiver.take_data();
  resource.receiver.reset();
  if (resource.streamed)
    out.events.emplace_back(resource_segment_received{resource.id, resource.next_segment, std::move(data)});
  else
    append(resource.collected, data);
  if (resource.collected.size() > settings_.collected_size_max)
    return conclude_incoming(now, entry, resource_status::corrupt, out);
  resource.idle_since = now;
  if (resource.next_segment++ == resource.segments)
    conclude_incoming(now, entry, resource_status::complete, out);
}

void link::conclude_incoming(instant now, incoming_iterator entry, resource_status status, link_output& out) {
  auto resource = std::move(entry->second);
  incoming_.erase(entry);
  const bool complete = status == resource_status::complete;
  switch (resource.why) {
    case purpose::application:
      out.events.emplace_back(resource_concluded{resource.id, resource_direction::incoming, status,
                                                 resource.original_hash, std::move(resource.metadata)});
      return;
    case purpose::request:
      if (complete)
        handle_request(name_request(resource.collected), resource.collected, out);
      return;
    case purpose::response:
      break;
  }
  response_received response;
  if (resource.streamed) {
    response.file = resource.id;
    response.metadata = resource.metadata.value_or(value());
  } else if (auto packed = response_message::parse(resource.collected); complete && packed) {
    response.content = std::move(packed->content);
  } else {
    return requests_.fail(*resource.request, request_failure::response_broken, out);
  }
  if (!complete)
    return requests_.fail(*resource.request, request_failure::response_broken, out);
  handle_response(now, *resource.request, std::move(response), out);
}

// Both

void link::on_cancel(instant now, const packet_view& packet, link_output& out) {
  const auto plaintext = open(packet);
  if (!plaintext)
    return;
  if (plaintext->size() < resource_hash::size) {
    ++session_.counters.malformed;
    return;
  }
  const auto hash = resource_hash::from(*plaintext);
  if (packet.header.context == packet_context::resource_receiver_cancel) {
    if (auto* sender = find_outgoing(hash)) {
      sender->on_rejected();
      settle_outgoing(now, out);
    }
    return;
  }
  const auto found = std::find_if(incoming_.begin(), incoming_.end(), [&](const auto& entry) {
    const auto& [receiver, offered] = std::tie(entry.second.receiver, entry.second.offered);
    return (receiver && receiver->advertisement().hash == hash) || (offered && offered->hash == hash);
  });
  if (found == incoming_.end())
    return;
  // As the reference, which answers a cancel with its own.
  if (found->second.receiver)
    found->second.receiver->cancel(now, out);
  conclude_incoming(now, found, resource_status::failed, out);
}

void link::on_cache_request(instant now, const packet_view& packet, link_output& out) {
  const auto wanted = packet_hash::from_exactly(packet.data);
  const auto found =
      std::find_if(proofs_.begin(), proofs_.end(), [&](const sent_proof& p) { return wanted && p.packet == *wanted; });
  if (found == proofs_.end()) {
    ++session_.counters.unexpected;
    return;
  }
  session_.send_plain(now, packet_type::proof, packet_context::resource_proof, found->content, out);
}

expected<void, link_error> link::cancel(instant now, resource_id id, link_output& out) {
  for (const auto& sender : outgoing_)
    if (sender->id() == id) {
      sender->cancel(now, out);
      settle_outgoing(now, out);
      return {};
    }
  const auto found = incoming_.find(id);
  if (found == incoming_.end())
    return unexpected(link_error::unknown);
  if (found->second.offered)
    return reject(now, id, out);
  if (found->second.receiver)
    found->second.receiver->cancel(now, out);
  conclude_incoming(now, found, resource_status::failed, out);
  return {};
}

void link::tick_resources(instant now, link_output& out) {
  for (const auto& sender : outgoing_)
    sender->on_time(now, out);
  settle_outgoing(now, out);
  for (auto next = incoming_.begin(); next != incoming_.end() && state_ != link_state::closed;) {
    const auto entry = next++;
    auto& resource = entry->second;
    if (resource.receiver) {
      resource.receiver->on_time(now, out);
      settle_incoming(now, entry, out);
    } else if (now >= resource.idle_since + segment_wait_max) {
      conclude_incoming(now, entry, resource_status::failed, out);
    }
  }
}

std::optional<instant> link::resources_deadline() const {
  std::optional<instant> earliest;
  const auto consider = [&earliest](std::optional<instant> t) {
    if (t && (!earliest || *t < *earliest))
      earliest = t;
  };
  for (const auto& sender : outgoing_)
    consider(sender->next_deadline());
  for (const auto& [id, resource] : incoming_)
    consider(resource.receiver ? resource.receiver->next_deadline() : resource.idle_since + segment_wait_max);
  return earliest;
}

void link::abandon_resources(instant now, link_output& out) {
  while (!incoming_.empty())
    conclude_incoming(now, incoming_.begin(), resource_status::failed, out);
  for (const auto& sender : outgoing_)
    sender->abandon();
  settle_outgoing(now, out);
}

}  // namespace plexus
