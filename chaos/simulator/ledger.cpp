#include "chaos/simulator/ledger.hpp"

#include "messages/announce.hpp"
#include "messages/path_request.hpp"
#include "transport/crypto/random_source.hpp"
#include "transport/destination_name.hpp"

#include <cstring>

namespace plexus::chaos {
namespace {

/// Source: Transport.py: PATHFINDER_R + 1.
constexpr unsigned transmissions_max = 2;

std::string name(std::size_t node) {
  return "node " + std::to_string(node);
}

random_blob blob_of(const packet_view& packet) {
  const auto parsed = announce::parse(packet.data, packet.header.has_context_flag());
  return parsed ? parsed->blob : random_blob{};
}

}  // namespace

std::uint64_t ledger::open(std::size_t from, std::size_t to, carrier over, std::size_t size) {
  messages_[next_message_] = {from, to, over, size, 0, 0, false};
  return next_message_++;
}

octet_string ledger::content(std::uint64_t number, std::size_t size) {
  octet_string octets(size);
  seeded_random(number).fill(octets);
  std::memcpy(octets.data(), &number, sizeof number);
  return octets;
}

void ledger::on_delivered(std::size_t at, unsigned life, octets content) {
  std::uint64_t number = 0;
  if (content.size() < sizeof number)
    throw violation(name(at) + " got a message that nobody sent");
  std::memcpy(&number, content.data(), sizeof number);
  const auto known = messages_.find(number);
  if (known == messages_.end())
    throw violation(name(at) + " got a message that nobody sent");
  auto& m = known->second;
  const auto what = "message " + std::to_string(number) + " from " + name(m.from) + " to " + name(m.to);
  if (m.to != at)
    throw violation(what + " arrived at " + name(at));
  if (content.size() != m.size || !std::equal(content.begin(), content.end(), this->content(number, m.size).begin()))
    throw violation(what + " arrived changed");
  if (m.delivered_in_life == life)
    throw violation(what + " arrived twice");
  m.delivered_in_life = life;
}

void ledger::on_proved(std::uint64_t number) {
  auto& m = messages_.at(number);
  if (!m.delivered())
    throw violation("message " + std::to_string(number) + " was proved and never delivered");
  if (++m.proved > 1)
    throw violation("message " + std::to_string(number) + " was proved twice");
}

void ledger::on_emission(std::size_t node, octets announce) {
  const auto packet = parse_packet(announce);
  beliefs_[{node, rename<destination_hash>(packet->header.destination), blob_of(*packet)}] = 1;
  believed_[{node, rename<destination_hash>(packet->header.destination)}] = blob_of(*packet);
}

void ledger::on_belief(std::size_t node, octets announce) {
  const auto packet = parse_packet(announce);
  const auto destination = rename<destination_hash>(packet->header.destination);
  ++beliefs_[{node, destination, blob_of(*packet)}];
  believed_[{node, destination}] = blob_of(*packet);
}

std::optional<random_blob> ledger::believed(std::size_t node, const destination_hash& destination) const {
  const auto known = believed_.find({node, destination});
  return known == believed_.end() ? std::nullopt : std::optional(known->second);
}

void ledger::on_sent(std::size_t node, std::size_t medium, octets packet) {
  const auto view = parse_packet(packet);
  if (!view)
    throw violation(name(node) + " sent what is no packet");
  if (view->header.type() != packet_type::announce)
    return;
  ++announces_sent_;
  const auto destination = rename<destination_hash>(view->header.destination);
  if (view->header.context == packet_context::path_response) {
    const question q{node, medium, destination};
    if (++answered_[q] > asked_[q])
      throw violation(name(node) + " answers a path request for " + destination.hex() + " that it never heard");
    return;
  }
  const auto blob = blob_of(*view);
  const auto believed = beliefs_.find({node, destination, blob});
  if (believed == beliefs_.end())
    throw violation(name(node) + " passes on an announce that it does not believe");
  const auto sent = ++sent_[{node, medium, destination, blob}];
  if (sent > transmissions_max * believed->second)
    throw violation(name(node) + " sent the announce of " + destination.hex() + " " + std::to_string(sent) +
                    " times over medium " + std::to_string(medium));
}

void ledger::on_heard(std::size_t node, std::size_t medium, octets packet) {
  const auto view = parse_packet(packet);
  if (!view || view->header.destination != rename<address>(control::path_request))
    return;
  if (const auto asked = path_request::parse(view->data))
    ++asked_[{node, medium, asked->destination}];
}

void ledger::on_stop(std::size_t node) {
  std::erase_if(believed_, [node](const auto& b) { return b.first.first == node; });
  // What it may believe anew, it may pass on anew.
  std::erase_if(sent_, [node](const auto& s) { return std::get<0>(s.first) == node; });
  std::erase_if(beliefs_, [node](const auto& b) { return std::get<0>(b.first) == node; });
}

}  // namespace plexus::chaos
