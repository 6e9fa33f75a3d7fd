// A node with real media: the library's router, links and destinations, joined by what a program of one thread needs.
// Everything is in reach between two turns of the loop, so that commands can look at any moment of a transfer.
#pragma once

#include "storage/config/node_config.hpp"
#include "tests/bridge/core/transport_core.hpp"
#include "tests/bridge/live/event_loop.hpp"
#include "tests/bridge/live/stream_port.hpp"
#include "transport/endpoint/buffer_stream.hpp"
#include "transport/endpoint/packet_receipt.hpp"

#include <set>

namespace plexus::bridge {

/// Whoever was announced.
struct known_peer {
  public_key key{};
  std::optional<octet_string> app_data;
  std::optional<ratchet_key> ratchet;
};

struct sent_receipt {
  packet_hash packet{};
  receipt_state state = receipt_state::sent;
  octet_string proof, proof_packet;  ///< of single packets, once delivered
};

struct transfer {
  resource_id id{};
  resource_direction direction = resource_direction::incoming;
  resource_status status = resource_status::none;
  octet_string data;
  std::optional<value> metadata;
  resource_hash hash{};
};

struct asked {
  std::optional<response_received> answer;
  octet_string file;  ///< content of a file response
  bool failed = false;
};

struct live_link {
  std::unique_ptr<link> machine;
  destination_hash destination{};
  std::optional<teardown_reason> ended;
  std::optional<identity_hash> remote;
  std::vector<transfer> transfers;
  std::map<request_id, asked> requests;
  std::vector<octet_string> messages;
  std::deque<stream_writer> streams;
  octet_string last_keepalive;  ///< the last answer to a probe
  bool was_established = false;

  bool outbound() const { return machine->role() == link_role::initiator; }
  link_state state() const { return machine->state(); }
  transfer* find(resource_id id);
};

struct request_answer {
  std::optional<octet_string> response;  ///< none: no answer
  std::optional<octet_string> file;
  std::optional<octet_string> metadata;
};
struct logged_request {
  octet_string data;
  request_id id{};
  link_id over{};
  std::optional<identity_hash> requester;
  double requested_at = 0;
};

struct received_stream {
  octet_string data;
  bool end = false;
};

/// What came to a destination of ours, over all its links.
struct listener {
  std::vector<link_id> links;
  std::vector<octet_string> packets, resources, messages;
  std::vector<std::pair<link_id, resource_id>> incoming;
  std::map<std::uint16_t, received_stream> streams;
  std::optional<std::string> broken_stream;
  std::map<std::string, request_answer> answers;
  std::map<std::string, std::vector<logged_request>> requests;
  request_registry registry;
  bool opens_channel = true;
};

class live_node final : public loop_member {
public:
  /// `config` is the text of a configuration; its interfaces are not started.
  live_node(event_loop& loop, const std::string& config);
  ~live_node() override;

  event_loop& loop() { return loop_; }
  transport_core& core() { return core_; }
  const node_config& config() const { return config_; }

  /// The interfaces of the configuration, one of each kind at most.
  std::uint16_t listen(std::uint16_t port);
  void connect(const std::string& host, std::uint16_t port);
  void join_fifos(const std::string& reading, const std::string& writing);
  /// What all connections of the first interface share.
  const interface_facts& medium() const;
  const access_codes* access() const;
  std::uint64_t octets_sent() const;
  void set_mode(interface_mode mode);

  // Destinations of ours.

  destination_hash add(local_destination destination);
  local_destination& destination(const destination_hash& hash);
  void announce(const destination_hash& hash, octets app_data);
  void keep_group_key(const destination_hash& hash, const group_key& key) { group_keys_[hash] = key; }
  /// Throws command_error for a destination that is no group of ours.
  const group_key& group_key_of(const destination_hash& hash) const;
  listener& listen_at(const destination_hash& hash);
  /// Throws command_error where nobody listens.
  listener& listener_at(const destination_hash& hash);
  /// After a change of the listener's registry or of the destination's link settings.
  void configure_links(const destination_hash& hash);

  // Others.

  const known_peer* find_peer(const destination_hash& hash) const;
  const known_peer& peer(const destination_hash& hash) const;
  const known_peer* find_owner(const identity_hash& hash) const;
  int hops_to(const destination_hash& hash);
  std::string send_single(const destination_hash& to, octets plaintext);
  sent_receipt& receipt(const std::string& id);

  // Links.

  live_link& open_link(const destination_hash& to);
  live_link& link_at(const link_id& id);
  std::size_t links_to(const destination_hash& hash) const {
    return static_cast<std::size_t>(std::count_if(links_.begin(), links_.end(), [&](const auto& one) {
      return one.second.destination == hash && !one.second.outbound();
    }));
  }
  std::vector<live_link*> links_with(resource_id id, resource_direction direction);
  /// Does something with a link's machine, then carries out what it wants: f(machine, now, out).
  template <class Act>
  auto with(live_link& l, Act act) {
    link_output out;
    if constexpr (std::is_void_v<decltype(act(*l.machine, core_.now(), out))>) {
      act(*l.machine, core_.now(), out);
      carry_out(l, out);
    } else {
      auto result = act(*l.machine, core_.now(), out);
      carry_out(l, out);
      return result;
    }
  }
  std::string keep_receipt(const packet_hash& packet);

  /// Lets everything happen that can happen now.
  void settle();
  bool wait(const std::function<bool()>& done, std::int64_t milliseconds);

  void add_waits(std::vector<pollfd>& waits) override;
  void step() override;
  std::chrono::milliseconds idle_for() override;

private:
  struct connection {
    std::string interface;  ///< as the core calls it
    std::unique_ptr<stream_port> port;
  };

  void add_connection(const std::string& name, int in, int out);
  void drop_ended();
  void send_waiting();
  bool on_delivery(const local_delivery& delivery, const packet_view& packet);
  void on_link_request(const local_delivery& delivery, const packet_view& packet);
  bool on_proof(const packet_view& packet);
  void on_learned(const announce_learned& learned);
  void carry_out(live_link& l, link_output& out);
  void on_event(live_link& l, link_event event);
  void on_request(live_link& l, const request_received& request);
  void on_resource_concluded(live_link& l, const resource_concluded& concluded);
  void on_message(live_link& l, const channel_message& message);
  void mark(const packet_hash& packet, receipt_state state);

  event_loop& loop_;
  node_config config_;
  transport_core core_;
  std::map<destination_hash, known_peer> peers_;
  std::map<destination_hash, group_key> group_keys_;
  std::map<destination_hash, listener> listeners_;
  std::map<link_id, live_link> links_;
  receipt_table waiting_receipts_;
  std::map<std::string, sent_receipt> receipts_;
  std::vector<connection> connections_;
  std::optional<std::pair<std::string, std::uint16_t>> target_;
  std::chrono::steady_clock::time_point connect_again_{};
  int listener_socket_ = -1;
  std::uint64_t octets_of_ended_ = 0;
};

/// Once there was an answer of any kind.
inline bool is_over(const sent_receipt& receipt) {
  return receipt.state != receipt_state::sent;
}

}  // namespace plexus::bridge
