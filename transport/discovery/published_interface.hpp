// What a node says of an interface that others may connect to, and how it stands in a discovery announce.
//
// It is a msgpack map with numbers for keys. The order in which the reference writes it is kept, since the stamp is
// made over these octets; any order is read, and keys of later versions are passed over. Source: Discovery.py:
// get_interface_announce_data, received_announce; rns-1.5.7 sections 9.1 and 9.2.
#pragma once

#include "messages/addresses.hpp"
#include "messages/expected.hpp"
#include "transport/control/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plexus {

enum class published_type : octet { backbone, tcp_server, tcp_client, rnode, weave, i2p, kiss };

/// `BackboneInterface` and so on.
std::string_view to_string(published_type type);
std::optional<published_type> published_type_from(std::string_view name);

/// Nil, a number or a text each, since the reference sends what its configuration happens to hold. Frequency and
/// bandwidth in Hz.
struct published_radio {
  value frequency, bandwidth, spreading_factor, coding_rate, modulation, channel;
  friend bool operator==(const published_radio&, const published_radio&) = default;
};

struct published_interface {
  published_type type{};
  bool transport = false;  ///< whether the node relays
  transport_id node{};
  /// Names the program, as it says of itself.
  std::optional<std::string> implementation, version;
  std::optional<std::string> name;
  std::optional<double> latitude, longitude, height;  ///< degrees, degrees, metres
  std::optional<destination_hash> operator_address;   ///< where to reach the operator by LXMF
  std::optional<std::string> reachable_on;  ///< IP address or host name; of I2P the b32 address without its suffix
  std::optional<std::uint16_t> port;        ///< with a type that has one
  published_radio radio;
  std::optional<std::string> network_name, passphrase;  ///< of the interface access code, if that is published
  friend bool operator==(const published_interface&, const published_interface&) = default;
};

/// What is left of a stranger's text without its control characters.
std::string without_control(std::string text);

/// A text as it may be published: without line ends, and without blanks around it.
std::string trimmed_text(std::string_view text);

/// A name as it may be kept and shown: visible ASCII that begins with a letter or a digit and ends with one or with a
/// bracket, with runs of blanks made short. The reference lets control characters inside it pass; here they go.
std::string visible_name(std::string_view name);

/// The map. Fields that do not belong to the type are left out.
octet_string encode_published(const published_interface& what);

/// Errors: those of msgpack; bad_value for a field that is missing or not what it should be. As the reference but for
/// this: implementation and version are taken only as texts, control characters are taken out of them and not allowed
/// in network name and passphrase, an address must be a text, a port a number from 0 to 65535, the fields of a radio
/// simple values, and nothing may follow the map.
expected<published_interface> parse_published(octets map);

}  // namespace plexus
