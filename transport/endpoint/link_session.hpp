// The part of a link that its requests, resources and channel work through: keys, measures, and sealed packets.
#pragma once

#include "transport/crypto/random_source.hpp"
#include "transport/crypto/token.hpp"
#include "transport/endpoint/link_output.hpp"
#include "transport/endpoint/link_timing.hpp"

#include <optional>

namespace plexus {

/// Packets and payload octets in both directions, as the reference counts them: without headers.
struct link_traffic {
  std::uint64_t packets_sent = 0, packets_received = 0;
  std::uint64_t octets_sent = 0, octets_received = 0;
};

/// Not to be used by two threads at once. The random source must outlive it.
class link_session {
public:
  link_session(const link_id& id, random_source& random) : id_(id), random_(random) {}
  link_session(const link_session&) = delete;
  link_session& operator=(const link_session&) = delete;

  const link_id& id() const { return id_; }
  random_source& random() { return random_; }
  /// Octets of the largest packet.
  std::uint32_t mtu() const { return mtu_; }
  /// Octets of the largest plaintext.
  std::size_t mdu() const { return link_timing::mdu_of(mtu_); }
  std::size_t part_size() const { return link_timing::part_size_of(mtu_); }

  /// Requires mtu >= link_timing::mtu_min.
  void agree_on(std::uint32_t mtu) { mtu_ = mtu; }
  /// From here on packets can be sealed. Requires the 64 octets that the handshake derives.
  void set_key(octets derived) { key_.emplace(derived); }
  void drop_key() { key_.reset(); }
  bool has_key() const { return key_.has_value(); }

  octet_string seal(octets plaintext) { return key_->encrypt(plaintext, random_.draw<cbc_iv>()); }
  expected<octet_string> open(octets sealed);

  /// Encrypts and sends. Returns the packet's hash. Requires a key and plaintext.size() <= mdu().
  packet_hash send(instant now, packet_context context, octets plaintext, link_output& out);
  /// Sends as it is. Requires data that fits the MTU with a header of 19 octets.
  void send_plain(instant now, packet_type type, packet_context context, octets data, link_output& out);

  duration rtt{};                    ///< once established
  std::size_t establishment_cost{};  ///< octets of link request and proof
  instant last_outbound{}, last_inbound{}, last_data{}, last_keepalive{}, last_proof{};
  link_traffic traffic;
  link_counters counters;

private:
  octet_string frame(packet_type type, packet_context context, octets data) const;
  void note_sent(instant now, packet_context context, std::size_t size);

  link_id id_;
  random_source& random_;
  std::uint32_t mtu_ = wire::mtu;
  std::optional<token_key> key_;
};

/// The hash that a link's packet of this type, context and data has.
packet_hash hash_link_packet(const link_id& link, packet_type type, packet_context context, octets data);

}  // namespace plexus
