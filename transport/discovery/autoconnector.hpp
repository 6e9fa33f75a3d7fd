// Which of the discovered interfaces a node connects to of itself, and when it lets go of them again.
//
// The node is shown what it heard of and what interfaces it has, and says what to do; whoever runs it does so and tells
// what became of it. It opens no connection beyond a number that the operator sets, none to a place where there is one
// already, and only to nodes of a program that the operator trusts to relay well. What a node says of its program is
// a claim that nothing proves.
// Source: Discovery.py: autoconnect, autoconnect_qualified, __monitor_job; rns-1.5.7 sections 8.8 and 9.2.
#pragma once

#include "messages/instant.hpp"
#include "transport/discovery/discovered_interface.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plexus {

/// As this program names itself in discovery announces.
inline constexpr std::string_view implementation_name = "Plexus";

/// Programs that are connected to without the operator's further word, from that version on.
struct trusted_implementation {
  std::string_view name;
  std::string_view version_least;
};
inline constexpr trusted_implementation trusted_implementations[] = {{"RNS", "1.5.2"}, {implementation_name, "0.1"}};

/// Whether a version is at least another: numbers between dots, up to the first part that does not begin with one. A
/// version without any number is less than all others.
bool is_at_least(std::string_view version, std::string_view least);

enum class implementation_trust : octet {
  known,  ///< those above
  any,    ///< autoconnect_unverified_implementations
};

enum class autoconnect_refusal : octet {
  wrong_type,       ///< not the type that is connected to: Backbone
  full,             ///< there are as many as the operator wants
  no_transport,     ///< the node does not relay
  not_trusted,      ///< its program is not one of those that are trusted, or too old
  already_there,    ///< an interface leads to the same place
  out_of_reach,     ///< is_out_of_reach()
  missing_address,  ///< a stored record without address or port
};
std::string_view to_string(autoconnect_refusal refusal);

/// An interface that the node has, as far as it matters here.
struct present_interface {
  std::string name;
  bool online = false;
  bool discovered = false;          ///< asked for here, now or before the object was made
  bool bootstrap_only = false;      ///< to be let go when enough discovered ones are online
  std::optional<std::string> host;  ///< of clients: where they connect to
  std::optional<std::uint16_t> port;
};
using present_interfaces = std::span<const present_interface>;

/// What to connect to, under which name.
struct autoconnection {
  std::string name;  ///< the published one, with a number behind it where that is taken: `name (2)`
  std::string host;
  std::uint16_t port = 0;
  std::optional<std::string> network_name, passphrase;
  identity_hash source{};  ///< who announced it
};

struct autoconnector_settings {
  std::uint32_t connections_max = 0;
  implementation_trust trust = implementation_trust::known;
};

class autoconnector {
public:
  /// Between two calls of monitor().
  static constexpr duration monitor_interval = std::chrono::seconds(5);
  /// A connection that is down for so long is let go.
  static constexpr duration down_max = std::chrono::seconds(12);
  /// An interface that was asked for may take so long to appear among those that the node has.
  static constexpr duration appears_within = std::chrono::seconds(10);

  explicit autoconnector(const autoconnector_settings& settings) : settings_(settings) {}

  /// The answer counts as a connection from now on, until failed() or until it is seen to be gone.
  expected<autoconnection, autoconnect_refusal> consider(instant now, const discovered_interface& record,
                                                         present_interfaces present);
  /// The connection could not be made.
  void failed(const std::string& name) { connections_.erase(name); }

  struct orders {
    std::vector<std::string> detach;  ///< names
    bool connect_another = false;     ///< there is room: consider() one of those available, picked at random
    bool bootstrap = false;           ///< nothing discovered is online, nor is any bootstrap interface there
    std::vector<std::string> went_down, came_back;  ///< for the log
  };
  orders monitor(instant now, present_interfaces present);

  std::size_t connections() const { return connections_.size(); }

private:
  struct connection {
    endpoint_hash endpoint{};
    instant since{};
    bool seen = false;
    std::optional<instant> down_since;
  };
  void adopt(instant now, present_interfaces present);
  bool leads_there(const discovered_interface& record, present_interfaces present) const;
  std::size_t look_at(instant now, present_interfaces present, orders& out);

  autoconnector_settings settings_;
  std::map<std::string, connection> connections_;  ///< by name; at most connections_max
};

}  // namespace plexus
