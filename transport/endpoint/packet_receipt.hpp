// Packets that wait for the proof of their delivery.
// Source: Packet.py: PacketReceipt; Transport.py: jobs; rns-1.5.7 section 2.4.
#pragma once

#include "messages/addresses.hpp"
#include "messages/instant.hpp"
#include "messages/packet_proof.hpp"
#include "messages/public_keys.hpp"

#include <map>
#include <optional>
#include <vector>

namespace plexus {

enum class receipt_state : octet { failed = 0, sent = 1, delivered = 2, culled = 0xff };

struct packet_receipt {
  packet_hash packet{};
  ed25519_public receiver{};  ///< whose signature proves the delivery
  instant sent_at{};
  instant expires_at{};
};

/// Bounded; when full the oldest receipt makes room and counts as culled.
class receipt_table {
public:
  static constexpr std::size_t capacity_default = 1024;  ///< Transport.MAX_RECEIPTS

  explicit receipt_table(std::size_t capacity = capacity_default) : capacity_(capacity) {}

  /// Returns the receipt that had to go. Requires a capacity above 0.
  std::optional<packet_receipt> expect(instant now, const packet_hash& packet, const ed25519_public& receiver,
                                       duration timeout);
  /// Removes and returns the receipt that the proof is good for. An explicit proof names its packet; an implicit one is
  /// tried against the packets whose hash begins with `addressed`, the destination field of the proof's packet.
  std::optional<packet_receipt> take_proved(const packet_proof& proof, const address& addressed);
  bool cancel(const packet_hash& packet);
  /// Removes and returns what nobody proved in time, oldest deadline first.
  std::vector<packet_receipt> take_expired(instant now);

  /// The earliest expiry.
  std::optional<instant> next_deadline() const;
  std::size_t size() const { return waiting_.size(); }

private:
  using entries = std::map<packet_hash, packet_receipt>;
  packet_receipt remove(entries::iterator entry);

  std::size_t capacity_;
  entries waiting_;
  std::multimap<instant, packet_hash> by_age_, by_deadline_;
};

}  // namespace plexus
