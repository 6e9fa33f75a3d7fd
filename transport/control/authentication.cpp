#include "transport/control/authentication.hpp"

#include "transport/control/mac.hpp"
#include "transport/crypto/hmac.hpp"

#include <cstdlib>
#include <string>

namespace plexus {
namespace {

constexpr std::string_view challenge_mark = "#CHALLENGE#";
constexpr std::string_view welcome = "#WELCOME#";
constexpr std::string_view failure = "#FAILURE#";
constexpr std::size_t digest_name_max = 8;  // sha3_256
constexpr std::size_t bare_code_size = 16;  // HMAC-MD5

struct named_digest {
  mac_digest digest;
  bool bare;       ///< without a name: MD5, and the answer without a name too
  octets payload;  ///< what follows the name
};

/// Lengths of 16 and 20 mark the old form whatever the content, as CPython has it.
std::optional<named_digest> digest_of(octets message) {
  if (message.size() == bare_code_size || message.size() == authenticated_stream::bare_challenge_size)
    return named_digest{mac_digest::md5, true, message};
  const auto text = as_text(message);
  if (!text.starts_with('{'))
    return std::nullopt;
  const auto end = text.substr(0, digest_name_max + 2).find('}');
  if (end == std::string_view::npos)
    return std::nullopt;
  const auto digest = mac_digest_named(text.substr(1, end - 1));
  if (!digest)
    return std::nullopt;
  return named_digest{*digest, false, message.subspan(end + 1)};
}

octet_string with_name(mac_digest digest, octets payload) {
  octet_string text{'{'};
  append(text, as_octets(to_string(digest)));
  text.push_back('}');
  append(text, payload);
  return text;
}

}  // namespace

std::string_view to_string(authentication_failure why) {
  switch (why) {
    case authentication_failure::bad_framing:
      return "bad framing";
    case authentication_failure::no_challenge:
      return "no challenge where one was due";
    case authentication_failure::challenge_short:
      return "challenge too short";
    case authentication_failure::digest_unknown:
      return "digest missing or not allowed";
    case authentication_failure::response_wrong:
      return "the peer has another key";
    case authentication_failure::rejected:
      return "the peer rejected our key";
    case authentication_failure::message_oversized:
      return "message too long";
  }
  return "unknown";
}

authenticated_stream::authenticated_stream(options how, const randomness& random)
    : how_(std::move(how)),
      splitter_(handshake_message_max),
      state_(how_.role == authentication_role::listener ? state::await_response : state::await_challenge) {
  if (how_.form == handshake_form::named_sha256)
    challenge_ = with_name(mac_digest::sha256, random);
  else
    challenge_.assign(random.begin(), random.begin() + bare_challenge_size);
}

void authenticated_stream::on_connected(authentication_output& out) {
  if (how_.role == authentication_role::listener)
    challenge(out);
}

void authenticated_stream::challenge(authentication_output& out) {
  octet_string text(challenge_mark.begin(), challenge_mark.end());
  append(text, challenge_);
  append_framed(out.to_send, text);
  state_ = state::await_response;
}

void authenticated_stream::on_received(octets piece, authentication_output& out) {
  if (state_ == state::failed)
    return;
  splitter_.feed(piece);
  while (state_ != state::failed) {
    auto message = splitter_.next();
    if (!message)
      return fail(state_ == state::open && message.error() == parse_error::oversized
                      ? authentication_failure::message_oversized
                      : authentication_failure::bad_framing,
                  out);
    if (!*message)
      return;
    if (state_ == state::open)
      out.messages.push_back(std::move(**message));
    else
      on_handshake_message(**message, out);
  }
}

void authenticated_stream::on_handshake_message(octets message, authentication_output& out) {
  switch (state_) {
    case state::await_challenge:
      return on_challenge(message, out);
    case state::await_response:
      return on_response(message, out);
    case state::await_verdict:
      return on_verdict(message, out);
    case state::open:
    case state::failed:
      return;
  }
}

void authenticated_stream::on_challenge(octets message, authentication_output& out) {
  if (!as_text(message).starts_with(challenge_mark))
    return fail(authentication_failure::no_challenge, out);
  const auto text = message.subspan(challenge_mark.size());
  if (text.size() < bare_challenge_size)
    return fail(authentication_failure::challenge_short, out);
  const bool old = how_.form == handshake_form::bare_md5;
  const auto form = old ? named_digest{mac_digest::md5, true, text} : digest_of(text);
  const auto code = form ? mac(form->digest, how_.key, text) : octet_string{};
  if (code.empty())
    return fail(authentication_failure::digest_unknown, out);
  append_framed(out.to_send, form->bare ? code : with_name(form->digest, code));
  state_ = state::await_verdict;
}

void authenticated_stream::on_response(octets message, authentication_output& out) {
  const auto form = digest_of(message);
  const auto right = form ? mac(form->digest, how_.key, challenge_) : octet_string{};
  if (right.empty() || !equal_in_constant_time(right, form->payload)) {
    append_framed(out.to_send, as_octets(failure));
    return fail(form ? authentication_failure::response_wrong : authentication_failure::digest_unknown, out);
  }
  append_framed(out.to_send, as_octets(welcome));
  if (how_.role == authentication_role::listener)
    state_ = state::await_challenge;
  else
    open(out);
}

void authenticated_stream::on_verdict(octets message, authentication_output& out) {
  if (as_text(message) != welcome)
    return fail(authentication_failure::rejected, out);
  if (how_.role == authentication_role::listener)
    open(out);
  else
    challenge(out);
}

void authenticated_stream::open(authentication_output& out) {
  state_ = state::open;
  splitter_.limit(how_.message_max);
  out.authenticated = true;
}

void authenticated_stream::fail(authentication_failure why, authentication_output& out) {
  state_ = state::failed;
  out.failed = why;
}

void authenticated_stream::send(octets message, authentication_output& out) {
  if (!authenticated())
    std::abort();
  append_framed(out.to_send, message);
}

}  // namespace plexus
