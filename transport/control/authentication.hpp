// Who may speak the management protocol: the mutual challenge and response of Python's multiprocessing.connection.
//
// The listener challenges first, then the connector; each proves that it has the key, and none shows it. Python 3.12
// and later name the digest in front of challenge and response, `{sha256}`; older ones know HMAC-MD5 alone and neither
// send nor understand a name. Both sides here offer the named form and take either from the peer: an old peer answers a
// named challenge with the bare MD5 code over the whole text, name included, and that is accepted as 3.12 accepts it.
//
//   listener                        connector
//   #CHALLENGE#{sha256}<40>   ->
//                             <-    {sha256}<32>  or  <16, MD5>
//   #WELCOME# or #FAILURE#    ->
//                             <-    #CHALLENGE#{sha256}<40>
//   {sha256}<32>              ->
//                             <-    #WELCOME# or #FAILURE#
//   message                   <->   message
//
// Source: CPython 3.11 and 3.12, Lib/multiprocessing/connection.py; rns-1.5.7 section 7.2.
#pragma once

#include "transport/control/message_framing.hpp"

#include <array>
#include <vector>

namespace plexus {

enum class authentication_role : octet { listener, connector };

/// How we ourselves speak. `bare_md5` is Python 3.11 and older: no names in what we send; for peers that insist on it.
enum class handshake_form : octet { named_sha256, bare_md5 };

enum class authentication_failure : octet {
  bad_framing,        ///< a length that cannot be, or a handshake message of more than 256 octets
  no_challenge,       ///< something else where a challenge was due
  challenge_short,    ///< fewer than 20 octets behind #CHALLENGE#
  digest_unknown,     ///< a response or challenge in a form or with a digest that is not allowed
  response_wrong,     ///< the peer does not have our key
  rejected,           ///< the peer says that we do not have its key
  message_oversized,  ///< after the handshake: a message beyond the limit
};
std::string_view to_string(authentication_failure failure);

/// What the machine wants done, in the order send, then read the rest. The caller empties it before the next input.
struct authentication_output {
  octet_string to_send;                          ///< for the stream, framed
  bool authenticated = false;                    ///< the handshake ended well just now
  std::vector<octet_string> messages;            ///< that came after the handshake
  std::optional<authentication_failure> failed;  ///< send what is to be sent, then close
};

/// One connection, from its first octet. No threads, no clock: the owner bounds how long a handshake may take.
class authenticated_stream {
public:
  static constexpr std::size_t handshake_message_max = 256;
  static constexpr std::size_t challenge_size = 40;
  static constexpr std::size_t bare_challenge_size = 20;
  using randomness = std::array<octet, challenge_size>;

  struct options {
    authentication_role role = authentication_role::listener;
    octet_string key;                   ///< any length
    std::uint64_t message_max = 65536;  ///< octets of a message after the handshake
    handshake_form form = handshake_form::named_sha256;
  };

  /// `random`: fresh key material for our challenge; the bare form takes the first 20 octets.
  authenticated_stream(options how, const randomness& random);

  /// The connection stands. A listener speaks first.
  void on_connected(authentication_output& out);
  /// Octets came, in pieces of any size.
  void on_received(octets piece, authentication_output& out);
  /// Frames a message of ours. Requires authenticated().
  void send(octets message, authentication_output& out);

  bool authenticated() const { return state_ == state::open; }
  bool failed() const { return state_ == state::failed; }

private:
  enum class state : octet { await_challenge, await_response, await_verdict, open, failed };

  void challenge(authentication_output& out);
  void on_handshake_message(octets message, authentication_output& out);
  void on_challenge(octets message, authentication_output& out);
  void on_response(octets message, authentication_output& out);
  void on_verdict(octets message, authentication_output& out);
  void open(authentication_output& out);
  void fail(authentication_failure why, authentication_output& out);

  options how_;
  octet_string challenge_;  ///< what the peer must authenticate: all that follows #CHALLENGE#
  message_splitter splitter_;
  state state_;
};

}  // namespace plexus
