// The invariants: what was promised, what came of it, and what must never happen. A breach throws `violation`.
#pragma once

#include "chaos/simulator/trace.hpp"
#include "messages/addresses.hpp"
#include "messages/packet.hpp"

#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

namespace plexus::chaos {

/// Over which a message travels.
enum class carrier : octet { packet, link, resource };

struct message {
  std::size_t from = 0, to = 0;  ///< nodes
  carrier over = carrier::packet;
  std::size_t size = 0;            ///< octets of its content
  unsigned delivered_in_life = 0;  ///< of the receiving node; 0: not yet
  unsigned proved = 0;
  bool given_up = false;  ///< its proof took longer than the link waits

  bool delivered() const { return delivered_in_life != 0; }
};

/// One link as both its ends know it.
struct link_story {
  std::size_t initiator = 0, responder = 0;         ///< nodes
  unsigned initiator_life = 0, responder_life = 0;  ///< which lives of these nodes it belongs to; 0: none yet
  bool initiator_active = false, responder_active = false;
  bool initiator_closed = false, responder_closed = false;
};

class ledger {
public:
  // Messages: each arrives where it was sent to, whole, and once in a life of the receiver.

  std::uint64_t open(std::size_t from, std::size_t to, carrier over, std::size_t size);
  /// The octets that message `number` consists of; at least 8.
  static octet_string content(std::uint64_t number, std::size_t size);
  void on_delivered(std::size_t at, unsigned life, octets content);
  void on_proved(std::uint64_t number);
  void on_given_up(std::uint64_t number) { messages_.at(number).given_up = true; }
  const message& at(std::uint64_t number) const { return messages_.at(number); }
  std::uint64_t messages() const { return next_message_ - 1; }

  // Announces: a node passes each on at most twice over an interface for each time that it believed it, and answers
  // path requests at most as often as it is asked.

  void on_emission(std::size_t node, octets announce);
  void on_belief(std::size_t node, octets announce);
  void on_sent(std::size_t node, std::size_t medium, octets packet);
  void on_heard(std::size_t node, std::size_t medium, octets packet);
  /// The last announce of the destination that the node believed.
  std::optional<random_blob> believed(std::size_t node, const destination_hash& destination) const;
  /// The node forgot everything.
  void on_stop(std::size_t node);
  /// Announces sent so far, over all interfaces.
  std::uint64_t announces_sent() const { return announces_sent_; }

  std::map<link_id, link_story> links;

private:
  using emission = std::tuple<std::size_t, destination_hash, random_blob>;                     // by node
  using emission_there = std::tuple<std::size_t, std::size_t, destination_hash, random_blob>;  // and medium
  using question = std::tuple<std::size_t, std::size_t, destination_hash>;

  std::uint64_t next_message_ = 1;
  std::map<std::uint64_t, message> messages_;
  std::map<emission, unsigned> beliefs_;
  std::map<emission_there, unsigned> sent_;
  std::map<question, unsigned> asked_, answered_;
  std::map<std::pair<std::size_t, destination_hash>, random_blob> believed_;
  std::uint64_t announces_sent_ = 0;
};

}  // namespace plexus::chaos
